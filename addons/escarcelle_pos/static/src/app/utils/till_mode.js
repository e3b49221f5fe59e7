/**
 * Whether this page is served by the till program (and never talks to the Odoo server). Without it
 * every patch of this addon leaves the point of sale as core made it.
 */
export const tillMode = globalThis.odoo?.escarcelle?.mode === "till";

/** What the till program put in the page: `{mode, till: {uid8, number, name}, paper}`. */
export const tillPage = globalThis.odoo?.escarcelle || {};
