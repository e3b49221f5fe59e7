import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { TextInputPopup } from "@point_of_sale/app/components/popups/text_input_popup/text_input_popup";
import { NoteButton } from "@point_of_sale/app/screens/product_screen/control_buttons/orderline_note_button/orderline_note_button";

patch(NoteButton.prototype, {
    /** What is typed for the customer is printed and signed: it outlives the household's file, so no name in it. */
    async openTextInput(selectedNote) {
        if (this.type !== "customer") {
            return super.openTextInput(...arguments);
        }
        const order = this.pos.getOrder();
        return makeAwaitable(this.dialog, TextInputPopup, {
            title: _t("Note printed on the ticket: no names here"),
            placeholder: order.getSelectedOrderline()?.product_id.display_name || "",
            buttons: order.getSelectedOrderline()
                ? []
                : this.pos.models["pos.note"].readAll().map((note) => ({ label: note.name, class: "" })),
            rows: 4,
            startingValue: selectedNote,
        });
    },
});
