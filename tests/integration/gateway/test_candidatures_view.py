"""The state of candidatures, whatever happens to them after they were decided."""

from datetime import date

from sqlalchemy import text

from shared.contracts.parcours import CandidatureChangee, CandidatureEnvoyee
from tests.factories.facts import decide, identifier, make_candidature
from tests.integration.gateway.conftest import Gateway

SENT = make_candidature("O1")
VIEW = text("select etat, structure_id, decidee_le, contrat_id from candidature")


def change(
    sent: CandidatureEnvoyee, etat: str, *, structure: str = "S1", archivee: bool = False
) -> CandidatureChangee:
    values = sent.model_dump() | {
        "etat": etat, "structure_id": identifier(structure), "changee_le": date(2017, 3, 1), "archivee": archivee,
    }  # fmt: skip
    return CandidatureChangee.model_validate(values)


async def read(gateway: Gateway) -> list[tuple[object, ...]]:
    async with gateway.consumer._engine.connect() as conn:
        return [tuple(row) for row in await conn.execute(VIEW)]


async def test_a_candidature_that_waits_again_is_decided_no_more_and_follows_its_structure(
    gateway: Gateway,
) -> None:
    here, elsewhere = identifier("S1"), identifier("S2")
    refused = decide(SENT, "refused", contrat=None)
    await gateway.feed(SENT, refused, change(SENT, "refused", archivee=True))
    assert await read(gateway) == [("refused", here, refused.decidee_le, None)]
    moved = change(SENT, "new", structure="S2")
    await gateway.feed(moved)
    assert await read(gateway) == [("new", elsewhere, None, None)]
    batch = gateway.publishers["parcours"].batch([change(SENT, "pool", structure="S2")])
    for _ in range(2):
        await gateway.consumer.apply(batch)
    assert await read(gateway) == [("pool", elsewhere, None, None)]
