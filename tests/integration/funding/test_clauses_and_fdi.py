"""Hours of social clauses, never counted twice; actions of the FDI and their advance."""

import asyncio
from decimal import Decimal
from typing import Any
from uuid import uuid4

from tests.factories.funding import (
    STRUCTURE,
    make_annexe,
    make_declaration,
    make_envelope,
    make_marche,
    make_versement,
    receive,
)
from tests.factories.funding_service import Funding
from tests.integration.funding.test_annexes_in_time import get, refused
from tests.integration.funding.test_enveloppes import make_enveloppe


async def declare(funding: Funding, heures: str, structure_id: Any = None) -> str:
    """Declare hours of a contract in January 2017; return the contract."""
    declaration = make_declaration(heures=[heures], structure_id=structure_id)
    await receive(funding.engine, make_envelope(declaration, declaration.declaration_id))
    return str(declaration.lignes[0].contrat)


async def test_hours_declared_count_for_one_contract_only(funding: Funding) -> None:
    contrat = await declare(funding, "100")
    marches = [await funding.write("marches", make_marche()) for _ in range(3)]
    lines = [{"marche": m, "contrat": contrat, "mois": "2017-01", "heures": "60"} for m in marches]
    answers = await asyncio.gather(*(funding.post("heures-clause", line) for line in lines))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"heures_deja_imputees"}
    shown = await get(funding, "marches?departement=59&annee=2017")
    counted = [(m["heures_imputees"], m["heures_declarees"], m["etp_imputes"]) for m in shown]
    assert sorted(counted) == [("0", "0", "0.0000"), ("0", "0", "0.0000"), ("60", "100", "0.0373")]


async def test_hours_that_nobody_declared_do_not_count(funding: Funding) -> None:
    contrat = await declare(funding, "100")
    marche = await funding.write("marches", make_marche())
    line = {"marche": marche, "contrat": contrat, "mois": "2017-01", "heures": "100"}
    for changes, code in (
        ({"heures": "100.01"}, "heures_non_declarees"),
        ({"mois": "2017-02"}, "heures_non_declarees"),
        ({"mois": "2016-08"}, "annee_avant_notification"),
        ({"mois": "2016-12"}, "mois_hors_marche"),  # the contract is that of 2017
    ):
        assert await refused(funding, "heures-clause", line | changes) == code
    unknown = line | {"marche": str(uuid4())}
    assert await refused(funding, "heures-clause", unknown, 404) == "marche_inconnu"
    await funding.write("heures-clause", line)


async def test_the_hours_of_a_structure_are_those_it_declared(funding: Funding) -> None:
    own, other = await declare(funding, "80"), await declare(funding, "80", uuid4())
    marche = await funding.write("marches", make_marche(siret=STRUCTURE.siret, type_structure="ACI"))
    line = {"marche": marche, "contrat": other, "mois": "2017-01", "heures": "10"}
    assert await refused(funding, "heures-clause", line) == "heures_non_declarees"
    await funding.write("heures-clause", line | {"contrat": own})


async def test_an_action_of_the_fdi_has_its_advance_to_a_euro(funding: Funding) -> None:
    line = {
        "siret": STRUCTURE.siret, "type_structure": "ACI", "nature_action": "CONSOFI", "objet": "Consolidation",
        "date_decision": "2017-06-01", "montant": "10022", "part_avance": "0.6",
    }  # fmt: skip
    await funding.write("actions-fdi", line)
    await funding.write("actions-fdi", line | {"montant_avance": "6013.00"})
    wrong = line | {"montant_avance": "6011"}
    assert await refused(funding, "actions-fdi", wrong) == "avance_incoherente"
    actions = await get(funding, f"actions-fdi?structure_id={STRUCTURE.structure_id}")
    assert [(a["montant_avance"], Decimal(a["solde"])) for a in actions] == [
        ("6013.20", Decimal("4008.80")), ("6013.00", Decimal(4009)),
    ]  # fmt: skip


def make_action(**changes: Any) -> dict[str, Any]:
    return {
        "siret": STRUCTURE.siret, "type_structure": "ACI", "nature_action": "DIVERSACT", "objet": "Atelier de couture",
        "date_decision": "2017-06-01", "montant": "20000", "part_avance": "0.5",
    } | changes  # fmt: skip


async def test_actions_of_the_fdi_hold_the_credits_of_their_envelope_and_no_more(funding: Funding) -> None:
    await funding.write(
        "actions-fdi", make_action(montant="10000")
    )  # decided before the credits are notified
    short = make_enveloppe(nature="FDI", montant="9999.99")
    assert await refused(funding, "enveloppes", short) == "enveloppe_depassee"
    await funding.write("enveloppes", short | {"montant": "35000"})
    answers = await asyncio.gather(*(funding.post("actions-fdi", make_action()) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"enveloppe_depassee"}
    other_year = make_action(date_decision="2018-06-01", montant="50000")
    await funding.write("actions-fdi", other_year)
    await funding.write("annexes", make_annexe())
    paid = await funding.write("versements", make_versement(nature="FDI", montant="10000"))
    (shown,) = await get(funding, "enveloppes?annee=2017&nature=FDI")
    assert [Decimal(shown[name]) for name in ("engage", "disponible", "verse")] == [30000, 5000, 10000]
    moves = await get(funding, f"enveloppes/{shown['id']}/mouvements?annee=2017&nature=FDI")
    assert [(m["sens"], m["motif"]) for m in moves if m["sens"] == "ENGAGEMENT"] == [
        ("ENGAGEMENT", "REPRISE"), ("ENGAGEMENT", "ACTION_FDI"),
    ]  # fmt: skip
    await funding.write("contrepassations", {"versement": paid, "motif": "Essai"})
    assert Decimal((await get(funding, "enveloppes?annee=2017&nature=FDI"))[0]["verse"]) == 0
    assert await get(funding, "enveloppes?annee=2017") == []


async def test_an_action_and_the_envelope_of_the_fdi_recorded_together_meet(funding: Funding) -> None:
    answers = await asyncio.gather(
        funding.post("enveloppes", make_enveloppe(nature="FDI", montant="35000")),
        funding.post("actions-fdi", make_action()),
    )
    assert [answer.status_code for answer in answers] == [201, 201]
    (shown,) = await get(funding, "enveloppes?annee=2017&nature=FDI")
    assert Decimal(shown["engage"]) == 20000
