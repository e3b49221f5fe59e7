"""Which of our models speak of one household, or of one ticket, and which do not.

Every model of ours stands in one of the two lists: ``test_who_reads_households`` fails for one that does not, and
then somebody decides. Whoever puts a model among those that name nobody says that a reader of it learns nothing
of one household: no name, no card, no ticket, no row a household.
"""

#: Speaks of one household (its file, what it bought, what it was granted) or of one ticket. Without « escarcelle. ».
HOUSEHOLD = frozenset(
    """
    household household.member household.end household.export household.import household.import.column
    household.import.line household.importer card entitlement appointment visit membership eligibility
    card.print eligibility.line
    budget.ledger budget.adjust budget.statement quota.usage quota.override voucher recall.line
    trace trace.line till.entry difference fiscal.record fiscal.piece fiscal.jet fiscal.closing fiscal.quarantine
    fact.key fact.visit fact.person fact.registration fact.event access.dossier card.retired consent erasure
    erasure.keep erasure.request privacy.request privacy.extract privacy.facts rectification.line
    restricted.record restricted.content restricted.read restricted.reading fiscal.archive
    fiscal.quarantine.decide fiscal.quarantine.decision
    """.split()
)
#: Speaks of goods, of rules, of tills, of totals, of those who work or give.
NOBODY = frozenset(
    """
    age.class allergen barcode.attach barcode.attachment barcode.import barcode.import.line budget.allocate
    budget.allocate.line budget.policy budget.supplement budget.tier cashier cashier.secret catalogue.category
    catalogue.difference catalogue.difference.line catalogue.good catalogue.wizard configuration
    configuration.export configuration.line convention count count.entry count.line dashboard donation
    donation.agreement donation.collection donation.contribution donation.contribution.line donation.declaration
    donation.donor.import donation.donor.import.line donation.line donation.paper donation.policy donation.receipt
    donation.receipt.cancel donation.receipt.line donation.receipt.make donation.receipt.make.line
    donation.receipt.number donation.round donation.round.step donation.stop donation.summary
    donation.summary.line eligibility.kind eligibility.threshold equipment erasure.policy erasure.retention fact
    fact.amounts fact.feed fact.goods fact.goods.day fact.goods.dimensions fact.goods.home fact.goods.month
    fact.goods.sums fact.home fact.home.reader fact.visit.month fec.problem fiscal.anchor fiscal.anchor.sending
    fiscal.archive.check fiscal.archive.maker fiscal.archive.plan fiscal.archive.task fiscal.archive.wizard
    fiscal.attestation fiscal.backup fiscal.certificate fiscal.control.tape fiscal.device fiscal.documented
    fiscal.e.reporting fiscal.export fiscal.guard fiscal.instance fiscal.jet.export fiscal.journal fiscal.ordered
    fiscal.outbox fiscal.purge fiscal.record.check fiscal.record.check.line fiscal.regime.wizard fiscal.release
    fiscal.retirement fiscal.run fiscal.sales.journal fiscal.sales.ledger fiscal.sales.line fiscal.sales.report
    fiscal.situation fiscal.source fiscal.stock.level fiscal.till fiscal.time.stamp fiscal.vat.setup fiscal.visit
    fiscal.visited funding.source goods.import goods.import.line household.policy household.reason impact
    impact.action impact.measure impact.part impact.risk label.print markdown network order.summary
    pairing.attempt person.grouping portable price.update price.update.line privacy.notice privacy.office
    privacy.paper processing processor progress quota recall receipt.check reconciliation refusal refusal.reason
    refuse repacking repacking.line replenishment sheet.import shop.rules start start.day start.line start.person
    start.pin start.tariff start.tier statistic statistic.dimension statistic.document statistic.mailing
    statistic.mailing.sent statistic.measure statistic.paper statistic.preview statistic.report
    statistic.report.original statistic.report.section stock.state stock.state.line storage subprocessor
    supplier.answer supplier.answer.line supply.policy temperature temperature.sheet till till.pairing transfer
    transfer.line vat.category vat.change vat.rate voucher.billing voucher.kind voucher.remittance
    """.split()
)
#: Tables that every employee may read: words and rates that are the same everywhere.
OPEN = frozenset("allergen catalogue.good storage vat.category vat.rate".split())
#: What a social referent sees of the households they refer (decisions 0004 and 0031): nobody else's, no ticket.
REFERENT = frozenset("household household.member entitlement eligibility eligibility.line".split())
#: Models of Odoo that hold tickets, or what leads to one.
ODOO = (
    "pos.order", "pos.order.line", "pos.payment", "pos.session", "report.pos.order", "account.move",
    "account.move.line", "account.payment", "account.bank.statement.line", "stock.picking", "stock.move",
    "stock.move.line",
)  # fmt: skip
