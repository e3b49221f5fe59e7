import { Component } from "@odoo/owl";
import { basketLine, counted } from "@escarcelle_pos/app/utils/budget";
import { standing } from "@escarcelle_pos/app/utils/quotas";

const QUOTAS_SHOWN = 4;

/** First name, initial, and what is left of the budget. For the cashier's eyes only. */
export class HouseholdBanner extends Component {
    static template = "escarcelle_pos.HouseholdBanner";
    static props = {
        household: Object,
        lines: { type: Array, optional: true }, // of the order in progress
    };
    static defaultProps = { lines: [] };

    /** What may still be taken: what the basket touches first, then what is used up. */
    get quotas() {
        return standing(this.props.household.quotas || [], this.props.lines).slice(0, QUOTAS_SHOWN);
    }

    get left() {
        const left = this.props.household.budget?.left;
        return left === undefined || left === null ? null : left / 100;
    }

    get after() {
        const { budget } = this.props.household;
        return this.left - counted(budget, this.props.lines.map(basketLine)) / 100;
    }

    money(amount) {
        return this.env.utils.formatCurrency(amount);
    }

    get periodEnd() {
        const end = this.props.household.budget?.period_end;
        return end ? luxon.DateTime.fromISO(end).toFormat("dd/MM") : "";
    }
}
