import { patch } from "@web/core/utils/patch";
import { ProductTemplateAccounting } from "@point_of_sale/app/models/accounting/product_template_accounting";
import { applyRule, isRuleCurrent, sourceBound, tariffRound } from "@escarcelle_social/app/utils/tariff";

const { DateTime } = luxon;

patch(ProductTemplateAccounting.prototype, {
    /**
     * OVERRIDES 'point_of_sale': core keeps the rules that were current when the page was loaded, and
     * rounds to the cent. A till's page stays open across midnight and knows the rules of the days
     * ahead; a tariff has its own rounding and lowest price.
     */
    getPrice(
        pricelist,
        quantity,
        price_extra = 0,
        recurring = false,
        variant = false,
        original_line = false,
        related_lines = []
    ) {
        if (!pricelist) {
            const price = super.getPrice(...arguments);
            return sourceBound(price, price, this.escarcelle_price_bounds, 0.01);
        }
        const base = (variant ? variant.lst_price : this.list_price) + (price_extra || 0);
        if (original_line && original_line.isLotTracked() && variant) {
            related_lines.push(
                ...original_line.order_id.lines.filter((line) => line.product_id.id === variant.id)
            );
            quantity = related_lines.reduce((sum, line) => sum + line.getQuantity(), 0);
        }
        const rule = this.escarcelleRule(pricelist, quantity, variant);
        let price = base;
        if (rule) {
            if (rule.base === "pricelist" && rule.base_pricelist_id) {
                price = this.getPrice(rule.base_pricelist_id, quantity, 0, true, variant);
            } else if (rule.base === "standard_price") {
                price = variant ? variant.standard_price : this.standard_price;
            }
            price = applyRule(rule, price);
        }
        const step = Number(pricelist.escarcelle_rounding || "0.01");
        const rounded = tariffRound(price, step, pricelist.escarcelle_minimum_price || 0, Boolean(rule));
        return sourceBound(rounded, base, this.escarcelle_price_bounds, step);
    },

    /** The first rule that applies now, in the order the server tries them. */
    escarcelleRule(pricelist, quantity, variant) {
        const template = variant?.product_tmpl_id || this;
        const byQuantity = (a, b) => b.min_quantity - a.min_quantity;
        const ofVariant = (variant?.backLink?.("<-product.pricelist.item.product_id") || [])
            .filter((rule) => rule.pricelist_id.id === pricelist.id)
            .sort(byQuantity);
        const ofTemplate = (template.backLink("<-product.pricelist.item.product_tmpl_id") || [])
            .filter((rule) => rule.pricelist_id.id === pricelist.id && !rule.product_id)
            .sort(byQuantity);
        // A membership fee is no good: a participation leaves its price alone.
        const general = this.models["product.pricelist.item"]
            .readMany(pricelist.getGeneralRulesIdsByCategories(this.parentCategories))
            .filter((rule) => !template.escarcelle_fee || rule.categ_id);
        const now = DateTime.now();
        return [...ofVariant, ...ofTemplate, ...general].find(
            (rule) =>
                (!rule.min_quantity || rule.min_quantity <= quantity) && isRuleCurrent(rule, now)
        );
    },
});
