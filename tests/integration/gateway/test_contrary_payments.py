"""A payment taken back leaves the sums, whatever comes with it."""

from shared.contracts.funding import VersementContrepasse, VersementEnregistre
from tests.factories.facts import identifier, make_annexe, make_structure, make_versement
from tests.integration.gateway.conftest import Gateway


def make_contrary(name: str, paid: VersementEnregistre) -> VersementContrepasse:
    return VersementContrepasse(
        versement_id=identifier(name),
        corrige=paid.versement_id,
        **paid.model_dump(exclude={"versement_id"}),
    )


async def test_a_contrary_line_takes_its_payment_out_of_the_sums(gateway: Gateway) -> None:
    kept, wrong = make_versement("V1", "100.10"), make_versement("V2", "40")
    contrary = make_contrary("V3", wrong)
    await gateway.feed(make_structure(), make_annexe())
    await gateway.feed_together(kept, wrong, contrary)
    assert (await gateway.reperes())["financement_etat_eur"] == "100.10"
    await gateway.feed(make_contrary("V4", kept))
    assert (await gateway.reperes())["financement_etat_eur"] == "0.00"
