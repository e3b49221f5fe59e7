"""What becomes of each column that may hold something of a household when the household is erased.

``PLACES[model]``: ``link``, the path from a row to the household; ``unlink``, the rows go; else ``erase``
({column: what takes its place}), ``follow`` (columns that empty by themselves with the others), ``scrub``
(text that must stay: names in it give way to the number of the file) and ``keep`` ({column: why}).
A column of text that stands in none of them fails a test.
"""

#: Stands in the place of a name that may not be empty.
GONE = "—"

_UUID = "random identifier"
_CODE = "code of the software"
_NUMBER = "continuous number of a document"
_STAFF = "code of somebody of the team"
_LAW = "signed or booked: Code de commerce L123-22, CGI 286"


def _empty(*columns):
    return dict.fromkeys(columns, False)


PLACES = {
    "escarcelle.household": {
        "link": "id",
        "erase": {
            "first_name": GONE,
            "last_name": GONE,
            **_empty(
                "external_ref", "street", "street2", "zip", "city", "phone", "email", "note",
                "delegate_name", "delegate_until", "suspended_reason", "organisation_id", "referrer_id",
                "distinct_ids",
            ),
        },
        "follow": ("name_key", "phone_key", "email_key", "lookup_key"),
        "keep": {"code": "number of the file: it stands on signed tickets in place of the name"},
    },
    "escarcelle.household.member": {"link": "household_id", "unlink": True},
    "escarcelle.card": {"link": "household_id", "unlink": True},
    "escarcelle.appointment": {"link": "household_id", "unlink": True},
    "escarcelle.eligibility": {"link": "household_id", "unlink": True},
    "escarcelle.eligibility.line": {"link": "eligibility_id.household_id", "unlink": True},
    "escarcelle.entitlement": {
        "link": "household_id",
        "erase": _empty("reason", "exception_reason", "document_ids", "referrer_id"),
    },
    "escarcelle.visit": {"link": "household_id", "erase": _empty("note")},
    "escarcelle.membership": {
        "link": "household_id",
        "erase": _empty("reference", "cancel_reason"),
        "keep": {"origin": _UUID, "cancel_origin": _UUID},
    },
    "escarcelle.budget.ledger": {
        "link": "household_id",
        "erase": _empty("note"),
        "keep": {"origin": _UUID, "period": "month or day"},
    },
    "escarcelle.quota.override": {
        "link": "household_id",
        "erase": _empty("reason"),
        "keep": {"manager": _STAFF},
    },
    "escarcelle.erasure": {
        "link": "household_id",
        "erase": _empty("kept_reason", "problem"),
        "keep": {"result": "counts, without a name", "token": "fingerprint, for after a restoration"},
    },
    "escarcelle.restricted.record": {
        "link": "household_id",
        "keep": {
            "name": _NUMBER,
            "household_code": "number of the file",
            "ground": "article of the law",
            "reference": "number of the invoice",
            "reason": "why the law keeps it, without a name",
        },
    },
    "escarcelle.restricted.content": {
        "link": "record_id.household_id",
        "keep": dict.fromkeys(
            ("who", "address", "details"), "the restricted archive itself: deleted at its end date"
        ),
    },
    "escarcelle.restricted.reading": {
        "link": "record_id.household_id",
        "keep": {"reason": "typed by who read it", "record_name": _NUMBER},
    },
    # What Odoo keeps of the contact, its sales and its invoices.
    "res.partner": {
        "link": "escarcelle_household_ids",
        "erase": {
            "name": GONE,
            **_empty(
                "street", "street2", "zip", "city", "email", "phone", "comment", "website", "function",
                "vat", "company_registry", "company_name", "barcode", "properties", "peppol_endpoint",
                "sale_warn_msg", "picking_warn_msg", "purchase_warn_msg", "image_1920", "bank_ids",
                "category_id", "escarcelle_first_name", "escarcelle_siren", "user_livechat_username",
            ),
        },
        "follow": (
            "complete_name", "commercial_company_name", "email_normalized", "phone_sanitized",
            "phone_mobile_search", "signup_url",
            "image_128", "image_256", "image_512", "image_1024",
        ),
        "keep": {
            "ref": "number of the file",
            "lang": "language",
            "tz": "time zone",
            "signup_type": _CODE,
            "invoice_edi_format_store": _CODE,
            "suggest_based_on": _CODE,
            "escarcelle_legal_form": "kind of organisation",
            "ignore_abnormal_invoice_date": "true or false, by shop",
            "ignore_abnormal_invoice_amount": "true or false, by shop",
            "receipt_reminder_email": "true or false, by shop",
        },
    },
    "res.partner.bank": {
        "link": "partner_id.escarcelle_household_ids",
        "erase": _empty("acc_number", "acc_holder_name", "note"),
        "follow": ("sanitized_acc_number",),
        "keep": {"clearing_number": "of the bank"},
    },
    "pos.order": {
        "link": "partner_id.escarcelle_household_ids",
        "erase": _empty(
            "email", "mobile", "general_customer_note", "internal_note", "floating_order_name",
            "last_order_preparation_change",
        ),
        "keep": {
            "name": _NUMBER, "pos_reference": _NUMBER, "tracking_number": _NUMBER, "uuid": _UUID,
            "access_token": _UUID, "ticket_code": _UUID, "cashier": _STAFF, "relation_partner_id": _CODE,
            "order_edit_tracking": _CODE, "is_edited": _CODE,
        },
    },
    "pos.order.line": {
        "link": "order_id.partner_id.escarcelle_household_ids",
        "erase": _empty("note", "customer_note", "notice"),
        "keep": {
            "name": _NUMBER, "full_product_name": "name of the good", "uuid": _UUID,
            "reward_identifier_code": _CODE, "extra_tax_data": "amounts",
        },
    },
    "pos.payment": {
        "link": "pos_order_id.partner_id.escarcelle_household_ids",
        "erase": _empty("cardholder_name", "card_no", "name"),
        "keep": {
            "card_type": _CODE, "card_brand": _CODE, "transaction_id": _UUID, "payment_status": _CODE,
            "ticket": "slip of the terminal, no name", "uuid": _UUID, "payment_ref_no": _UUID,
            "payment_method_authcode": _CODE, "payment_method_issuer_bank": "name of a bank",
            "payment_method_payment_mode": _CODE,
        },
    },
    "account.move": {
        "link": "partner_id.escarcelle_household_ids",
        "erase": _empty("invoice_source_email"),
        "follow": ("invoice_partner_display_name",),
        "scrub": ("ref", "narration", "payment_reference", "invoice_origin"),
        "keep": {
            "name": _LAW, "sequence_prefix": _NUMBER, "access_token": _UUID, "inalterable_hash": _LAW,
            "escarcelle_origin": _UUID, "qr_code_method": _CODE, "incoterm_location": "place",
            "sending_data": _CODE, "invoice_pdf_report_file": "moved to the restricted archive",
            "ubl_cii_xml_file": "moved to the restricted archive",
            "purchase_order_reference": "number given by a public payer",
            "buyer_reference": "number given by a public payer", "contract_reference": _NUMBER,
        },
    },
    "account.move.line": {
        "link": "move_id.partner_id.escarcelle_household_ids",
        "scrub": ("name", "ref"),
        "keep": {
            "move_name": _LAW, "matching_number": _NUMBER, "extra_tax_data": "amounts",
            "analytic_distribution": "shares",
        },
    },
    "account.payment": {
        "link": "partner_id.escarcelle_household_ids",
        "scrub": ("memo", "payment_reference"),
        "keep": {"name": _NUMBER, "check_amount_in_words": "amount"},
    },
    "account.bank.statement.line": {
        "link": "partner_id.escarcelle_household_ids",
        "erase": _empty("partner_name", "account_number"),
        "scrub": ("payment_ref",),
        "keep": {"transaction_type": _CODE, "internal_index": _NUMBER, "transaction_details": "of the bank's file"},
    },
    "escarcelle.till.entry": {
        "link": "order_id.partner_id.escarcelle_household_ids",
        "scrub": ("payload", "error"),
        "keep": {"uuid": _UUID, "digest": "fingerprint", "number": _NUMBER},
    },
    "escarcelle.difference": {
        "link": "entry_id.order_id.partner_id.escarcelle_household_ids",
        "keep": {"what": "good or number of a file", "line_uuid": _UUID, "reference": _NUMBER},
    },
    "escarcelle.voucher": {
        "link": "order_id.partner_id.escarcelle_household_ids",
        "keep": {"number": "given by the issuer, to be claimed from it", "origin": _UUID},
    },
}  # fmt: skip

#: Columns of Odoo in which a name may stand wherever it was typed: ``{model: columns}``. Full names,
#: addresses and numbers of the household give way to the number of its file there.
EVERYWHERE = {
    "mail.message": (
        "subject", "body", "reply_to", "email_from", "incoming_email_to", "incoming_email_cc", "outgoing_email_to",
    ),
    "mail.mail": ("body_html", "email_to", "email_cc", "headers", "failure_reason"),
    "mail.notification": ("failure_reason", "mail_email_address"),
    "mail.tracking.value": ("old_value_char", "new_value_char", "old_value_text", "new_value_text"),
    "mail.activity": ("note", "summary", "feedback", "res_name"),
    "mail.scheduled.message": ("subject", "body"),
    "discuss.channel": ("name", "description"),
    "ir.attachment": ("name", "description", "index_content"),
    "mail.alias": ("alias_name", "alias_full_name", "alias_defaults", "alias_bounced_content"),
}  # fmt: skip

#: Rows that go when one of their columns names the household: logs and letters nobody reads twice.
LOGS = {
    "ir.logging": ("message", "name", "path", "func"),
    "bus.bus": ("message",),
    "mail.push": ("payload",),
    "mail.message.schedule": ("notification_parameters",),
    "mail.gateway.allowed": ("email", "email_normalized"),
    "mail.blacklist": ("email",),
    "phone.blacklist": ("number",),
    "sms.sms": ("number", "body"),
}

#: What is typed in an order as a till sends it (docs/formats.md §6): not needed once it is built.
TYPED = frozenset({"note", "comment", "reason", "email"})

#: Transients of Odoo that hold what was typed or sent; ours are found by themselves.
TRANSIENTS = (
    "mail.compose.message", "base_import.import", "account.move.send.wizard", "portal.share",
    "escarcelle.restricted.read",
)  # fmt: skip
