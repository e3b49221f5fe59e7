"""What came after the last shop anchor of a live database is counted, its limit and its age are said."""

from datetime import timedelta

import pytest

from escarcelle_core.verify import report, report_html
from escarcelle_core.verify.outcome import SOUND, Outcome
from escarcelle_core.verify.run import verify_connection
from fiscal_database import Till
from journal import Journal, register
from shop import NOON
from tampering import disarm, do


@pytest.fixture
def journal(house, tmp_path):
    journal = Journal(house).fill(tmp_path / "J")
    yield journal
    journal.database.drop()


def _verified(journal) -> Outcome:
    with journal.database.admin() as connection:
        outcome = verify_connection("base", connection)
        connection.rollback()
    assert outcome.verdict == SOUND, outcome.defects
    return outcome


def _said(outcome: Outcome) -> list[str]:
    return [warning for warning in outcome.warnings if "ancre" in warning]


def _register(journal, number: int) -> None:
    with journal.database.odoo() as connection, connection.cursor() as cr:
        register(cr, Till(number).desk)


def test_rows_of_the_register_since_the_anchor_are_counted(journal):
    """A device registered after the anchor: itself and its certificate, no record."""
    before = _verified(journal)
    assert (_said(before), before.databases[0]["unanchored_facts"]) == ([], 0)
    _register(journal, 9)
    outcome = _verified(journal)
    database, [warning] = outcome.databases[0], _said(outcome)
    assert (database["unanchored_records"], database["unanchored_facts"]) == (0, 2)
    assert "0 enregistrement et 2 inscriptions" in warning and ", signée le " in warning
    for text in (report.text(outcome), report_html.page(outcome, "")):
        assert database["anchor"] + ", signée le" in text and "2 inscriptions" in text


def test_records_since_the_anchor_are_counted_and_the_next_anchor_ends_it(journal):
    world = journal.world
    at = NOON + timedelta(days=1, hours=9)
    world.sell(world.tills[0], at)
    world.sell(world.tills[1], at)
    journal.save()
    outcome = _verified(journal)
    assert outcome.databases[0]["unanchored_records"] == 2
    assert any("2 enregistrements et 0 inscription" in warning for warning in _said(outcome))
    journal.anchor()
    assert _said(_verified(journal)) == []


def test_links_recomputed_after_the_anchor_go_unseen_and_the_report_says_so(journal):
    """The limit of decision 0013: nothing signed contradicts it yet, so the reader is told."""
    _register(journal, 9)
    with journal.database.admin() as connection, connection.cursor() as cr:
        disarm(cr)
        cr.execute("SELECT max(number) FROM fiscal.fact")
        last = cr.fetchone()[0]
        cr.execute("SELECT relation FROM fiscal.fact WHERE number > %s - 2 ORDER BY number", [last])
        assert {row[0] for row in cr.fetchall()} == {"till", "certificate"}
        do(connection, "UPDATE fiscal.till SET name = 'Autre' WHERE number = 9")
        do(
            connection,
            """
            DO $$ DECLARE f fiscal.fact; link text; BEGIN
                SELECT digest INTO link FROM fiscal.fact ORDER BY number DESC OFFSET 2 LIMIT 1;
                FOR f IN SELECT * FROM (SELECT * FROM fiscal.fact ORDER BY number DESC LIMIT 2) s ORDER BY number LOOP
                    IF f.relation = 'till' THEN
                        f.value := replace(f.value, 'Caisse 9', 'Autre');
                    END IF;
                    link := encode(sha256(convert_to(
                        concat_ws(E'\n', link, f.number, f.relation, f.key, f.value), 'UTF8')), 'hex');
                    UPDATE fiscal.fact SET value = f.value, digest = link WHERE number = f.number;
                END LOOP; END $$
            """,
        )
        outcome = verify_connection("base", connection)
        connection.rollback()
    assert outcome.verdict == SOUND, outcome.defects
    [warning] = _said(outcome)
    assert "ne se verrait pas ici" in warning and "recalculant" in warning


@pytest.mark.parametrize(("hours", "said"), [(35, False), (37, True)])
def test_an_old_anchor_is_said(journal, hours, said):
    """It is signed every day: one that is missing may have been taken away."""
    world = journal.world
    anchor = next(r for r in reversed(world.server.records) if r.kind == "ANC")
    world.sell(world.tills[0], anchor.at + timedelta(hours=hours))
    journal.save()
    assert any(f"{hours} heures de retard" in w for w in _verified(journal).warnings) is said


def test_a_journal_without_an_anchor_counts_everything(house):
    journal = Journal(house)
    try:
        journal.world.sell(journal.world.tills[0], NOON)
        journal.save()
        outcome = _verified(journal)
        assert outcome.databases[0]["unanchored_records"] == outcome.records > 0
        assert any(w.startswith("base : aucune ancre du magasin") for w in outcome.warnings)
    finally:
        journal.database.drop()
