import { Component, onMounted } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { useTime } from "@point_of_sale/app/hooks/time_hook";
import { Identify } from "@escarcelle_pos/app/components/identify/identify";
import { TillPill } from "@escarcelle_pos/app/components/navbar/till_pill";
import { tillMode } from "@escarcelle_pos/app/utils/till_mode";

/** Who is at the till: badge, or code and PIN, checked by the till program. */
export class TillLoginScreen extends Component {
    static template = "escarcelle_pos.TillLoginScreen";
    static components = { Identify, TillPill };
    static props = { "*": true };
    static storeOnOrder = false;

    setup() {
        this.pos = usePos();
        this.till = this.pos.escarcelle;
        this.time = useTime();
        onMounted(() => this.renewPage());
        this.label = String(_t("Open the till"));
        this.nobody = String(_t("Nobody may identify here yet: add cashiers in the back office."));
    }

    /** Nobody is selling: the moment to show today's prices. */
    async renewPage() {
        const open = this.pos.getOpenOrders().some((order) => !order.isEmpty());
        if (!open && (await this.till.checkPage()) && !this.till.cashier) {
            window.location.reload();
        }
    }

    get shop() {
        return this.pos.company.name;
    }

    get today() {
        void this.time.hours; // read anew with the clock
        return luxon.DateTime.now().toLocaleString({ weekday: "long", day: "numeric", month: "long" });
    }

    async logIn(credentials) {
        await this.till.logIn(credentials);
        this.pos.setCashier();
        try {
            await this.pos.data.escarcelleLoadDrafts();
        } catch {
            // Parked tickets come with the next identification; selling does not wait for them.
        }
        const { page, params } = this.pos.escarcellePageAfterLogin();
        this.pos.navigate(page, params);
    }
}

if (tillMode) {
    registry.category("pos_pages").add(
        "LoginScreen",
        {
            name: "LoginScreen",
            component: TillLoginScreen,
            route: `/pos/ui/${odoo.pos_config_id}/login`,
            params: {},
        },
        { force: true }
    );
}
