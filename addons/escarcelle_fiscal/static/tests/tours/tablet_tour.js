import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as OfflineUtil from "@point_of_sale/../tests/generic_helpers/offline_util";
import { registry } from "@web/core/registry";

const mention = (text) => ({
    content: `the receipt says « ${text} »`,
    trigger: `.pos-receipt .escarcelle-fiscal-mention:contains("${text}")`,
});

const sell = [
    ProductScreen.addOrderline("Riz long 1 kg", "2"),
    ProductScreen.clickPayButton(),
    PaymentScreen.clickPaymentMethod("Carte"),
    PaymentScreen.clickValidate(),
    ReceiptScreen.receiptIsThere(),
];

registry.category("web_tour.tours").add("escarcelle_fiscal_tablet", {
    steps: () =>
        [
            Chrome.startPoS(),
            // Signed by the server: number and signature come with its answer.
            ...sell,
            mention("Ticket (VTE) 901-1"),
            mention("Signature"),
            mention("SIRET 82345678900014"),
            ReceiptScreen.clickNextOrder(),
            // The server cannot be reached: the paper says that it is provisional.
            OfflineUtil.setOfflineMode(),
            ...sell,
            Dialog.confirm(),
            mention("TICKET PROVISOIRE"),
            mention("MODE DÉGRADÉ"),
            OfflineUtil.setOnlineMode(),
            ReceiptScreen.clickNextOrder(),
            // It is back: the waiting sale is signed with this one.
            ...sell,
            mention("Ticket (VTE) 901-"),
            ReceiptScreen.clickNextOrder(),
        ].flat(),
});
