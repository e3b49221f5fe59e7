import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { scanBarcode } from "@web/core/barcode/barcode_dialog";
import { isBarcodeScannerSupported } from "@web/core/barcode/barcode_video_scanner";
import { CharField, charField } from "@web/views/fields/char/char_field";

/** A barcode: typed, read by a scanner that types, or seen by the camera of a phone. */
export class BarcodeField extends CharField {
    static template = "escarcelle_pos.BarcodeField";

    setup() {
        super.setup();
        this.notification = useService("notification");
        this.camera = isBarcodeScannerSupported();
        this.scanLabel = String(_t("Scan with the camera"));
    }

    async scan() {
        let code;
        try {
            code = await scanBarcode(this.env);
        } catch (error) {
            this.notification.add(error.message, { type: "warning" });
            return;
        }
        await this.props.record.update({ [this.props.name]: code });
    }
}

registry.category("fields").add("escarcelle_barcode", {
    ...charField,
    component: BarcodeField,
    displayName: _t("Barcode"),
    supportedTypes: ["char"],
});
