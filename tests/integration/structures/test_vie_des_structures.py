"""The life of a structure over HTTP: corrected, moved, closed, merged, and as it was on any day."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from shared import clock
from shared.access.scopes import Scope
from tests.factories.siret import make_siret
from tests.factories.structures_service import Registry, make_structure_line, second_siret


async def test_a_structure_is_read_as_it_was_on_any_day(registre: Registry) -> None:
    one = await registre.structure()
    path = f"/structures/{one}"
    body = {"raison_sociale": "Nouveau nom", "date_effet": "2018-05-01"}
    await registre.changed("PATCH", path, body, 1)
    move = {"siret": second_siret(1), "date_effet": "2020-02-02", "code_insee": "62041"}
    await registre.made(f"{path}/siret", move)
    past = {
        day: await registre.read(f"{path}?le={day}") for day in ("2015-01-01", "2018-05-01", "2020-02-02")
    }
    assert [state["raison_sociale"] for state in past.values()] == ["Chantier fictif 1", *["Nouveau nom"] * 2]
    assert [state["siret"] for state in past.values()] == [make_siret(1)] * 2 + [second_siret(1)]
    assert past["2020-02-02"]["departement"] == "62"
    assert (await registre.send("GET", f"{path}?le=2014-12-31")).status_code == 404
    history = await registre.read(f"{path}/historique")
    assert [(state["version"], state["fait"]) for state in history] == [
        (1, "enregistree"), (2, "corrigee"), (3, "siret_change"),
    ]  # fmt: skip
    assert await registre.facts(one) == ["enregistree", "corrigee", "siret_change"]
    early = {"siret": second_siret(1, 3), "date_effet": "2019-01-01"}
    assert await registre.refused(f"{path}/siret", early) == "date_effet_incoherente"
    foreign = {"siret": make_siret(2)}
    assert await registre.refused(f"{path}/siret", foreign) == "siren_different"


async def test_a_correction_says_which_version_it_replaces(registre: Registry) -> None:
    one = await registre.structure()
    body = {"adresse": "1 rue Fictive"}
    missing = await registre.send("PATCH", f"/structures/{one}", body)
    assert (missing.status_code, missing.json()["code"]) == (428, "version_manquante")
    answers = await asyncio.gather(
        *(registre.send("PATCH", f"/structures/{one}", body, {"If-Match": '"1"'}) for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]
    assert next(a for a in answers if a.status_code == 200).headers["etag"] == '"2"'
    same = await registre.client.get(
        f"/v1/structures/{one}", headers={**registre.headers(), "If-None-Match": '"2"'}
    )
    assert same.status_code == 304
    emptied = await registre.send(
        "PATCH", f"/structures/{one}", {"raison_sociale": None}, {"If-Match": '"2"'}
    )
    assert emptied.status_code == 422


async def test_one_siret_bears_two_types_but_never_the_same_twice_even_in_a_race(registre: Registry) -> None:
    await registre.structure()
    await registre.structure(type="EI", forme_juridique="SAS")
    lines = [make_structure_line(2)] * 6
    answers = await asyncio.gather(*(registre.send("POST", "/structures", line) for line in lines))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"structure_deja_enregistree"}


async def test_two_structures_that_move_to_one_siret_race_and_one_wins(registre: Registry) -> None:
    pair = [await registre.structure(), await registre.structure(siret=second_siret(1))]
    answers = await asyncio.gather(
        *(registre.send("POST", f"/structures/{one}/siret", {"siret": second_siret(1, 3)}) for one in pair)
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]


async def test_an_antenne_has_the_siren_and_the_type_of_its_mother(registre: Registry) -> None:
    mother = await registre.structure()
    antenne = make_structure_line(siret=second_siret(1), mere=mother)
    siae = registre.headers(departements=(), structures=[mother])
    made = await registre.made("/structures", antenne, siae)
    assert (await registre.read(f"/structures/{made}"))["source"] == "USER_CREATED"
    assert [row["id"] for row in await registre.read(f"/structures?mere_id={mother}")] == [made]
    for change in ({"siret": make_siret(2)}, {"type": "AI"}, {"mere": made, "siret": second_siret(1, 3)}):
        assert await registre.refused("/structures", antenne | change) == "antenne_incoherente"
    closing = {"motif": "CESSATION"}
    assert await registre.refused(f"/structures/{mother}/fermeture", closing) == "antennes_ouvertes"
    await registre.made(f"/structures/{made}/fermeture", closing, siae)
    assert await registre.refused(f"/structures/{mother}/fermeture", closing, 404, siae) == "introuvable"
    await registre.made(f"/structures/{mother}/fermeture", closing)
    assert await registre.refused(f"/structures/{made}/reouverture", {}) == "structure_fermee"
    late = antenne | {"siret": second_siret(1, 4)}
    assert await registre.refused("/structures", late) == "structure_fermee"


async def test_the_database_itself_refuses_an_antenne_of_another_siren(registre: Registry) -> None:
    mother, other = await registre.structure(), await registre.structure(2)
    statement = "update structure set mere_id = :mere, source = 'USER_CREATED' where id = :id"
    with pytest.raises(IntegrityError, match="fk_structure_mere"):
        await registre.execute(statement, mere=mother, id=other)


async def test_a_closing_ends_the_convention_and_the_fiches_and_a_reopening_brings_none_back(
    registre: Registry,
) -> None:
    one = await registre.structure()
    convention = await registre.convention(one)
    fiche = await registre.made("/fiches-de-poste", make_fiche())
    await registre.made(f"/structures/{one}/fermeture", {"motif": "CESSATION"})
    assert (await registre.read(f"/conventions/{convention}"))["etat"] == "TERMINEE"
    assert (await registre.read(f"/fiches-de-poste/{fiche}"))["motif_fermeture"] == "STRUCTURE_FERMEE"
    assert await registre.refused("/fiches-de-poste", make_fiche()) == "structure_fermee"
    assert await registre.refused(f"/structures/{one}/fermeture", {"motif": "ERREUR"}) == "structure_fermee"
    assert (await registre.read(f"/structures/{one}/activite"))["raison"] == "FERMEE"
    await registre.made(f"/structures/{one}/reouverture")
    assert (await registre.read(f"/structures/{one}"))["fermee_le"] is None
    assert (await registre.read(f"/fiches-de-poste/{fiche}"))["fermee_le"] is not None
    assert await registre.refused(f"/structures/{one}/reouverture", {}) == "reouverture_impossible"
    assert await registre.facts(one) == ["enregistree", "fermee", "rouverte"]


async def test_a_merger_takes_convention_annexes_and_fiches_to_the_absorbing_structure(
    registre: Registry,
) -> None:
    one, two = await registre.structure(), await registre.structure(2, code_insee="62041")
    convention = await registre.convention(one)
    fiche = await registre.made("/fiches-de-poste", make_fiche())
    await registre.annexe(one, clock.today() + timedelta(30))
    await registre.made(f"/structures/{one}/fusion", {"absorbante": two})
    absorbed = await registre.read(f"/structures/{one}")
    assert (absorbed["motif_fermeture"], absorbed["absorbante_id"]) == ("FUSION", two)
    moved = await registre.read(f"/conventions/{convention}")
    assert (moved["structure_id"], moved["siret_signature"]) == (two, make_siret(2))
    taken = await registre.read(f"/fiches-de-poste/{fiche}")
    assert (taken["structure_id"], taken["code_insee"]) == (two, "59350")  # the post did not move
    assert (await registre.facts(convention))[-1] == "rattachee"
    assert (await registre.review("conventions"))["comptes"]["activees"] == 1  # by the annexe of the absorbed
    assert await registre.refused(f"/structures/{one}/reouverture", {}) == "reouverture_impossible"


async def test_a_merger_into_a_structure_that_has_its_convention_ends_the_absorbed_one(
    registre: Registry,
) -> None:
    one, two = await registre.structure(), await registre.structure(2)
    convention = await registre.convention(one)
    await registre.convention(two, "C059FICTIF2")
    other_type = await registre.structure(3, type="AI")
    for target in (one, other_type):
        body = {"absorbante": target}
        assert await registre.refused(f"/structures/{one}/fusion", body) == "fusion_impossible"
    await registre.made(f"/structures/{one}/fusion", {"absorbante": two})
    assert (await registre.read(f"/conventions/{convention}"))["etat"] == "TERMINEE"


async def test_the_figures_of_each_year_are_kept(registre: Registry) -> None:
    one = await registre.structure(annee=2017, permanents=4, chiffre_affaires_eur="120000.50")
    path = f"/structures/{one}/exercices"
    first = {"permanents": 3, "chiffre_affaires_eur": "90000"}
    earlier = await registre.send("PUT", f"{path}/2016", first, {"If-None-Match": "*"})
    assert earlier.status_code == 200, earlier.text
    again = await registre.send("PUT", f"{path}/2016", first, {"If-None-Match": "*"})
    assert again.status_code == 412
    await registre.changed("PUT", f"{path}/2017", {"permanents": 5}, 1)
    years = [(row["annee"], row["permanents"], row["version"]) for row in await registre.read(path)]
    assert years == [(2016, 3, 1), (2017, 5, 2)]
    state = await registre.read(f"/structures/{one}")
    assert (state["annee"], state["permanents"], state["chiffre_affaires"]) == (2017, 5, None)
    future = await registre.send("PUT", f"{path}/2099", first, {"If-None-Match": "*"})
    assert future.json()["code"] == "annee_a_venir"


async def test_a_type_that_becomes_known_goes_to_antennes_and_conventions_too(registre: Registry) -> None:
    one = await registre.structure(type="AUTRE", forme_juridique="SAS")
    antenne = await registre.structure(siret=second_siret(1), type="AUTRE", mere=one)
    convention = await registre.convention(one)
    path = f"/structures/{one}"
    wrong = await registre.send("PATCH", path, {"type": "ACI"}, {"If-Match": '"1"'})
    assert wrong.json()["code"] == "forme_juridique_non_admise"
    await registre.changed("PATCH", path, {"type": "EI"}, 1)
    for follower in (f"/conventions/{convention}", f"/structures/{antenne}"):
        assert (await registre.read(follower))["type_structure"] == "EI"
    alone = await registre.structure(2, type="AUTRE")
    other = await registre.structure(siret=second_siret(2), type="AUTRE", mere=alone)
    apart = await registre.send("PATCH", f"/structures/{other}", {"type": "EI"}, {"If-Match": '"1"'})
    assert apart.json()["code"] == "antenne_incoherente"
    again = await registre.send("PATCH", path, {"type": "ACI"}, {"If-Match": '"2"'})
    assert again.json()["code"] == "type_non_modifiable"


async def test_a_structure_made_by_the_staff_is_active_then_closed_when_the_asp_never_names_it(
    registre: Registry,
) -> None:
    one = await registre.structure(source="STAFF_CREATED")
    assert (await registre.read(f"/structures/{one}/activite"))["active"]
    assert (await registre.review("structures"))["comptes"] == {"fermees": 0}
    await registre.execute("update structure set cree_le = cree_le - 90")
    assert (await registre.review("structures"))["comptes"] == {"fermees": 0}
    await registre.execute("update structure set cree_le = cree_le - 1")
    assert (await registre.review("structures", a_blanc=True))["objets"] == [one]
    assert (await registre.review("structures"))["comptes"] == {"fermees": 1}
    assert (await registre.review("structures"))["comptes"] == {"fermees": 0}
    assert (await registre.read(f"/structures/{one}"))["motif_fermeture"] == "ABSENTE_DU_FLUX"


async def test_a_siae_changes_its_own_structure_only_and_a_reader_nothing(registre: Registry) -> None:
    mine, other = await registre.structure(), await registre.structure(2)
    siae = registre.headers(departements=(), structures=[mine])
    body = {"capacite": 12, "delai_attente_jours": 30, "spontanees": True}
    answer = await registre.send("PUT", f"/structures/{mine}/accueil", body, siae | {"If-Match": '"1"'})
    assert answer.status_code == 200, answer.text
    for field in (
        {"source": "ASP"},
        {"visible": False},
        {"asp_id": 12},
        {"date_conventionnement": "2026-01-01"},
    ):
        told = await registre.send("PATCH", f"/structures/{mine}", field, siae | {"If-Match": '"2"'})
        assert told.status_code == 404  # what the State says, a structure does not
    foreign = await registre.send("PUT", f"/structures/{other}/accueil", body, siae | {"If-Match": '"1"'})
    assert foreign.status_code == 404
    reader = registre.headers(scopes=[Scope.STRUCTURES_LECTURE])
    forbidden = await registre.send("PUT", f"/structures/{mine}/accueil", body, reader | {"If-Match": '"2"'})
    assert forbidden.status_code == 403
    state = await registre.read(f"/structures/{mine}", reader)
    until = (clock.today() + timedelta(90)).isoformat()
    assert (state["capacite"], state["delai_attente_jours"], state["spontanees_jusqu_au"]) == (12, 30, until)


def make_fiche(number: int = 1, **changes: object) -> dict[str, object]:
    return {
        "siret": make_siret(number), "code_rome": "A1203", "appellation": "Jardinier fictif", "type_contrat": "CDDI",
    } | changes  # fmt: skip
