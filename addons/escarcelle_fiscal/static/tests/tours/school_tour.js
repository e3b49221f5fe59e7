import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import { registry } from "@web/core/registry";

const pay = [
    ProductScreen.addOrderline("Riz long 1 kg", "2"),
    ProductScreen.clickPayButton(),
    PaymentScreen.clickPaymentMethod("Carte"),
    PaymentScreen.clickValidate(),
];
// By its class: the menu is in the language of the user.
const touch = [
    Chrome.clickMenuButton(),
    { content: "training mode", trigger: ".escarcelle-school-switch", run: "click" },
];
const sign = { content: "everybody sees it", trigger: ".escarcelle-school:contains('ÉCOLE – SIMULATION')" };
const noSign = { content: "it is over", trigger: "body:not(:has(.escarcelle-school))" };

registry.category("web_tour.tours").add("escarcelle_fiscal_school", {
    steps: () =>
        [
            Chrome.startPoS(),
            ...touch,
            sign,
            ...pay,
            { content: "signed apart", trigger: ".modal-body:contains('ÉCOLE – SIMULATION 901-1')" },
            Dialog.confirm(),
            sign,
            ...touch,
            noSign,
            ...pay,
            ReceiptScreen.receiptIsThere(),
            {
                content: "a sale again",
                trigger: ".pos-receipt .escarcelle-fiscal-mention:contains('Ticket (VTE) 901-1')",
            },
            ReceiptScreen.clickNextOrder(),
        ].flat(),
});
