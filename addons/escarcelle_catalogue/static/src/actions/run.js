import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

/**
 * Runs a catalogue wizard step by step, saying where it is. Every step is whole by itself: what stops half-way is
 * taken up again by running the wizard once more.
 */
export async function runCatalogue(env, { params }) {
    const { wizard_id: wizard, total } = params;
    const say = (left) =>
        env.services.ui.bus.trigger("BLOCK", {
            message: _t("%(done)s of %(total)s goods", { done: total - left, total }),
        });
    env.services.ui.block();
    try {
        let step = { left: total, action: false };
        while (!step.action) {
            say(step.left);
            step = await env.services.orm.call("escarcelle.catalogue.wizard", "action_step", [
                [wizard],
            ]);
        }
        return step.action;
    } finally {
        env.services.ui.unblock();
    }
}

registry.category("actions").add("escarcelle_catalogue.run", runCatalogue);
