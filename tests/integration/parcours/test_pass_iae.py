"""From the sending of a person to the end of the PASS IAE, by the rules of today, over HTTP."""

import asyncio
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from services.parcours.domain.regles import plus_mois
from shared import clock
from shared.access.scopes import Scope
from tests.factories.facts import make_annexe
from tests.factories.parcours import make_contrat, make_identite, make_orientation
from tests.factories.parcours_service import ACI, AI, ETTI, REPRISE, SIRETS, Parcours
from tests.factories.tokens import ALL_WRITES

TODAY = clock.today()
PAST = TODAY - timedelta(600)
"""Day of a hire whose PASS IAE is in the window of prolongations."""


def day(jour: date) -> str:
    return jour.isoformat()


@pytest.fixture
def office(parcours: Parcours) -> Parcours:
    """A prescripteur habilité."""
    return parcours.as_caller(client="ft", scopes=ALL_WRITES, departements=[], organisations=["FT-59-01"])


@pytest.fixture
def employer(parcours: Parcours) -> Parcours:
    """The software of an ACI and of an AI."""
    return parcours.as_caller(client="logiciel", scopes=ALL_WRITES, departements=[], structures=[ACI, AI])


@pytest.fixture
def takeover(parcours: Parcours) -> Parcours:
    """A first load, which tells the past."""
    return parcours.as_caller(client="reprise", scopes=REPRISE, organisations=["FT-59-01"])


def sending(**changes: Any) -> dict[str, Any]:
    return (
        make_orientation(None, personne=None, identite=make_identite(), date_orientation=day(TODAY)) | changes
    )


def diagnosis(personne: str, **changes: Any) -> dict[str, Any]:
    return {
        "personne": personne, "type_prescripteur": "FT", "organisation": "FT-59-01", "criteres": ["RSA", "FLE"],
    } | changes  # fmt: skip


async def person_of(caller: Parcours, candidature: str) -> str:
    return str((await caller.get(f"candidatures/{candidature}")).json()["personne_id"])


async def decide(caller: Parcours, candidature: str, **decision: Any) -> httpx.Response:
    return await caller.post(f"candidatures/{candidature}/decision", decision)


async def hired_in_the_past(takeover: Parcours) -> tuple[str, str]:
    """Hire somebody in an ACI 600 days ago; return the person and the PASS IAE."""
    sent = await takeover.write("candidatures", sending(date_orientation=day(PAST), connu_le=day(PAST)))
    personne = await person_of(takeover, sent)
    await takeover.write("diagnostics", diagnosis(personne, date_diagnostic=day(PAST)))
    answer = await decide(takeover, sent, transition="accept", date_embauche=day(PAST), connu_le=day(PAST))
    assert answer.status_code == 201, answer.text
    return personne, (await takeover.get(f"candidatures/{sent}")).json()["pass_id"]


def codes(answer: httpx.Response) -> list[str]:
    body = answer.json()
    return [fault["code"] for fault in body["erreurs"]] or [body["code"]]


async def test_a_person_is_sent_hired_and_gets_a_pass_that_their_contract_rests_on(
    parcours: Parcours, office: Parcours, employer: Parcours
) -> None:
    sent = await office.write("candidatures", sending())
    elsewhere = await office.write("candidatures", sending(siret=SIRETS["ETTI"], type_structure="ETTI"))
    personne, hired = await person_of(office, sent), await person_of(employer, sent)
    hire = {"transition": "accept", "date_embauche": day(TODAY)}
    assert (await decide(employer, sent, transition="process")).status_code == 201
    assert codes(await decide(employer, sent, transition="accept")) == ["date_embauche_manquante"]
    assert codes(await decide(employer, sent, **hire)) == ["sans_diagnostic"]
    signed = make_contrat(
        None, personne=hired, date_debut=day(TODAY), date_fin_prevue=day(TODAY + timedelta(200))
    )
    assert codes(await employer.post("contrats", signed)) == ["sans_agrement"]
    await office.write("diagnostics", diagnosis(personne))
    late = {**hire, "date_embauche": day(plus_mois(TODAY, 6) + timedelta(1))}
    assert codes(await decide(employer, sent, **late)) == ["embauche_lointaine"]
    assert codes(await decide(employer, sent, **hire, siret=SIRETS["AI"])) == ["champ_sans_objet"]
    answer = await decide(employer, sent, **hire)
    assert answer.status_code == 201, answer.text
    states = [(await parcours.get(f"candidatures/{each}")).json()["etat"] for each in (sent, elsewhere)]
    assert states == ["accepted", "obsolete"]
    (known,) = (await employer.get(f"personnes/{hired}/pass")).json()
    assert known["affichage"] == "XXXXX 00 00001"
    assert (known["date_debut"], known["date_fin"]) == (day(TODAY), day(TODAY + timedelta(729)))
    assert (known["etat"], known["jours_restants"], known["date_fin_estimee"]) == (
        "VALID",
        730,
        known["date_fin"],
    )
    contrat = await employer.write("contrats", signed)
    assert (await parcours.get(f"contrats/{contrat}")).status_code == 200
    assert codes(await decide(employer, sent, transition="cancel")) == ["contrats_signes"]
    stranger = parcours.as_caller(departements=["62"], structures=[])
    assert (await stranger.get(f"pass/{known['id']}")).status_code == 404
    told = str(await parcours.rows("select data from journal"))
    assert "RSA" not in told and "FLE" not in told  # noqa: PT018 # one thing: criteria stay in the vault
    (delivered,) = await parcours.facts("pass_iae.delivre")
    assert (delivered["date_fin"], delivered["suspensions"]) == (known["date_fin"], [])


async def test_a_cancelled_hire_takes_its_pass_away_and_its_number_with_it(
    parcours: Parcours, office: Parcours, employer: Parcours
) -> None:
    sent = await office.write("candidatures", sending())
    personne = await person_of(employer, sent)
    own = {"siret": SIRETS["ACI"], "type_structure": "ACI", "type_prescripteur": None, "organisation": None}
    own_diagnosis = {name: value for name, value in (diagnosis(personne) | own).items() if value is not None}
    few = own_diagnosis | {"criteres": ["FLE", "PM"]}
    assert codes(await employer.post("diagnostics", few)) == ["criteres_insuffisants"]
    await employer.write("diagnostics", own_diagnosis)
    for number in (1, 2):
        hired = await decide(employer, sent, transition="accept", date_embauche=day(TODAY + timedelta(3)))
        assert hired.status_code == 201, hired.text
        (known,) = (await employer.get(f"personnes/{personne}/pass")).json()
        assert (known["affichage"], known["etat"]) == (f"XXXXX 00 0000{number}", "FUTURE")
        assert (await decide(employer, sent, transition="cancel")).status_code == 201
        assert (await employer.get(f"personnes/{personne}/pass")).json() == []
    assert len(await parcours.facts("pass_iae.annule")) == 2
    kept = await parcours.rows("select etat, pass_id, diagnostic_id, date_embauche from candidature")
    assert kept == [("cancelled", None, None, None)]


async def test_a_candidature_moves_between_structures_and_waits_again(
    parcours: Parcours, office: Parcours, employer: Parcours
) -> None:
    sent = await office.write("candidatures", sending())
    assert codes(await decide(employer, sent, transition="transfer", siret=SIRETS["ACI"])) == [
        "meme_structure"
    ]
    assert (await decide(employer, sent, transition="transfer", siret=SIRETS["ETTI"])).status_code == 404
    assert (await decide(employer, sent, transition="transfer", siret=SIRETS["AI"])).status_code == 201
    assert (await parcours.get(f"candidatures/{sent}")).json()["structure_id"] == str(AI)
    assert codes(await decide(employer, sent, transition="external_transfer", siret=SIRETS["ETTI"])) == [
        "transition_interdite"
    ]
    assert (await decide(employer, sent, transition="add_to_pool")).status_code == 201
    assert (await decide(employer, sent, transition="refuse", motif_refus="no_position")).status_code == 201
    answer = await decide(employer, sent, transition="external_transfer", siret=SIRETS["ETTI"])
    assert answer.status_code == 201, answer.text
    other = (await parcours.get(f"candidatures/{answer.json()['id']}")).json()
    assert (other["etat"], other["structure_id"], other["origine"]) == ("new", str(ETTI), "PRESCRIPTEUR")
    assert (await parcours.get(f"candidatures/{sent}")).json()["motif_refus"] == "no_position"
    changed = await parcours.facts("candidature.changee")
    assert [fact["etat"] for fact in changed] == ["new", "pool"]


async def test_nobody_is_sent_twice_to_a_structure_within_24_hours(
    parcours: Parcours, office: Parcours
) -> None:
    await office.write("candidatures", sending(siret=SIRETS["ETTI"], type_structure="ETTI"))
    answers = await asyncio.gather(*(office.post("candidatures", sending()) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert [code for answer in answers if answer.status_code == 409 for code in codes(answer)] == [
        "candidature_recente"
    ]
    async with parcours.engine.begin() as conn:
        await conn.exec_driver_sql("update candidature set envoyee_ms = envoyee_ms - 86400000")
    await office.write("candidatures", sending())


async def test_two_structures_that_hire_at_once_deliver_one_pass(
    parcours: Parcours, office: Parcours, employer: Parcours
) -> None:
    first = await office.write("candidatures", sending())
    second = await office.write("candidatures", sending(siret=SIRETS["AI"], type_structure="AI"))
    await office.write("diagnostics", diagnosis(await person_of(office, first)))
    answers = await asyncio.gather(
        *(decide(employer, each, transition="accept", date_embauche=day(TODAY)) for each in (first, second))
    )
    assert [answer.status_code for answer in answers] == [201, 201]
    rows = await parcours.rows("select distinct pass_id from candidature where etat = 'accepted'")
    assert len(rows) == 1
    assert await parcours.rows("select count(*) from pass_iae") == [(1,)]


async def test_the_structure_that_hired_last_suspends_and_resumes(
    parcours: Parcours, takeover: Parcours, employer: Parcours
) -> None:
    personne, pass_id = await hired_in_the_past(takeover)
    end = PAST + timedelta(729)
    path, month = f"pass/{pass_id}/suspensions", timedelta(30)
    wanted = {
        "date_debut": day(TODAY), "date_fin": day(TODAY + month), "motif": "CONTRACT_SUSPENDED",
    }  # fmt: skip
    other = parcours.as_caller(client="ai", departements=[], structures=[AI])
    assert (await other.post(path, wanted)).status_code == 404
    too_old = wanted | {"date_debut": day(TODAY - timedelta(366))}
    assert codes(await employer.post(path, too_old)) == ["suspension_trop_ancienne"]
    answers = await asyncio.gather(*(employer.post(path, wanted) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    (suspension,) = (answer.json()["id"] for answer in answers if answer.status_code == 201)
    known = (await employer.get(f"pass/{pass_id}")).json()
    assert (known["etat"], known["date_fin"]) == ("SUSPENDED", day(end + month))
    assert "CONTRACT_SUSPENDED" not in str(await parcours.rows("select data from journal"))
    asked = {"siret": SIRETS["ACI"], "date_fin": day(end + 2 * month), "motif": "COMPLETE_TRAINING"}
    assert codes(await employer.post(f"pass/{pass_id}/prolongations", asked)) == ["pass_suspendu"]
    resume = f"suspensions/{suspension}/reprise"
    outside = {"premier_jour": day(TODAY + month)}
    assert codes(await employer.post(resume, outside)) == ["reprise_hors_suspension"]
    await employer.write(resume, {"premier_jour": day(TODAY + timedelta(11))})
    known = (await employer.get(f"pass/{pass_id}")).json()
    assert known["date_fin"] == day(end + timedelta(10))
    assert [(each["debut"], each["fin"]) for each in known["suspensions"]] == [
        (day(TODAY), day(TODAY + timedelta(10)))
    ]
    # Hired again on the day the suspension began: it is as if it had never been.
    sent = await takeover.write("candidatures", sending(personne=personne, identite=None))
    assert (await decide(employer, sent, transition="accept", date_embauche=day(TODAY))).status_code == 201
    known = (await employer.get(f"pass/{pass_id}")).json()
    assert (known["etat"], known["date_fin"], known["suspensions"]) == ("VALID", day(end), [])
    moved = await parcours.facts("pass_iae.modifie")
    assert [fact["cause"] for fact in moved] == ["SUSPENSION", "REPRISE", "EMBAUCHE"]


async def test_a_prescripteur_grants_what_the_structure_cannot_alone(
    parcours: Parcours, takeover: Parcours, employer: Parcours, office: Parcours
) -> None:
    _, pass_id = await hired_in_the_past(takeover)
    end = PAST + timedelta(729)
    path = f"pass/{pass_id}/prolongations"
    asked = {"siret": SIRETS["ACI"], "date_fin": day(end + timedelta(100)), "motif": "RQTH"}
    assert codes(await employer.post(path, asked)) == ["champ_sans_objet"]
    asked |= {"organisation": "FT-59-01", "type_prescripteur": "FT"}
    assert codes(await employer.post(path, asked | {"siret": SIRETS["AI"]})) == ["non_employeur"]
    answers = await asyncio.gather(*(employer.post(path, asked) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    (request,) = (answer.json()["id"] for answer in answers if answer.status_code == 201)
    reply = f"prolongations/{request}/reponse"
    assert (await employer.post(reply, {"accordee": True})).status_code == 404
    assert codes(await office.post(reply, {"accordee": False})) == ["champ_sans_objet"]
    await office.write(reply, {"accordee": False, "motif_refus": "DURATION"})
    assert codes(await office.post(reply, {"accordee": True})) == ["demande_traitee"]
    again = await employer.write(path, asked)
    await office.write(f"prolongations/{again}/reponse", {"accordee": True})
    alone = {"siret": SIRETS["ACI"], "date_fin": day(end + timedelta(200)), "motif": "COMPLETE_TRAINING"}
    await employer.write(path, alone)
    known = (await employer.get(f"pass/{pass_id}")).json()
    assert known["date_fin"] == day(end + timedelta(200))
    assert [each["etat"] for each in known["prolongations"]].count("GRANTED") == 2
    over = asked | {"date_fin": day(end + timedelta(200 + 365)), "motif": "PARTICULAR_DIFFICULTIES"}
    await employer.write(path, over)
    assert "RQTH" not in str(await parcours.rows("select data from journal"))
    too_much = asked | {"date_fin": day(end + timedelta(200 + 366))}
    assert codes(await employer.post(path, too_much)) == ["demande_en_cours", "duree_de_prolongation"]


async def test_the_carence_keeps_out_unless_a_prescripteur_lifts_it(
    parcours: Parcours, takeover: Parcours, office: Parcours, employer: Parcours
) -> None:
    long_ago = TODAY - timedelta(1000)
    sent = await takeover.write(
        "candidatures", sending(date_orientation=day(long_ago), connu_le=day(long_ago))
    )
    personne = await person_of(takeover, sent)
    await takeover.write("diagnostics", diagnosis(personne, date_diagnostic=day(long_ago)))
    hire = {"transition": "accept", "date_embauche": day(long_ago), "connu_le": day(long_ago)}
    assert (await decide(takeover, sent, **hire)).status_code == 201
    named = employer.name(personne, takeover)
    spontaneous = sending(type_prescripteur="SPONTANEE") | {"personne": named}
    spontaneous.pop("organisation")
    spontaneous.pop("identite")
    assert codes(await employer.post("candidatures", spontaneous)) == ["en_carence"]
    again = await office.write("candidatures", sending(siret=SIRETS["AI"], type_structure="AI"))
    hire = {"transition": "accept", "date_embauche": day(TODAY)}
    assert codes(await decide(employer, again, **hire)) == ["sans_diagnostic"]
    await office.write("diagnostics", diagnosis(office.name(personne, takeover)))
    assert (await decide(employer, again, **hire)).status_code == 201
    assert len((await employer.get(f"personnes/{named}/pass")).json()) == 2


async def test_hours_are_eligible_under_a_pass_that_is_not_suspended(
    parcours: Parcours, takeover: Parcours
) -> None:
    personne, pass_id = await hired_in_the_past(takeover)
    first = (TODAY.replace(day=1) - timedelta(40)).replace(day=1)
    months = [first, (first + timedelta(32)).replace(day=1)]
    annexe = make_annexe("A4", numero="ACI059260001A0M0").model_copy(
        update={"date_debut": PAST, "date_fin": TODAY}
    )
    await parcours.receive(annexe)
    contract = make_contrat(
        None, personne=personne, date_debut=day(PAST), date_fin_prevue=day(PAST + timedelta(729))
    )
    contrat = await takeover.write("contrats", contract)
    stop = {
        "date_debut": day(months[1]), "date_fin": day(TODAY + timedelta(60)), "motif": "CONTRACT_SUSPENDED",
        "connu_le": day(months[1]),
    }  # fmt: skip
    await takeover.write(f"pass/{pass_id}/suspensions", stop)
    for month in months:
        line = {"contrat": contrat, "heures": "10", "annexe": "ACI059260001A0M0"}
        assert (await takeover.declare(f"{month:%Y-%m}", line)).status_code == 201
    received = await parcours.facts("declaration.recue")
    assert [fact["lignes"][0]["heures_eligibles"] for fact in received] == ["10", "0"]


async def test_what_nobody_touches_is_refused_then_put_away(parcours: Parcours, takeover: Parcours) -> None:
    ages = {"fresh": 59, "old": 60, "ancient": 200}
    sent = {
        name: await takeover.write(
            "candidatures",
            sending(identite=make_identite(nom=name), date_orientation=day(TODAY - timedelta(age))),
        )
        for name, age in ages.items()
    }
    await takeover.write("candidatures", sending(date_orientation="2017-01-02"))
    postponed = await decide(
        takeover, sent["ancient"], transition="postpone", connu_le=day(TODAY - timedelta(180))
    )
    assert postponed.status_code == 201, postponed.text
    operator = parcours.as_caller(client="exploitation", scopes=[Scope.EXPLOITATION])
    for manner, expected in (("?a_blanc=true", 2), ("", 2), ("", 0)):
        answer = await operator.post(f"candidatures/classement{manner}", {})
        assert answer.json() == {"classees": expected}, answer.text
    reads = {name: (await parcours.get(f"candidatures/{each}")).json() for name, each in sent.items()}
    assert [(read["etat"], read["motif_refus"]) for read in reads.values()] == [
        ("new", None),
        ("refused", "auto"),
        ("postponed", None),
    ]
    assert (reads["ancient"]["archivee_le"], reads["old"]["archivee_le"]) == (day(TODAY), None)
    assert (await parcours.facts("candidature.changee"))[-1]["archivee"] is True
    assert (await parcours.post("candidatures/classement", {})).status_code == 403
