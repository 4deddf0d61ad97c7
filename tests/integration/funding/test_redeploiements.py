"""Moving ETP between annexes: proposed, decided, applied on both sides at once or not at all."""

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.factories.funding import (
    make_annexe,
    make_declaration,
    make_envelope,
    make_structure,
    receive,
)
from tests.factories.funding_service import Funding
from tests.factories.siret import make_siret
from tests.factories.tokens import bearer
from tests.integration.funding.test_annexes_in_time import get, make_avenant, refused
from tests.integration.funding.test_enveloppes import make_enveloppe, read

AI = make_siret(5)


@pytest.fixture
async def annexes(funding: Funding) -> tuple[str, str, str]:
    """Two annexes of an ACI of the Nord, and one of an AI of the Pas-de-Calais, 10 ETP each."""
    ai = make_structure(siret=AI, type_structure="AI", departement="62")
    await receive(funding.engine, make_envelope(ai, ai.structure_id))
    first = await funding.write("annexes", make_annexe())
    second = await funding.write("annexes", make_annexe(numero="ACI059170002A0M0"))
    third = await funding.write("annexes", make_ai())
    return first, second, third


def make_ai(**changes: Any) -> dict[str, Any]:
    ai = {
        "numero": "AI062170001A0M0", "siret": AI, "type_structure": "AI", "mesure": "AI_DC", "montant_unitaire": "1331",
        "heures_par_etp": "1607", "montant_socle": "13310.00", "montant_module": None,
    }  # fmt: skip
    return make_annexe(**(ai | changes))


def make_proposition(*lignes: tuple[str, str, str]) -> dict[str, Any]:
    return {
        "region": "32",
        "motif": "Sous-consommation",
        "lignes": [{"annexe": annexe, "sens": sens, "etp": etp} for annexe, sens, etp in lignes],
    }


async def accept(funding: Funding, proposition: dict[str, Any]) -> str:
    identity = await funding.write("redeploiements", proposition)
    line = {"redeploiement": identity, "decision": "ACCEPTE", "motif": "Avis favorable du CDIAE"}
    await funding.write("decisions-redeploiement", line)
    return identity


async def test_etp_move_between_types_in_euros_with_an_avenant_on_each_side(
    funding: Funding, annexes: tuple[str, str, str]
) -> None:
    first, _, ai = annexes
    await funding.write("enveloppes", make_enveloppe(montant="393100"))
    await funding.write("enveloppes", make_enveloppe(territoire="62", montant="60000"))
    identity = await accept(funding, make_proposition((first, "RETRAIT", "2"), (ai, "ATTRIBUTION", "29.53")))
    await funding.write("applications-redeploiement", {"redeploiement": identity})
    assert (await read(funding, "59"))["engage"] == Decimal(393100) - 2 * Decimal(19655)
    assert (await read(funding, "62"))["engage"] == Decimal("13310.00") + Decimal("39304.43")
    trace = await get(funding, f"redeploiements/{identity}")
    assert (trace["etat"], [line["etp"] for line in trace["lignes"]]) == ("APPLIQUE", ["-2", "29.53"])
    for line, etp in zip(trace["lignes"], ("8.00", "39.53"), strict=True):
        avenant = await get(funding, f"annexes/{line['avenant']}")
        assert (avenant["etp"], avenant["numero"][-4:], avenant["etat"]) == (etp, "A0M1", "VALIDE")
    facts = await funding.scalar(
        f"select array_agg(data->>'etat' order by version) from journal where key = '{identity}'"
    )
    assert facts == ["PROPOSE", "ACCEPTE", "APPLIQUE"]


async def test_a_proposal_that_breaks_a_rule_is_refused(
    funding: Funding, annexes: tuple[str, str, str], secrets_dir: Path
) -> None:
    first, second, ai = annexes
    far = make_structure(siret=make_siret(6), departement="75")
    await receive(funding.engine, make_envelope(far, far.structure_id))
    paris = bearer(secrets_dir, departements=["59", "62", "75"])
    answer = await funding.post("annexes", make_annexe(numero="ACI075170001A0M0", siret=make_siret(6)), paris)
    elsewhere = answer.json()["id"]
    declaration = make_declaration(heures=["16380"])  # 9 ETP of the year are done
    await receive(funding.engine, make_envelope(declaration, declaration.declaration_id))
    for lignes, code in (
        ([(first, "RETRAIT", "1.01"), (second, "ATTRIBUTION", "1")], "etp_insuffisants"),
        ([(second, "RETRAIT", "2"), (ai, "ATTRIBUTION", "29.54")], "enveloppe_depassee"),
        ([(second, "RETRAIT", "1"), (ai, "RETRAIT", "1")], "redeploiement_impossible"),
        ([(second, "RETRAIT", "1"), (second, "ATTRIBUTION", "1")], "redeploiement_impossible"),
        ([(second, "RETRAIT", "1"), (elsewhere, "ATTRIBUTION", "1")], "redeploiement_impossible"),
        ([(second, "RETRAIT", "1"), (str(uuid4()), "ATTRIBUTION", "1")], "annexe_inconnue"),
    ):
        refusal = await funding.post("redeploiements", make_proposition(*lignes), paris)
        assert (refusal.status_code, refusal.json()["code"]) == (409, code), lignes
    identity = await funding.write(
        "redeploiements", make_proposition((first, "RETRAIT", "1"), (second, "ATTRIBUTION", "1"))
    )
    line = {"redeploiement": identity}
    assert await refused(funding, "applications-redeploiement", line) == "redeploiement_impossible"
    no = line | {"decision": "REFUSE", "motif": "Avis défavorable"}
    await funding.write("decisions-redeploiement", no)
    assert await refused(funding, "decisions-redeploiement", no) == "redeploiement_impossible"
    unknown = {"redeploiement": str(uuid4())}
    assert await refused(funding, "applications-redeploiement", unknown) == "redeploiement_inconnu"


async def test_of_two_applications_one_is_made(funding: Funding, annexes: tuple[str, str, str]) -> None:
    first, second, ai = annexes
    one = await accept(funding, make_proposition((first, "RETRAIT", "1"), (second, "ATTRIBUTION", "1")))
    other = await accept(funding, make_proposition((second, "RETRAIT", "1"), (ai, "ATTRIBUTION", "5")))
    answers = await asyncio.gather(
        *(funding.post("applications-redeploiement", {"redeploiement": x}) for x in (one, one, other))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"redeploiement_impossible"}
    assert await funding.scalar("select count(*) from annexe_financiere where avenant_de is not null") == 2


async def test_an_annexe_changed_since_the_decision_stops_the_application(
    funding: Funding, annexes: tuple[str, str, str]
) -> None:
    first, second, _ = annexes
    identity = await accept(funding, make_proposition((first, "RETRAIT", "1"), (second, "ATTRIBUTION", "1")))
    await funding.write("avenants", make_avenant(first, etp="9.50"))
    line = {"redeploiement": identity}
    assert await refused(funding, "applications-redeploiement", line) == "redeploiement_impossible"
    assert await funding.scalar("select count(*) from annexe_financiere where avenant_de is not null") == 1


async def test_a_redeploiement_of_another_departement_is_not_seen(
    funding: Funding, annexes: tuple[str, str, str], secrets_dir: Path
) -> None:
    first, _, ai = annexes
    identity = await funding.write(
        "redeploiements", make_proposition((first, "RETRAIT", "1"), (ai, "ATTRIBUTION", "1"))
    )
    nord = bearer(secrets_dir, departements=["59"])
    assert (await funding.client.get(f"/v1/redeploiements/{identity}", headers=nord)).status_code == 404
    line = {"redeploiement": identity, "decision": "ACCEPTE", "motif": "x"}
    answer = await funding.post("decisions-redeploiement", line, nord)
    assert answer.json()["code"] == "annexe_inconnue"
