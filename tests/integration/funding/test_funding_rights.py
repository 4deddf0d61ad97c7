"""Who may write the money: the State and the funders of a département, never the structure that receives it."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.factories.funding import (
    STRUCTURE,
    make_annexe,
    make_declaration,
    make_envelope,
    make_marche,
    make_structure,
    make_versement,
    receive,
)
from tests.factories.funding_service import Funding
from tests.factories.tokens import bearer
from tests.integration.funding.test_annexes_in_time import get
from tests.integration.funding.test_clauses_and_fdi import declare, make_action
from tests.integration.funding.test_enveloppes import make_enveloppe
from tests.integration.funding.test_redeploiements import make_proposition

DAY = "2017-02-01"


@pytest.fixture
def siae(secrets_dir: Path) -> dict[str, str]:
    """A token of the very structure, with every scope of writing."""
    return bearer(secrets_dir, departements=(), structures=[STRUCTURE.structure_id])


async def test_a_structure_writes_nothing_of_its_own_money(funding: Funding, siae: dict[str, str]) -> None:
    annexe = await funding.write("annexes", make_annexe())
    other = await funding.write("annexes", make_annexe(numero="ACI059170002A0M0"))
    paid = await funding.write("versements", make_versement())
    moved = make_proposition((annexe, "RETRAIT", "1"), (other, "ATTRIBUTION", "1"))
    proposed = {"redeploiement": await funding.write("redeploiements", moved)}
    envelope = await funding.write("enveloppes", make_enveloppe(montant="900000"))
    own = {"siret": STRUCTURE.siret, "type_structure": "ACI"}
    before = await funding.scalar("select count(*) from journal")
    lines: dict[str, dict[str, Any]] = {
        "annexes": make_annexe(numero="ACI059170003A0M0"),
        "etats-annexes": {"annexe": annexe, "etat": "CLOTURE"},
        "avenants": {"annexe": annexe, "nature": "MODIFICATION", "etp": "99", "motif": "Davantage"},
        "versements": make_versement(mois="2017-02"),
        "contrepassations": {"versement": paid, "motif": "Erreur"},
        "cofinancements": {"annexe": annexe, "financeur": "CD59", "montant": "1000", "date_accord": DAY},
        "modulations": {
            "annexe": annexe, "taux": "0.1", "date_notification": DAY, "justification": "Mérite",
        },
        "redeploiements": moved,
        "decisions-redeploiement": proposed | {"decision": "ACCEPTE", "motif": "Oui"},
        "applications-redeploiement": proposed,
        "arbitrages": own | {
            "annee": 2017, "financeur": "CD59", "montant": "1000", "motif": "Oui", "le": DAY,
        },
        "actions-fdi": make_action(),
        "enveloppes": make_enveloppe(annee=2018),
        "mouvements-credits": {"destination": envelope, "montant": "1", "motif": "ABONDEMENT"},
        "marches": make_marche(siret=STRUCTURE.siret, type_structure="ACI"),
        "grilles-modulation": {
            "region": "32", "annee": 2017, "publics": "0.5", "effort": "0.25", "resultats": "0.25",
            "plafond": "0.1", "source": "Arrêté fictif",
        },
    }  # fmt: skip
    for path, line in lines.items():
        answer = await funding.post(path, line, siae)
        assert answer.status_code == 404, (path, answer.text)
    asp = make_annexe(
        numero="ACI059170004A0M0", montant_total="196550.00", montant_socle=None, montant_module=None
    )
    asp.pop("montant_fdi")
    for nature, content in (
        ("annexes", lines["annexes"]),
        ("versements", lines["versements"]),
        ("annexes_asp", asp),
    ):
        line = content | {"reference": nature}
        _, report = await Funding(funding.client, funding.engine, siae).send(nature, [line])
        assert [told["code"] for told in report] in (["introuvable"], ["annexe_inconnue"]), nature
        job, report = await funding.send(nature, [line])
        assert job["acceptees"] == 1, report
    assert await funding.scalar("select count(*) from journal") == before + 3
    for path in (
        f"annexes/{annexe}/realisation",
        f"annexes/{annexe}/echeancier",
        f"versements?annexe_id={annexe}",
    ):
        assert (
            await funding.client.get(f"/v1/{path}", headers=siae)
        ).status_code == 200  # it reads what it is owed


async def test_a_structure_counts_its_own_hours_for_its_own_contract(
    funding: Funding, siae: dict[str, str]
) -> None:
    contrat = await declare(funding, "100")
    own = await funding.write("marches", make_marche(siret=STRUCTURE.siret, type_structure="ACI"))
    other = await funding.write("marches", make_marche())
    line = {"contrat": contrat, "mois": "2017-01", "heures": "60"}
    foreign = await funding.post("heures-clause", line | {"marche": other}, siae)
    assert (foreign.status_code, foreign.json()["code"]) == (404, "marche_inconnu")
    assert (await funding.post("heures-clause", line | {"marche": own}, siae)).status_code == 201


async def test_what_is_unknown_and_what_is_foreign_are_answered_alike(
    funding: Funding, secrets_dir: Path
) -> None:
    elsewhere = bearer(secrets_dir, departements=["62"])
    annexe = await funding.write("annexes", make_annexe())
    paid = await funding.write("versements", make_versement())
    envelope = await funding.write("enveloppes", make_enveloppe())
    marche = await funding.write("marches", make_marche())
    modulation = {"taux": "0.1", "date_notification": DAY, "justification": "x"}
    hours = {"contrat": str(uuid4()), "mois": "2017-01", "heures": "1"}
    part = {"financeur": "CD62", "montant": "1", "date_accord": DAY}
    lines: list[tuple[str, str, str, dict[str, Any]]] = [
        ("etats-annexes", "annexe", annexe, {"etat": "CLOTURE"}),
        ("avenants", "annexe", annexe, {"nature": "MODIFICATION", "motif": "x"}),
        ("cofinancements", "annexe", annexe, part),
        ("modulations", "annexe", annexe, modulation),
        ("contrepassations", "versement", paid, {"motif": "x"}),
        ("mouvements-credits", "origine", envelope, {"montant": "1", "motif": "GEL"}),
        ("heures-clause", "marche", marche, hours),
    ]
    for path, champ, known, line in lines:
        answers = [
            (await funding.post(path, line | {champ: x}, elsewhere)).json() for x in (known, str(uuid4()))
        ]
        told = [(a["status"], a["code"], a["detail"], a.get("correction")) for a in answers]
        assert told[0] == told[1], path
        assert told[0][0] == 404, path


async def test_a_departement_does_not_help_itself_to_the_credits_of_its_region(
    funding: Funding, secrets_dir: Path
) -> None:
    nord = bearer(secrets_dir, departements=["59"])
    alone = make_enveloppe(annee=2018)
    assert (await funding.post("enveloppes", alone, nord)).status_code == 201  # nothing above is known
    await funding.write("enveloppes", make_enveloppe(niveau="REGIONAL", territoire="32", montant="900000"))
    refusal = await funding.post("enveloppes", make_enveloppe(), nord)
    assert (refusal.status_code, refusal.json()["code"]) == (404, "enveloppe_inconnue")
    assert refusal.json()["detail"] == "L'enveloppe qui délègue ces crédits est hors de votre périmètre."
    own = await funding.write("enveloppes", make_enveloppe(montant="100000"))
    more = {"destination": own, "montant": "50000", "motif": "ABONDEMENT"}
    assert (await funding.post("mouvements-credits", more, nord)).status_code == 404
    back = {"origine": own, "montant": "10000", "motif": "GEL"}
    assert (
        await funding.post("mouvements-credits", back, nord)
    ).status_code == 201  # giving back is its own act
    assert await funding.scalar("select delegue from enveloppe where niveau = 'REGIONAL'") == 90000


async def test_two_structures_under_one_number_have_each_their_own_hours(funding: Funding) -> None:
    """As the page of the money counts them: after a merger a number may be that of two structures."""
    annexe = await funding.write("annexes", make_annexe())
    other = make_structure()
    for structure, heures in ((STRUCTURE, "1820"), (other, "910")):
        declared = make_declaration(heures=[heures], structure_id=structure.structure_id)
        await receive(funding.engine, make_envelope(declared, declared.declaration_id))
    assert (await get(funding, f"annexes/{annexe}/realisation"))["etp_annuel"] == "1.0000"
    assert [d["heures"] for d in await get(funding, f"annexes/{annexe}/declarations")] == ["1820"]
