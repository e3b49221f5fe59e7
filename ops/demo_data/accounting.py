"""Chart of accounts, taxes included in prices, an exempt sector, means of payment."""

#: VAT rate in hundredths of a percent → (sale and purchase tax of the French chart, what the rate
#: is called, income account).
RATES = {
    550: ("tva_reduite_ttc", "tva_acq_reduite", "5,5 %", "707055"),
    1000: ("tva_intermediaire_ttc", "tva_acq_intermediaire", "10 %", "707100"),
    2000: ("tva_normale_ttc", "tva_acq_normale", "20 %", "707200"),
    210: ("tva_super_reduite_ttc", "tva_acq_super_reduite", "2,1 %", "707021"),
}
EXEMPT_ACCOUNT = ("707900", "Ventes de marchandises exonérées (CGI 261-7-1° b)")
EXEMPT = "Exonéré, CGI 261-7-1° b"
IBAN = "FR7630001007941234567890185"  # the specimen that banks print in their examples


def load(env, company):
    """French chart and what a social grocery adds to it."""
    chart = env["account.chart.template"].with_company(company)
    if company.chart_template != "fr":
        chart.try_loading("fr", company=company, install_demo=False)
    if company.account_price_include != "tax_included":  # Odoo refuses it after the first entry
        company.write(
            {
                "tax_calculation_rounding_method": "round_per_line",
                "account_price_include": "tax_included",
            }
        )
    env["res.currency"].search([("id", "!=", company.currency_id.id)]).active = False
    for sale, purchase, rate, _account in RATES.values():
        chart.ref(sale).write({"active": True, "name": f"{rate} TTC"})
        chart.ref(purchase).write({"active": True, "name": f"{rate} HT"})
    accounts = income_accounts(env, company)
    if not position(env, company):
        _exempt_sector(env, company, accounts)


def taxes(env, company):
    """Rate → sale tax included in prices."""
    chart = env["account.chart.template"].with_company(company)
    return {rate: chart.ref(row[0]) for rate, row in RATES.items()}


def purchase_taxes(env, company):
    """Rate → tax of what is bought."""
    chart = env["account.chart.template"].with_company(company)
    return {rate: chart.ref(row[1]) for rate, row in RATES.items()}


def income_accounts(env, company):
    """Rate → income account (made when missing); 0 is the exempt one."""
    wanted = {
        rate: (account, f"Ventes de marchandises, TVA {name}")
        for rate, (_sale, _purchase, name, account) in RATES.items()
    } | {0: EXEMPT_ACCOUNT}
    accounts = env["account.account"].with_company(company)
    found = {a.code: a for a in accounts.search([("code", "in", [c for c, _n in wanted.values()])])}
    missing = [
        {"code": code, "name": name, "account_type": "income", "company_ids": [(6, 0, company.ids)]}
        for code, name in wanted.values()
        if code not in found
    ]
    found.update({account.code: account for account in accounts.create(missing)})
    return {rate: found[code] for rate, (code, _name) in wanted.items()}


def position(env, company):
    """The fiscal position of the exempt sector, empty before it is made."""
    positions = env["account.fiscal.position"]
    return positions.search(
        [("company_id", "=", company.id), ("escarcelle_sector", "=", "EXO_B")], limit=1
    )


def _exempt_sector(env, company, accounts):
    """Goods sold to helped households at approved prices: no VAT, own income account."""
    made = env["account.fiscal.position"].create(
        {
            "name": EXEMPT,
            "company_id": company.id,
            "escarcelle_sector": "EXO_B",
            "account_ids": [
                (0, 0, {"account_src_id": accounts[rate].id, "account_dest_id": accounts[0].id})
                for rate in RATES
            ],
        }
    )
    model = env["account.chart.template"].with_company(company).ref("tva_sale_good_0")
    # A copy keeps the line of the VAT return; included in the price, for a price that does not move.
    model.copy(
        {
            "name": "0 % EXO b",
            "description": EXEMPT,
            "invoice_label": "Exonéré",
            "price_include_override": "tax_included",
            "original_tax_ids": [(6, 0, [tax.id for tax in taxes(env, company).values()])],
            "fiscal_position_ids": [(6, 0, made.ids)],
            "active": True,
        }
    )


def payment_methods(env, company, till):
    """ESPÈCES of this till, CARTE and CHÈQUE of the shop: pos.payment.method records."""
    bank = _bank(env, company)
    cash = _journal(env, company, f"Espèces caisse {till}", f"ESP{till}", "cash")
    cheques = env["account.chart.template"].with_company(company).ref("pcg_5112")
    return (
        _method(env, company, f"ESPÈCES caisse {till}", "ESPECES", cash, {"name": "ESPÈCES"})
        | _method(env, company, "CARTE", "CARTE", bank)
        | _method(env, company, "CHÈQUE", "CHEQUE", bank, {"outstanding_account_id": cheques.id})
    )


def _method(env, company, key, code, journal, values=None):
    methods = env["pos.payment.method"]
    found = methods.search(
        [("journal_id", "=", journal.id), ("escarcelle_code", "=", code)], limit=1
    )
    return found or methods.create(
        {
            "name": key,
            "company_id": company.id,
            "journal_id": journal.id,
            "escarcelle_code": code,
            **(values or {}),
        }
    )


def _journal(env, company, name, code, kind):
    journals = env["account.journal"].with_company(company)
    found = journals.search([("company_id", "=", company.id), ("code", "=", code)], limit=1)
    return found or journals.create(
        {"name": name, "code": code, "type": kind, "company_id": company.id}
    )


def _bank(env, company):
    journals = env["account.journal"].with_company(company)
    bank = journals.search([("company_id", "=", company.id), ("type", "=", "bank")], limit=1)
    bank = bank or _journal(env, company, "Banque", "BNK1", "bank")
    if not bank.bank_account_id:
        bank.name = "Banque"
        bank.set_bank_account(IBAN)
    return bank
