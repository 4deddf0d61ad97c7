"""Persons made one by a merge count once, in whatever order the facts come."""

from datetime import date

from sqlalchemy import text

from services.gateway.queries.champ import Champ
from services.gateway.queries.counts import ENTIER, Nombre, read_counts
from shared.contracts.parcours import AgrementDelivre, DiagnosticEtabli, PersonnesFusionnees
from tests.factories.facts import (
    decide,
    end,
    identifier,
    make_annexe,
    make_candidature,
    make_contrat,
    make_declaration,
    make_structure,
)
from tests.integration.gateway.conftest import Gateway

PEOPLE = [f"P{n}" for n in range(1, 8)]
MERGE = PersonnesFusionnees(personne_id=identifier("P7"), conservee_id=identifier("P1"))
AGAIN = PersonnesFusionnees(personne_id=identifier("P1"), conservee_id=identifier("P2"))
FLAT = PersonnesFusionnees(personne_id=identifier("P7"), conservee_id=identifier("P2"))


async def test_a_merged_person_counts_once_before_and_after_their_hours(gateway: Gateway) -> None:
    await gateway.feed(
        make_structure(), make_annexe(), MERGE, make_declaration(3, dict.fromkeys(PEOPLE, "10"))
    )
    assert (await gateway.reperes())["personnes_employees"] == 6
    await gateway.feed(AGAIN, FLAT, make_declaration(4, {"P7": "10", "P8": "10"}))
    assert (await gateway.reperes())["personnes_employees"] == 6
    async with gateway.application.state.engine.connect() as conn:
        rows = await conn.execute(text("select absorbee_id, conservee_id from vues.fusion"))
        assert {tuple(row) for row in rows} == {
            (identifier("P7"), identifier("P2")),
            (identifier("P1"), identifier("P2")),
        }


async def counted(gateway: Gateway, **names: str) -> dict[str, Nombre]:
    async with gateway.application.state.engine.connect() as conn:
        await conn.execute(text("set local search_path = vues, public"))
        return {
            name: (await read_counts(conn, Champ("32", 2017), source)).get(ENTIER, {}).get(name)
            for name, source in names.items()
        }


async def test_what_two_persons_signed_held_and_were_found_to_be_is_that_of_one_after_a_merge(
    gateway: Gateway,
) -> None:
    first, again = make_contrat("K1"), make_contrat("K2")
    again = again.model_copy(update={"date_debut": date(2017, 9, 1), "date_fin_prevue": date(2017, 12, 31)})
    one, other = first.personne_id, again.personne_id
    left = end(again).model_copy(update={"date_sortie": date(2017, 12, 31)})
    sent = make_candidature("C1").model_copy(update={"personne_id": one})
    found = DiagnosticEtabli(
        diagnostic_id=identifier("D1"), personne_id=other, auteur="employeur", structure_id=identifier("S1"),
        date_diagnostic=date(2017, 2, 10), expire_le=date(2017, 5, 10),
    )  # fmt: skip
    held = [
        AgrementDelivre(
            agrement_id=identifier(f"A-{who}"), personne_id=who, date_debut=date(2017, 1, 2), date_fin=date(2018, 12, 31)
        )
        for who in (one, other)
    ]  # fmt: skip
    await gateway.feed(make_structure(), make_annexe(), first, again, left, sent, decide(sent), found, *held)
    await gateway.feed(make_declaration(3, {"P-K1": "10"}), make_declaration(10, {"P-K2": "10"}))
    names = {
        "entrees": "contrats", "parents": "contrats", "reconduits": "contrats", "jours_comptees": "durees",
        "droits_valides": "droits", "embauches_auto": "autoprescription",
    }  # fmt: skip
    apart = {
        "entrees": 2, "parents": 2, "reconduits": 0, "jours_comptees": 122, "droits_valides": 2, "embauches_auto": 0,
    }  # fmt: skip
    assert await counted(gateway, **names) == apart
    await gateway.feed(PersonnesFusionnees(personne_id=other, conservee_id=one))
    together = {
        "entrees": 1, "parents": 1, "reconduits": 1, "jours_comptees": 364, "droits_valides": 1, "embauches_auto": 1,
    }  # fmt: skip
    assert await counted(gateway, **names) == together
    await gateway.feed(PersonnesFusionnees(personne_id=other, conservee_id=other))  # undone
    assert await counted(gateway, **names) == apart
