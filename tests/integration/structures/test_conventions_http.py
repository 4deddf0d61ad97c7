"""Conventions over HTTP: the steps, the races that the database decides, the daily review."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from shared import clock
from tests.factories.siret import make_siret
from tests.factories.structures_service import Registry, second_siret

TODAY = clock.today()
PERIOD = {"date_debut": "2026-01-01", "date_fin": "2028-12-31"}


async def test_a_request_is_examined_then_signed_and_each_step_is_a_fact(registre: Registry) -> None:
    one = await registre.structure()
    siae = registre.headers(departements=(), structures=[one])
    convention = await registre.made("/conventions/demandes", {"structure": one, **PERIOD}, siae)
    path = f"/conventions/{convention}/etapes"
    assert await registre.refused(path, {"transition": "instruire"}, 404, siae) == "introuvable"
    again = {"structure": one, **PERIOD}
    assert await registre.refused("/conventions/demandes", again) == "demande_convention_en_cours"
    early = {"transition": "signer", "numero": "N1"}
    assert await registre.refused(path, early) == "transition_convention_interdite"
    await registre.step(convention, "instruire")
    assert await registre.refused(path, {"transition": "rendre_avis"}) == "piece_manquante"
    await registre.step(convention, "ajourner")
    told = {"transition": "rendre_avis", "avis": "FAVORABLE", "avis_repris_du": "2025-12-01"}
    assert await registre.refused(path, told, 403) == "portee_insuffisante"
    later = told | {"avis_repris_du": (TODAY + timedelta(days=1)).isoformat()}
    assert await registre.refused(path, later, headers=registre.takeover()) == "date_effet_incoherente"
    await registre.opinion(convention, "FAVORABLE_AVEC_RESERVES")
    await registre.step(convention, "signer", numero="C059FICTIF1")
    view = await registre.read(f"/conventions/{convention}")
    assert (view["etat"], view["numero"], view["avis"]) == (
        "SIGNEE",
        "C059FICTIF1",
        "FAVORABLE_AVEC_RESERVES",
    )
    assert (view["avis_repris_du"], view["dossier_id"]) == ("2025-12-01", None)
    assert await registre.facts(convention) == ["demandee", "instruite", "instruite", "avis_rendu", "signee"]


async def test_of_two_signatures_of_one_convention_the_database_keeps_one(registre: Registry) -> None:
    one = await registre.structure()
    convention = await registre.made("/conventions/demandes", {"structure": one, **PERIOD})
    await registre.step(convention, "instruire")
    await registre.opinion(convention)
    body = {"transition": "signer"}
    answers = await asyncio.gather(
        *(
            registre.send("POST", f"/conventions/{convention}/etapes", body | {"numero": f"N{n}"})
            for n in range(5)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 4
    assert (await registre.facts(convention)).count("signee") == 1


async def test_of_two_conventions_signed_at_once_for_one_structure_the_database_keeps_one(
    registre: Registry,
) -> None:
    await registre.structure()
    lines = [{"numero": f"N{n}", "siret": make_siret(1), **PERIOD} for n in range(5)]
    answers = await asyncio.gather(*(registre.send("POST", "/conventions", line) for line in lines))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 4
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"convention_en_cours"}
    with pytest.raises(IntegrityError, match="uq_convention_structure_en_cours"):
        await registre.execute(f"insert into convention ({COPIED}) select {COPY} from convention")


COPIED = (
    "id, version, structure_id, siret_signature, type_structure, numero, date_debut, date_fin, etat, etat_le"
)
COPY = COPIED.replace("id,", "gen_random_uuid(),", 1).replace("numero", "'N9'")


async def test_a_renewal_ends_the_convention_that_it_follows_and_an_older_one_comes_in_ended(
    registre: Registry,
) -> None:
    one = await registre.structure()
    siret = {"siret": make_siret(1)}
    first = {"numero": "N1", "date_debut": "2020-01-01", "date_fin": "2022-12-31"} | siret
    older = {"numero": "N0", "date_debut": "2017-01-01", "date_fin": "2019-12-31"} | siret
    renewal = {"numero": "N2", "date_debut": "2023-01-01", "date_fin": "2025-12-31"} | siret
    for line in (first, older, renewal):
        await registre.made("/conventions", line)
    states = {row["numero"]: row["etat"] for row in await registre.read(f"/conventions?structure_id={one}")}
    assert states == {"N0": "TERMINEE", "N1": "TERMINEE", "N2": "SIGNEE"}
    assert await registre.refused("/conventions", renewal | {"numero": "N3"}) == "convention_en_cours"
    ahead = {"numero": "N3", "date_debut": (TODAY + timedelta(30)).isoformat(), "date_fin": "2099-12-31"}
    signed = await registre.made("/conventions", ahead | siret)
    assert (await registre.read(f"/conventions/{signed}"))["etat_le"] == TODAY.isoformat()
    await registre.step(signed, "suspendre")
    await registre.made(f"/structures/{one}/fermeture", {"motif": "CESSATION"})
    later = {"numero": "N4", "date_debut": "2026-01-01", "date_fin": "2028-12-31"} | siret
    assert await registre.refused("/conventions", later) == "structure_fermee"


async def test_a_convention_has_the_siren_and_type_of_its_structure_or_the_database_refuses(
    registre: Registry,
) -> None:
    one, other = await registre.structure(), await registre.structure(2)
    await registre.convention(one)
    for change, value in (
        ("structure_id", other),
        ("siret_signature", make_siret(2)),
        ("type_structure", "EI"),
    ):
        with pytest.raises(IntegrityError, match="fk_convention_structure"):
            await registre.execute(f"update convention set {change} = cast(:value as text)::{CASTS[change]}", value=value)  # fmt: skip
    geiq = await registre.structure(3, type="GEIQ")
    demande = {"structure": geiq, **PERIOD}
    assert await registre.refused("/conventions/demandes", demande) == "type_non_conventionnable"


CASTS = {"structure_id": "uuid", "siret_signature": "text", "type_structure": "text"}


async def test_a_convention_is_active_while_an_annexe_of_its_structures_is(registre: Registry) -> None:
    mother = await registre.structure()
    antenne = await registre.structure(siret=second_siret(1), mere=mother)
    convention = await registre.convention(mother)
    await registre.annexe(antenne, TODAY, "last-day")  # its last day does not count any more
    await registre.annexe(mother, TODAY + timedelta(300), "closed", etat="CLOTURE")
    await registre.annexe(mother, TODAY + timedelta(300), "prison", mesure="ACI_MP")
    assert (await registre.review("conventions"))["comptes"] == {"activees": 0, "desactivees": 0}
    await registre.annexe(antenne, TODAY + timedelta(1), "last-day")
    blank = await registre.review("conventions", a_blanc=True)
    assert (blank["comptes"]["activees"], blank["objets"]) == (1, [convention])
    assert (await registre.read(f"/conventions/{convention}"))["etat"] == "SIGNEE"
    assert (await registre.review("conventions"))["comptes"]["activees"] == 1
    for one in (mother, antenne):
        assert (await registre.read(f"/structures/{one}/activite"))["active"]
        (shared,) = await registre.read(f"/conventions?structure_id={one}&departement=59")
        assert shared["id"] == convention
    assert await registre.read("/conventions?departement=62") == []
    await registre.annexe(antenne, TODAY, "last-day")
    reports = await asyncio.gather(*(registre.review("conventions") for _ in range(3)))
    assert sorted(report["comptes"]["desactivees"] for report in reports) == [0, 0, 1]
    grace = await registre.read(f"/structures/{antenne}/activite")
    assert (grace["active"], grace["en_grace"], grace["dans_la_recherche"]) == (False, True, True)
    await registre.execute("update convention set suspendue_le = suspendue_le - 31")
    gone = await registre.read(f"/structures/{antenne}/activite")
    assert (gone["en_grace"], gone["dans_la_recherche"]) == (False, False)
    assert (await registre.read("/structures/recherche"))["resultats"] == []
    await registre.step(
        convention, "terminer"
    )  # what was lost 31 days ago does not come back by ending today
    assert (await registre.read("/structures/recherche"))["resultats"] == []
    assert await registre.facts(convention) == [
        "demandee", "instruite", "avis_rendu", "signee", "activee", "suspendue", "terminee",
    ]  # fmt: skip


async def test_a_manual_reactivation_holds_ninety_days_and_a_decision_holds_until_lifted(
    registre: Registry,
) -> None:
    one = await registre.structure()
    convention = await registre.convention(one)
    await registre.annexe(one, TODAY + timedelta(300))
    await registre.review("conventions")
    await registre.step(convention, "suspendre")
    assert (await registre.review("conventions"))["comptes"] == {"activees": 0, "desactivees": 0}
    await registre.annexe(one, TODAY)
    await registre.step(convention, "reactiver")
    assert (await registre.review("conventions"))["comptes"]["desactivees"] == 0
    await registre.execute("update convention set reactivee_le = reactivee_le - 90")
    assert (await registre.review("conventions"))["comptes"]["desactivees"] == 1


async def test_the_review_belongs_to_those_who_run_the_platform(registre: Registry) -> None:
    assert (await registre.send("POST", "/conventions/revue")).status_code == 403
