"""Persons made one by a merge count once, in whatever order the facts come."""

from sqlalchemy import text

from shared.contracts.parcours import PersonnesFusionnees
from tests.factories.facts import identifier, make_annexe, make_declaration, make_structure
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
