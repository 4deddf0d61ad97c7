"""What happens to an annexe: states, avenants, cofunders, modulation; races are decided by the database."""

import asyncio
from decimal import Decimal
from typing import Any
from uuid import uuid4

from sqlalchemy import text

from tests.factories.funding import make_annexe, make_declaration, make_envelope, make_versement, receive
from tests.factories.funding_service import Funding
from tests.integration.funding.test_enveloppes import make_enveloppe, read


async def get(funding: Funding, path: str) -> Any:
    answer = await funding.client.get(f"/v1/{path}", headers=funding.headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def refused(funding: Funding, path: str, line: dict[str, Any], status: int = 409) -> str:
    answer = await funding.post(path, line)
    assert answer.status_code == status, answer.text
    return str(answer.json()["code"])


async def test_an_annexe_goes_from_draft_to_closed_and_its_credits_follow(funding: Funding) -> None:
    await funding.write("enveloppes", make_enveloppe())
    annexe = await funding.write("annexes", make_annexe(etat="BROUILLON"))
    for etat, engage in (
        ("SAISI", "0"),
        ("PROVISOIRE", "196550"),
        ("VALIDE", "196550"),
        ("CLOTURE", "196550"),
    ):
        await funding.write("etats-annexes", {"annexe": annexe, "etat": etat})
        assert (await read(funding, "59"))["engage"] == Decimal(engage)
    read_back = await get(funding, f"annexes/{annexe}")
    assert (read_back["etat"], read_back["version"]) == ("CLOTURE", 5)
    assert await funding.scalar(f"select array_agg(version order by seq) from journal where key = '{annexe}'") == [
        1, 2, 3, 4, 5,
    ]  # fmt: skip
    assert (
        await refused(funding, "etats-annexes", {"annexe": annexe, "etat": "VALIDE"})
        == "transition_interdite"
    )


async def test_a_cancelled_annexe_gives_its_credits_back_and_tells_why(funding: Funding) -> None:
    await funding.write("enveloppes", make_enveloppe())
    annexe = await funding.write("annexes", make_annexe())
    assert await refused(funding, "etats-annexes", {"annexe": annexe, "etat": "ANNULE"}) == "motif_manquant"
    await funding.write(
        "etats-annexes", {"annexe": annexe, "etat": "ANNULE", "motif": "Demande de la structure"}
    )
    assert (await read(funding, "59"))["engage"] == 0
    assert (
        await refused(funding, "etats-annexes", {"annexe": str(uuid4()), "etat": "VALIDE"}, 404)
        == "annexe_inconnue"
    )


async def test_a_provisional_annexe_needs_the_credits_of_its_envelope(funding: Funding) -> None:
    await funding.write("enveloppes", make_enveloppe(montant="100000"))
    annexe = await funding.write("annexes", make_annexe(etat="SAISI"))
    line = {"annexe": annexe, "etat": "VALIDE"}
    assert await refused(funding, "etats-annexes", line) == "enveloppe_depassee"


def make_avenant(annexe: str, **changes: Any) -> dict[str, Any]:
    return {
        "annexe": annexe,
        "nature": "MODIFICATION",
        "etp": "12.00",
        "motif": "Hausse de l'activité",
    } | changes


async def test_a_modification_replaces_the_annexe_with_its_cofunders(funding: Funding) -> None:
    await funding.write("enveloppes", make_enveloppe())
    annexe = await funding.write("annexes", make_annexe())
    cofunded = {
        "annexe": annexe,
        "financeur": "CD59",
        "montant": "34820.60",
        "postes": 6,
        "date_accord": "2017-02-01",
    }
    await funding.write("cofinancements", cofunded)
    avenant = await funding.write("avenants", make_avenant(annexe))
    old, new = await get(funding, f"annexes/{annexe}"), await get(funding, f"annexes/{avenant}")
    assert (old["etat"], new["etat"], new["numero"], new["avenant_de"]) == (
        "HISTORISE", "VALIDE", "ACI059170001A0M1", annexe,
    )  # fmt: skip
    assert (new["montant_socle"], new["montant_cofinance"]) == ("235860.00", "34820.60")
    assert (await read(funding, "59"))["engage"] == Decimal("235860.00") - Decimal("34820.60")
    lines = await get(funding, f"annexes/{avenant}/cofinancements")
    assert [(x["financeur"], x["montant"], x["postes"], x["brsa_equivalents"]) for x in lines] == [
        ("CD59", "34820.60", 6, "73.3846")
    ]
    assert await refused(funding, "avenants", make_avenant(annexe)) == "avenant_impossible"


async def test_one_of_two_modifications_replaces_the_annexe(funding: Funding) -> None:
    annexe = await funding.write("annexes", make_annexe())
    answers = await asyncio.gather(
        *(funding.post("avenants", make_avenant(annexe, etp=etp)) for etp in ("9.00", "11.00", "12.00"))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"avenant_impossible"}


async def test_a_renewal_opens_the_next_year_once(funding: Funding) -> None:
    annexe = await funding.write("annexes", make_annexe())
    line = make_avenant(
        annexe,
        nature="RENOUVELLEMENT",
        date_debut="2018-01-01",
        date_fin="2018-12-31",
        montant_unitaire="19897",
    )
    answers = await asyncio.gather(*(funding.post("avenants", line) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"annexe_deja_active"}
    (renewed,) = [a.json()["id"] for a in answers if a.status_code == 201]
    new = await get(funding, f"annexes/{renewed}")
    assert (new["numero"], new["montant_socle"]) == ("ACI059170001A1M0", "238764.00")
    assert (await get(funding, f"annexes/{annexe}"))["etat"] == "VALIDE"
    stale = make_avenant(annexe, nature="RENOUVELLEMENT", date_debut="2017-12-31", date_fin="2018-12-30")
    assert await refused(funding, "avenants", stale) == "avenant_impossible"
    wrong = line | {"montant_unitaire": "19655", "date_debut": "2018-01-02"}
    assert await refused(funding, "avenants", wrong) == "montant_unitaire_hors_bareme"


async def test_a_line_of_cofinancing_is_refused_by_its_rule(funding: Funding) -> None:
    annexe = await funding.write("annexes", make_annexe())
    line = {"annexe": annexe, "financeur": "FSE", "montant": "1000", "date_accord": "2017-02-01"}
    for changes, code in (
        ({"financeur": "ETAT"}, "financeur_incoherent"),
        ({"financeur": "CD00"}, "departement_inconnu"),
        ({"montant": "0"}, "montant_nul"),
        ({"montant": "196550.01"}, "cofinancement_excessif"),
    ):
        assert await refused(funding, "cofinancements", line | changes) == code


async def test_cofunders_together_never_pay_more_than_the_annexe(funding: Funding) -> None:
    annexe = await funding.write("annexes", make_annexe())
    base = {"annexe": annexe, "montant": "100000", "date_accord": "2017-02-01"}
    lines = [base | {"financeur": financeur} for financeur in ("CD59", "FSE", "PLIE")]
    answers = await asyncio.gather(*(funding.post("cofinancements", line) for line in lines))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"cofinancement_excessif"}
    (winner,) = [line for line, a in zip(lines, answers, strict=True) if a.status_code == 201]
    again = winner | {"montant": "1"}
    assert await refused(funding, "cofinancements", again) == "cofinancement_deja_inscrit"


async def test_the_theory_of_a_departement_is_beside_what_it_wrote(funding: Funding) -> None:
    annexe = await funding.write("annexes", make_annexe())
    for financeur, montant in (("CD59", "34000"), ("REGION", "5000")):
        line = {
            "annexe": annexe,
            "financeur": financeur,
            "montant": montant,
            "postes": 6,
            "date_accord": "2017-02-01",
        }
        await funding.write("cofinancements", line)
    departement, region = await get(funding, f"annexes/{annexe}/cofinancements")
    theory = Decimal(6) * Decimal("0.88") * (3 * Decimal(535) + 5 * Decimal("536.78") + 4 * Decimal("545.48"))
    assert Decimal(departement["theorique"]) == theory.quantize(Decimal("0.01"))
    assert (departement["ecart_signale"], region["theorique"]) == (True, None)
    await funding.write("versements", make_versement(nature="AIDE_POSTE_MODULEE", montant="9827.50"))
    table = await get(funding, "conference-financeurs?departement=59&annee=2017")
    assert [(line["financeur"], line["inscrit"], line["reste"]) for line in table] == [
        ("CD59", "34000", "34000"), ("ETAT", "167377.50", "157550.00"), ("REGION", "5000", "5000"),
    ]  # fmt: skip


async def test_the_part_modulee_is_taken_on_what_is_due_by_the_grid_of_the_region(funding: Funding) -> None:
    annexe = await funding.write("annexes", make_annexe())
    declaration = make_declaration(heures=["9100"])
    await receive(funding.engine, make_envelope(declaration, declaration.declaration_id))
    grid = {
        "region": "32", "annee": 2017, "publics": "0.5", "effort": "0.25", "resultats": "0.25", "plafond": "0.1",
        "source": "Arrêté fictif",
    }  # fmt: skip
    await funding.write("grilles-modulation", grid | {"publics": "0.4", "effort": "0.35"})
    await funding.write("grilles-modulation", grid)
    assert await refused(funding, "grilles-modulation", grid | {"effort": "0.26"}) == "grille_incoherente"
    assert await refused(funding, "grilles-modulation", grid | {"plafond": "0.11"}) == "modulation_excessive"
    decision = {
        "annexe": annexe, "scores": {"publics": "1", "effort": "0", "resultats": "0"}, "date_notification": "2018-03-01",
        "justification": "Part élevée de bénéficiaires du RSA",
    }  # fmt: skip
    over = {name: value for name, value in decision.items() if name != "scores"} | {"taux": "0.1001"}
    assert await refused(funding, "modulations", over) == "modulation_excessive"
    answers = await asyncio.gather(*(funding.post("modulations", decision) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    query = "select taux || ' ' || socle_du || ' ' || montant from modulation"
    assert await funding.scalar(query) == "0.050 98275.00 4913.75"
    plan = (await get(funding, f"annexes/{annexe}/echeancier"))["lignes"]
    assert plan[-1] == {
        "mois": "2018-03", "nature": "PART_MODULEE", "montant": "4913.75", "formule": "F11",
        "libelle": "Part modulée : socle dû × taux",
    }  # fmt: skip


async def test_an_annexe_and_its_avenants_are_decided_once_and_in_force(funding: Funding) -> None:
    draft = await funding.write("annexes", make_annexe(etat="SAISI", numero="ACI059170009A0M0"))
    annexe = await funding.write("annexes", make_annexe())
    avenant = await funding.write("avenants", make_avenant(annexe, etp="9.50"))
    line = {"taux": "0.05", "date_notification": "2018-03-01", "justification": "x"}
    for never in (draft, annexe):  # not signed; replaced
        assert await refused(funding, "modulations", line | {"annexe": never}) == "annexe_sans_effet"
    last = await funding.write("avenants", make_avenant(avenant, etp="9.00"))
    await funding.write("modulations", line | {"annexe": last})
    assert await refused(funding, "modulations", line | {"annexe": last}) == "modulation_deja_decidee"
    assert (await get(funding, f"annexes/{last}"))["montant_module"] == "9827.50"
    less = await funding.write("avenants", make_avenant(last, etp="4.00"))
    assert (await get(funding, f"annexes/{less}"))["montant_module"] == "7862.00"  # 10 % of 78 620


async def test_a_decision_on_an_annexe_waits_for_that_on_its_avenant(funding: Funding) -> None:
    annexe = await funding.write("annexes", make_annexe())
    avenant = await funding.write("avenants", make_avenant(annexe, etp="9.50"))
    line = {"annexe": avenant, "taux": "0.05", "date_notification": "2018-03-01", "justification": "x"}
    waiting = text(
        "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    )
    async with (
        funding.engine.begin() as other
    ):  # a decision on the annexe before the avenant, not written yet
        await other.execute(text(f"select from annexe_financiere where id = '{annexe}' for no key update"))
        asked = asyncio.create_task(funding.post("modulations", line))
        async with asyncio.timeout(20):
            while not asked.done() and not await funding.scalar(waiting.text):
                pass
        await other.execute(
            text(f"""
            insert into modulation (id, annexe_id, taux, socle_du, montant, date_notification, justification)
            values ('{uuid4()}', '{annexe}', 0.05, 0, 0, '2018-03-01', 'x')
        """)
        )
    assert (await asked).json()["code"] == "modulation_deja_decidee"


async def test_exit_forecasts_add_up(funding: Funding) -> None:
    rates = {
        "taux_durable_prevu": "0.5430",
        "taux_transition_prevu": "0.1740",
        "taux_positive_prevu": "0.1090",
    }
    line = make_annexe(sorties_prevues=20, taux_dynamique_prevu="0.8260", **rates)
    annexe = await funding.write("annexes", line)
    assert (await get(funding, f"annexes/{annexe}"))["taux_durable_prevu"] == "0.5430"
    wrong = line | {"taux_dynamique_prevu": "0.8261", "numero": "ACI059170002A0M0"}
    assert await refused(funding, "annexes", wrong) == "previsions_incoherentes"
