"""What the outbox keeps of a document to be signed, and the document core signs from it.

The values are JSON, written in the transaction of the event: what the stock or the order said then,
whatever becomes of it before the document is signed. Papers are in French whoever made the event.
"""

from datetime import date, datetime, timezone
from decimal import Decimal

from escarcelle_core.errors import DocumentError
from escarcelle_core.money import half_up
from escarcelle_core.piece import Origin, Party, Piece, PieceLine

#: More than any label of a catalogue; a document has to stay readable, and below core's size limit.
LONGEST = 200


def french(records):
    """The same records, their names as the papers say them."""
    return records.with_context(lang="fr_FR")


def line(product, quantity, uom=None, **values):
    """A line: ``quantity`` of ``product`` in ``uom`` (its own unit unless told)."""
    product = french(product)
    return {
        "code": product.default_code or product.barcode or f"P{product.id}",
        "label": product.with_context(display_default_code=False).display_name[:LONGEST],
        "quantity": f"{quantity:.3f}",
        "unit": (french(uom) if uom else product.uom_id).name,
        **{name: value for name, value in values.items() if value not in (None, False, "")},
    }


def priced(values, amount):
    """The same line with its amount in euros, VAT included, and the unit price it gives."""
    quantity = Decimal(values["quantity"])
    total = cents(amount)
    price = Decimal(total) / 100 / quantity if quantity else Decimal(0)
    return {**values, "unit_price": f"{price:.4f}", "amount": total}


def cents(amount):
    """Euros of Odoo (a float) as integer cents."""
    return half_up(Decimal(str(amount)) * 100)


def lot(record):
    """Lot number and expiry date of a ``stock.lot``; the date exists with Odoo's expiry module only."""
    if not record:
        return {}
    expiry = "expiration_date" in record._fields and record.expiration_date
    return {"lot": record.name, "expiry": expiry.date().isoformat() if expiry else ""}


def party(partner, *, named=False):
    """Whom a document is for: a code, and the name for orders and invoices only."""
    if not partner:
        return None
    whole = partner.commercial_partner_id
    code = whole.ref or f"T{whole.id}"
    return {"code": code, "name": (whole.name or "")[:LONGEST] if named else ""}


def instant(moment):
    """A naive UTC datetime of Odoo as the outbox keeps it."""
    return moment.replace(microsecond=0, tzinfo=timezone.utc).isoformat()


def piece(doc_type, uid, values, company, rules):
    """The core document of ``values``; DocumentError or AmountError when they are not usable."""
    try:
        who = values.get("party")
        return Piece(
            uid=uid,
            company=company,
            document=doc_type,
            reference=str(values["reference"])[:LONGEST],
            date=rules.local(datetime.fromisoformat(values["date"])),
            lines=tuple(_line(number, item) for number, item in enumerate(values["lines"], 1)),
            operator=values.get("operator", ""),
            party=Party(who["code"], who.get("name", "")) if who else None,
            origins=tuple(
                Origin(o["reference"], o.get("document", ""), o.get("uid", ""))
                for o in values.get("origins", ())
            ),
            total=values.get("total", 0),
            untaxed=values.get("untaxed", 0),
            comment=str(values.get("comment") or "")[:2000],
        )
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise DocumentError(f"Document {doc_type} illisible : {error!r}"[:300]) from error


def _line(number, item):
    return PieceLine(
        number=number,
        code=item["code"],
        label=item["label"],
        quantity=Decimal(item["quantity"]),
        unit=item["unit"],
        before=Decimal(item["before"]) if item.get("before") else None,
        lot=item.get("lot", ""),
        expiry=date.fromisoformat(item["expiry"]) if item.get("expiry") else None,
        source=item.get("source", ""),
        target=item.get("target", ""),
        unit_price=Decimal(item["unit_price"]) if item.get("unit_price") else None,
        amount=item.get("amount"),
        reason=item.get("reason", "")[:LONGEST],
    )
