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
AI_STRUCTURE = make_structure(siret=AI, type_structure="AI", departement="62")


@pytest.fixture
async def annexes(funding: Funding) -> tuple[str, str, str]:
    """Two annexes of an ACI of the Nord, and one of an AI of the Pas-de-Calais, 10 ETP each."""
    await receive(funding.engine, make_envelope(AI_STRUCTURE, AI_STRUCTURE.structure_id))
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
    renewal = {"nature": "RENOUVELLEMENT", "montant_unitaire": "19897"}
    year = {"date_debut": "2018-01-01", "date_fin": "2018-12-31"}
    await funding.write("avenants", make_avenant(first, **renewal, **year))  # no line of the redéploiement
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
    ):
        refusal = await funding.post("redeploiements", make_proposition(*lignes), paris)
        assert (refusal.status_code, refusal.json()["code"]) == (409, code), lignes
    nobody = make_proposition((second, "RETRAIT", "1"), (str(uuid4()), "ATTRIBUTION", "1"))
    assert await refused(funding, "redeploiements", nobody, 404) == "annexe_inconnue"
    identity = await funding.write(
        "redeploiements", make_proposition((first, "RETRAIT", "1"), (second, "ATTRIBUTION", "1"))
    )
    line = {"redeploiement": identity}
    assert await refused(funding, "applications-redeploiement", line) == "redeploiement_impossible"
    no = line | {"decision": "REFUSE", "motif": "Avis défavorable"}
    await funding.write("decisions-redeploiement", no)
    assert await refused(funding, "decisions-redeploiement", no) == "redeploiement_impossible"
    unknown = {"redeploiement": str(uuid4())}
    assert await refused(funding, "applications-redeploiement", unknown, 404) == "redeploiement_inconnu"


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


async def test_of_two_applications_one_gets_the_last_credits_of_an_envelope(
    funding: Funding, annexes: tuple[str, str, str]
) -> None:
    """They share no annexe: only the envelope of the Pas-de-Calais stands between them."""
    first, second, ai = annexes
    other = await funding.write("annexes", make_ai(numero="AI062170002A0M0"))
    await funding.write("enveloppes", make_enveloppe(montant="393100"))
    await funding.write(
        "enveloppes", make_enveloppe(territoire="62", montant="45254")
    )  # 26 620 held, 14 ETP more
    moves = [(first, ai), (second, other)]
    accepted = [
        await accept(funding, make_proposition((taken, "RETRAIT", "1"), (given, "ATTRIBUTION", "14")))
        for taken, given in moves
    ]
    answers = await asyncio.gather(
        *(funding.post("applications-redeploiement", {"redeploiement": x}) for x in accepted)
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"enveloppe_depassee"}
    nord, pas_de_calais = await read(funding, "59"), await read(funding, "62")
    assert (nord["engage"], pas_de_calais["disponible"]) == (Decimal(393100 - 19655), Decimal(0))
    lost = accepted[[answer.status_code for answer in answers].index(409)]
    assert (await get(funding, f"redeploiements/{lost}"))["etat"] == "ACCEPTE"
    assert await funding.scalar("select count(*) from annexe_financiere where avenant_de is not null") == 2


async def test_two_applications_that_cross_are_both_made_once(
    funding: Funding, annexes: tuple[str, str, str]
) -> None:
    """One takes in the Nord for the Pas-de-Calais, the other the reverse: each locks both envelopes."""
    first, second, ai = annexes
    other = await funding.write("annexes", make_ai(numero="AI062170002A0M0"))
    await funding.write("enveloppes", make_enveloppe(montant="393100"))
    await funding.write("enveloppes", make_enveloppe(territoire="62", montant="45254"))
    there = make_proposition((first, "RETRAIT", "1"), (ai, "ATTRIBUTION", "14"))
    back = make_proposition((other, "RETRAIT", "8"), (second, "ATTRIBUTION", "0.5"))
    accepted = [await accept(funding, there), await accept(funding, back)]
    answers = await asyncio.gather(
        *(funding.post("applications-redeploiement", {"redeploiement": x}) for x in accepted * 2)
    )
    assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"redeploiement_impossible"}
    held = "select json_object_agg(territoire, engage) from enveloppe"
    summed = """
        select json_object_agg(departement, somme) from (
            select s.departement, sum(a.montant_socle - a.montant_cofinance) as somme from annexe_financiere a
            join structure s on s.id = a.structure_id where a.etat = 'VALIDE' group by 1) x
    """
    expected = {"59": 393100 - 19655 + 9827.50, "62": 26620 + 14 * 1331 - 8 * 1331}
    assert await funding.scalar(held) == await funding.scalar(summed) == expected


async def test_an_annexe_changed_since_the_decision_stops_the_application(
    funding: Funding, annexes: tuple[str, str, str]
) -> None:
    first, second, _ = annexes
    identity = await accept(funding, make_proposition((first, "RETRAIT", "1"), (second, "ATTRIBUTION", "1")))
    await funding.write("avenants", make_avenant(first, etp="9.50"))
    line = {"redeploiement": identity}
    assert await refused(funding, "applications-redeploiement", line) == "redeploiement_impossible"
    trace = await get(funding, f"redeploiements/{identity}")
    assert [x["avenant"] for x in trace["lignes"]] == [None, None]  # that avenant is not its doing
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
    foreign = (await funding.post("decisions-redeploiement", line, nord)).json()
    unknown = (
        await funding.post("decisions-redeploiement", line | {"redeploiement": str(uuid4())}, nord)
    ).json()
    assert [(x["status"], x["code"], x["detail"]) for x in (foreign,)] == [
        (404, "redeploiement_inconnu", unknown["detail"])
    ]


async def test_those_that_do_more_than_agreed_are_told_in_the_order_in_which_they_are_served(
    funding: Funding, annexes: tuple[str, str, str], secrets_dir: Path
) -> None:
    first, second, ai = annexes
    third = await funding.write("annexes", make_annexe(numero="ACI059170003A0M0"))
    far = await funding.write("annexes", make_ai(numero="AI062170002A0M0"))
    for numero, heures in (
        ("ACI059170001A0M0", "3000"), ("ACI059170002A0M0", "1600"), ("ACI059170003A0M0", "1700"),
        ("AI062170001A0M0", "1500"), ("AI062170002A0M0", "1339.16"),
    ):  # fmt: skip
        owner = AI_STRUCTURE.structure_id if numero.startswith("AI") else None
        declaration = make_declaration(heures=[heures], annexe=numero, structure_id=owner)
        await receive(funding.engine, make_envelope(declaration, declaration.declaration_id))
    served = await get(funding, f"annexes/{first}/attributions")
    assert [(x["rang"], x["annexe_id"], x["taux_cumule"]) for x in served] == [
        (1, third, "1.1209"), (1, second, "1.0549"), (3, ai, "1.1201"),
    ]  # fmt: skip
    assert far not in {x["annexe_id"] for x in served}  # 9,99 ETP for 10: under
    nord = bearer(secrets_dir, departements=["59"])
    seen = (await funding.client.get(f"/v1/annexes/{first}/attributions", headers=nord)).json()
    assert [x["annexe_id"] for x in seen] == [third, second]
    assert (await funding.client.get(f"/v1/annexes/{ai}/attributions", headers=nord)).status_code == 404
    assert (await funding.client.get(f"/v1/annexes/{uuid4()}/attributions", headers=nord)).status_code == 404
