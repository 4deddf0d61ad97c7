"""A prescripteur and a SIAE, each by its own client and perimeter; who grants, who delivers, what is taken back."""

import logging
from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.parcours.domain import siae
from shared.contracts.structures import PrescripteurEnregistre
from tests.factories.facts import identifier
from tests.factories.parcours import make_contrat, make_identite
from tests.factories.parcours_service import ACI, ETTI, SIRETS, Parcours
from tests.factories.pathways import ORGANISATION, PAST, TODAY, People, codes, day


@pytest.fixture
def people(parcours: Parcours) -> People:
    return People.around(parcours)


def make_prescripteur(statut: str) -> PrescripteurEnregistre:
    return PrescripteurEnregistre(
        prescripteur_id=identifier("FT"), code=ORGANISATION, categorie="FT", departement="59", statut=statut,
        habilite_le=date(2022, 1, 1), habilite_jusqu_au=None,
    )  # fmt: skip


async def test_a_prescriber_sends_and_a_siae_decides_each_in_its_own_perimeter(
    parcours: Parcours, people: People
) -> None:
    sent = await people.send()
    await people.diagnose(sent)
    stranger = parcours.as_caller(client="autre", departements=[], structures=[ETTI])
    path, hire = (
        f"candidatures/{sent}/decision",
        {"transition": "accept", "date_embauche": day(TODAY)},
    )
    # Who sent does not answer; a structure that did not receive sees nothing; one that did answers, and cannot send as the prescripteur.
    assert (await people.office.post(path, hire)).status_code == 404
    assert (await stranger.post(path, hire)).status_code == 404
    assert (await stranger.get(f"candidatures/{sent}")).status_code == 404
    assert (await people.accept(sent)).status_code == 201
    read = (await people.office.get(f"candidatures/{sent}")).json()
    assert (read["etat"], read["structure_id"], read["organisation"]) == ("accepted", str(ACI), ORGANISATION)
    received = (await people.employer.get(f"candidatures/{sent}")).json()
    assert received["pass_id"] == read["pass_id"]
    assert received["personne_id"] != read["personne_id"]  # each knows the person by its own name
    assert (await people.office.get(f"pass/{read['pass_id']}")).status_code == 200
    assert (await stranger.get(f"pass/{read['pass_id']}")).status_code == 404


async def test_only_a_prescripteur_habilite_grants_and_the_structure_reads_why_not(
    parcours: Parcours, people: People
) -> None:
    pass_id = await people.hired_in_the_past()
    path, end = f"pass/{pass_id}/prolongations", PAST + timedelta(729)
    asked = {
        "siret": SIRETS["ACI"], "date_fin": day(end + timedelta(100)), "motif": "RQTH", "organisation": ORGANISATION,
    }  # fmt: skip
    assert codes(await people.employer.post(path, asked)) == ["habilitation_manquante"]
    orienteur = asked | {"type_prescripteur": "Orienteur"}
    assert codes(await people.employer.post(path, orienteur)) == ["habilitation_manquante"]
    await parcours.receive(make_prescripteur("REFUSED"))
    assert codes(await people.employer.post(path, asked | {"type_prescripteur": "FT"})) == [
        "habilitation_manquante"
    ]
    await parcours.receive(make_prescripteur("VALIDATED").model_copy(update={"departement": "62"}))
    request = await people.employer.write(path, asked)
    (seen,) = (await people.office.get("prolongations?etat=PENDING")).json()
    assert (seen["id"], seen["motif"], seen["rappel_le"]) == (request, "RQTH", day(TODAY + timedelta(10)))
    stranger = parcours.as_caller(client="autre", departements=["62"], organisations=["FT-62-01"])
    assert (await stranger.get("prolongations")).json() == []
    state = parcours.as_caller(client="ddets", departements=["59"])
    assert [each["motif"] for each in (await state.get("prolongations")).json()] == [None]
    reply = f"prolongations/{request}/reponse"
    denied = {"accordee": False, "motif_refus": "IAE"}
    assert codes(await people.office.post(reply, denied)) == ["champ_sans_objet"]
    await people.office.write(reply, denied | {"actions": ["EXIT_IAE"]})
    (told,) = (await people.employer.get("prolongations")).json()
    assert (told["etat"], told["motif_refus"], told["actions"], told["rappel_le"]) == (
        "DENIED", "IAE", ["EXIT_IAE"], None,
    )  # fmt: skip
    assert (await people.employer.get(f"prolongations?apres={request}")).json() == []


async def test_a_pass_is_delivered_by_hand_to_who_has_no_number(parcours: Parcours, people: People) -> None:
    forgot = make_identite(motif_absence_identifiant_france_travail="FORGOTTEN")
    sent = await people.send(identite=forgot)
    await people.diagnose(sent)
    start = TODAY + timedelta(3)
    assert (await people.accept(sent, start)).status_code == 201
    read = (await people.employer.get(f"candidatures/{sent}")).json()
    assert (read["etat"], read["pass_id"], read["delivrance"]) == ("accepted", None, "PENDING")
    path = f"candidatures/{sent}/delivrance"
    assert (await people.employer.post(path, {"accordee": True})).status_code == 403
    (waiting,) = (await people.operator.get("delivrances")).json()
    assert waiting["id"] == sent
    await people.operator.write(path, {"accordee": False})
    assert codes(await people.operator.post(path, {"accordee": True})) == ["demande_traitee"]
    assert (await people.employer.get(f"candidatures/{sent}")).json()["delivrance"] == "DENIED"
    assert (await people.decide(sent, transition="cancel")).status_code == 201
    assert (await people.accept(sent, start)).status_code == 201
    await people.operator.write(path, {"accordee": True})
    read = (await people.employer.get(f"candidatures/{sent}")).json()
    known = (await people.employer.get(f"pass/{read['pass_id']}")).json()
    assert (read["delivrance"], known["origine"], known["date_debut"]) == ("GRANTED", "admin", day(start))
    assert (await people.operator.get("delivrances")).json() == []
    assert len(await parcours.facts("pass_iae.delivre")) == 1
    # With the number, or none to have, it is delivered at once.
    for n, known_by in enumerate(("NOT_REGISTERED", "1234567A")):
        field = "identifiant_france_travail" if n else "motif_absence_identifiant_france_travail"
        other = await people.send(identite=make_identite(nom=f"FICTIF {n}", **{field: known_by}))
        await people.diagnose(other)
        assert (await people.accept(other)).status_code == 201
        assert await people.pass_of(other) is not None


async def test_a_hire_to_come_moves_with_the_pass_that_begins_with_it(
    parcours: Parcours, people: People
) -> None:
    sent = await people.send()
    other = await people.send("AI")
    await people.diagnose(sent)
    assert (await people.accept(sent, TODAY + timedelta(5))).status_code == 201
    path, later = f"candidatures/{sent}/report", TODAY + timedelta(20)
    moved = {"date_embauche": day(later)}
    assert (await people.office.post(path, moved)).status_code == 404
    await people.employer.write(path, moved)
    known = (await people.employer.get(f"pass/{await people.pass_of(sent)}")).json()
    assert (known["date_debut"], known["date_fin"]) == (day(later), day(later + timedelta(729)))
    # Another hire rests on it: it stays, unless it would begin too late.
    assert (await people.decide(other, transition="accept", date_embauche=day(later))).status_code == 201
    await people.employer.write(path, {"date_embauche": day(TODAY + timedelta(30))})
    known = (await people.employer.get(f"pass/{await people.pass_of(sent)}")).json()
    assert known["date_debut"] == day(later)
    await people.employer.write(path, {"date_embauche": day(TODAY)})
    known = (await people.employer.get(f"pass/{await people.pass_of(sent)}")).json()
    assert known["date_debut"] == day(TODAY)
    assert codes(await people.employer.post(path, moved)) == ["report_impossible"]
    assert [fact["cause"] for fact in await parcours.facts("pass_iae.modifie")] == ["REPORT", "REPORT"]
    refused = await people.send("ETTI")
    assert codes(await parcours.post(f"candidatures/{refused}/report", moved)) == ["transition_interdite"]


async def test_a_pass_delivered_by_mistake_is_cancelled_but_not_one_from_elsewhere(
    parcours: Parcours, people: People
) -> None:
    first, second = await people.send(), await people.send("AI")
    await people.diagnose(first)
    for each in (first, second):
        assert (await people.accept(each)).status_code == 201
    path = f"pass/{await people.pass_of(first)}/annulation"
    assert (await people.employer.post(path, {})).status_code == 403
    assert codes(await people.operator.post(path, {})) == ["annulation_impossible"]
    assert (await people.decide(second, transition="cancel")).status_code == 201
    await people.operator.write(path, {})
    read = (await people.employer.get(f"candidatures/{first}")).json()
    assert (read["etat"], read["pass_id"]) == ("accepted", None)
    assert (await people.operator.post(path, {})).status_code == 404
    # Taken over from another platform: the hire is cancelled, not what that platform delivered.
    taken = await people.send(by=people.takeover, identite=make_identite(nom="AILLEURS"))
    personne = (await people.takeover.get(f"candidatures/{taken}")).json()["personne_id"]
    old = {"reference": "R1", "personne": personne, "numero": "999990000001", "date_debut": day(PAST)}
    await people.takeover.load("pass_repris", old)
    assert (await people.accept(taken)).status_code == 201
    kept = await people.pass_of(taken)
    assert (await people.decide(taken, transition="cancel")).status_code == 201
    assert (await people.takeover.get(f"pass/{kept}")).json()["etat"] == "VALID"
    assert await parcours.rows("select count(*) from pass_iae where annule") == [(1,)]


async def test_a_refusal_has_one_code_in_the_answer_and_in_the_log(
    people: People, caplog: pytest.LogCaptureFixture
) -> None:
    pass_id = await people.hired_in_the_past()
    end = PAST + timedelta(729)
    signed = make_contrat(None, date_debut=day(TODAY))
    assert signed["siret"] == SIRETS["ACI"]
    asked = {"siret": SIRETS["AI"], "date_fin": day(end + timedelta(400)), "motif": "COMPLETE_TRAINING"}
    with caplog.at_level(logging.INFO, "shared.http"):
        answer = await people.employer.post(f"pass/{pass_id}/prolongations", asked)
    told = answer.json()["erreurs"]
    assert [fault["code"] for fault in told] == ["non_employeur", "duree_de_prolongation"]
    assert all(fault["source"].startswith(("Parcours §", "CT ")) for fault in told)
    logged = [record.__dict__["code"] for record in caplog.records if record.message == "refused"]
    assert logged == ["non_employeur", "duree_de_prolongation"]


async def test_nobody_is_hired_where_the_experiment_of_the_law_is_over(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = replace(siae.EXPERIMENTATIONS[0], valeur="ACI", jusqu_a=TODAY)
    monkeypatch.setattr(siae, "EXPERIMENTATIONS", (over,))
    sent = await people.send()
    await people.diagnose(sent)
    assert codes(await people.accept(sent, TODAY + timedelta(1))) == ["experimentation_fermee"]
    assert (await people.accept(sent, TODAY)).status_code == 201
