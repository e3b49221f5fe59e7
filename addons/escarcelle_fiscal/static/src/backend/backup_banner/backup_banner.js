import { Component, onMounted, onWillUnmount, useState } from "@odoo/owl";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { session } from "@web/session";
import { WebClient } from "@web/webclient/webclient";

/** How often a page left open asks again. */
const REFRESH = 60 * 60 * 1000;

/** Says in red, above every screen, that the house is not saved. Empty for those who can do nothing about it. */
export class BackupBanner extends Component {
    static template = "escarcelle_fiscal.BackupBanner";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.state = useState({ sentences: session.escarcelle_backup || [] });
        if (session.escarcelle_backup === undefined || !user.isInternalUser) {
            return;
        }
        let timer;
        onMounted(() => {
            timer = setInterval(() => this.refresh(), REFRESH);
        });
        onWillUnmount(() => clearInterval(timer));
    }

    async refresh() {
        try {
            this.state.sentences = await this.orm.silent.call(
                "escarcelle.fiscal.backup",
                "escarcelle_banner",
                []
            );
        } catch {
            // The server is away: Odoo says so itself, and the next hour asks again.
        }
    }
}

WebClient.components = { ...WebClient.components, BackupBanner };
