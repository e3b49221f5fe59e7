"""Who came, without saying who: the key, the composition and the place of the household of a ticket."""

import secrets
from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from ..tools import family, territory

UNKNOWN = {"key": None, "size": None, "shape": None, "district": None, "department": None}


class EscarcelleFactHomeReader(models.AbstractModel):
    """A household's composition is read once a month, at its first ticket of that month: figures of one month agree."""

    _name = "escarcelle.fact.home.reader"
    _description = "Households of Facts"

    @api.model
    def _escarcelle_homes(self, tickets):
        """Who came with these tickets: ``{order: {key, size, shape, district, department, first}}``, and the facts
        of people seen for the first time in a month.

        :param tickets: ``{order: (business day, whether something was bought)}``
        """
        orders = self.env["pos.order"].browse([order.id for order in tickets])
        found = (
            self.env["escarcelle.household"]
            .with_context(active_test=False)
            .search([("partner_id", "in", orders.partner_id.ids)])
        )
        by_partner = {household.partner_id: household for household in found}
        keys = self._escarcelle_keys(found)
        days = {day for day, _bought in tickets.values()}
        visited = self._escarcelle_visited(keys.values(), days)
        known, people = self._escarcelle_known(keys.values(), days), []
        came = sorted(
            (day, order.id, order, bought)
            for order, (day, bought) in tickets.items()
            if order.partner_id in by_partner
        )
        new = defaultdict(dict)
        for day, _id, order, _bought in came:
            household = by_partner[order.partner_id]
            month = (keys[household.id], day.replace(day=1))
            if month not in known:
                known[month] = None
                new[day][household.id] = month
        for day, months in new.items():
            told = self._escarcelle_compositions(
                self.env["escarcelle.household"].browse(months), day, keys
            )
            for household, month in months.items():
                known[month] = told[household][0]
                people += told[household][1]
        homes = {order: {**UNKNOWN, "first": False} for order in tickets}
        for day, _id, order, bought in came:
            key = keys[by_partner[order.partner_id].id]
            first = bought and (key, day) not in visited
            homes[order] = {**known[key, day.replace(day=1)], "key": key, "first": first}
            if first:
                visited.add((key, day))
        return homes, people

    @api.model
    def _escarcelle_keys(self, households):
        """``{household id: key}``; one that has none gets one, which nobody can compute."""
        if not households:
            return {}
        rows = [(household, secrets.token_hex(8)) for household in households.ids]
        self.env.cr.execute(
            SQL(
                "INSERT INTO escarcelle_fact_key (household_id, key) VALUES %s ON CONFLICT (household_id) DO NOTHING",
                SQL(", ").join(SQL("(%s, %s)", *row) for row in rows),
            )
        )
        return dict(
            self.env.execute_query(
                SQL(
                    "SELECT household_id, key FROM escarcelle_fact_key WHERE household_id IN %s",
                    tuple(households.ids),
                )
            )
        )

    @api.model
    def _escarcelle_known(self, keys, days):
        """``{(key, month): composition}`` of what was told of these households in the months of ``days``."""
        if not keys:
            return {}
        rows = self.env.execute_query_dict(
            SQL(
                "SELECT DISTINCT ON (key, day) key, day, size, shape, district, department"
                " FROM escarcelle_fact_visit_month WHERE key IN %s AND day IN %s AND kind = 'purchase'"
                " ORDER BY key, day, id",
                tuple(keys), tuple({day.replace(day=1) for day in days}),
            )
        )  # fmt: skip
        return {(row.pop("key"), row.pop("day")): row for row in rows}

    @api.model
    def _escarcelle_visited(self, keys, days):
        """``{(key, day)}`` that count as a visit already."""
        if not keys:
            return set()
        return set(
            self.env.execute_query(
                SQL(
                    "SELECT DISTINCT key, day FROM escarcelle_fact_visit WHERE key IN %s AND day IN %s"
                    " AND kind = 'purchase' AND visits > 0",
                    tuple(keys), tuple(set(days)),
                )
            )
        )  # fmt: skip

    @api.model
    def _escarcelle_compositions(self, households, day, keys):
        """``{household id: (composition, facts of its people)}`` on ``day``."""
        shapes = households._escarcelle_shape_on(day)
        members = households.with_context(active_test=False).member_ids._escarcelle_here_on(day)
        at_home = members.grouped("household_id")
        found = {}
        for household, (size, ages) in shapes.items():
            own = at_home.get(household, members.browse())
            one = {
                "size": size,
                "shape": family.shape(own.mapped("relation")),
                "district": territory.district(household.zip),
                "department": territory.department(household.zip),
            }
            people = [
                {
                    "day": day.replace(day=1), "company_id": household.company_id.id,
                    "key": keys[household.id], "age_class_id": age.id or None, "persons": persons,
                    **{name: one[name] for name in ("shape", "district", "department")},
                }
                for age, persons in ages.items()
            ]  # fmt: skip
            found[household.id] = (one, people)
        return found
