"""Contracts, orientations and answers over HTTP and by file."""

from typing import Any

import pytest

from shared.access.scopes import Scope
from tests.factories.parcours import make_contrat, make_identite, make_orientation, make_personne
from tests.factories.parcours_service import ACI, AI, REPRISE, SIRETS, Parcours
from tests.factories.siret import make_siret
from tests.factories.tokens import ALL_WRITES

HIRED = {"suite": "EMBAUCHE", "date_suite": "2017-01-20", "contrat": "K1"}
REFUSED = {"suite": "REFUS", "date_suite": "2017-01-20", "motif_refus": "no_position"}
WRITER = (Scope.PARCOURS_ECRITURE, Scope.PARCOURS_LECTURE)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"siret": make_siret(9)}, "structure_inconnue"),
        ({"personne": "P9"}, "personne_inconnue"),
        ({"type_contrat": "CTT"}, "type_contrat_non_admis"),
        ({"date_fin_prevue": "2017-04-01"}, "duree_contrat"),
        ({"date_fin_prevue": "2016-04-01"}, "periode_inversee"),
        ({"heures_hebdo": "48.5"}, "heures_excessives"),
        ({"date_debut": "2016-12-31"}, "sans_agrement"),
    ],
)
async def test_a_contract_is_refused(parcours: Parcours, changes: dict[str, Any], code: str) -> None:
    await parcours.load("personnes", make_personne())
    assert await parcours.refusal("contrats", make_contrat(**changes)) == code


async def test_a_contract_is_signed_then_read_in_its_perimeter_only(parcours: Parcours) -> None:
    await parcours.load("personnes", make_personne())
    identity = await parcours.write("contrats", make_contrat())
    answer = await parcours.get(f"contrats/{identity}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] == '"1"'
    assert (answer.json()["structure_id"], answer.json()["date_sortie"]) == (str(ACI), None)
    stranger = parcours.as_caller(departements=["62"])
    assert (await stranger.get(f"contrats/{identity}")).status_code == 404
    assert (await stranger.post("contrats", make_contrat(None))).status_code == 404
    (fact,) = await parcours.facts("contrat.signe")
    assert fact["heures_hebdo"] == "26"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"siret": make_siret(9)}, "structure_inconnue"),
        ({"personne": "P9"}, "personne_inconnue"),
        ({"personne": None}, "personne_ou_identite"),
        ({"identite": make_identite()}, "personne_ou_identite"),
        ({"date_orientation": "2006-05-17"}, "age_hors_bornes"),
        ({"date_orientation": "2999-01-01"}, "date_future"),
        ({"type_prescripteur": "INVENTE"}, "type_prescripteur_inconnu"),
        ({"organisation": None}, "organisation_manquante"),
        ({"date_suite": "2017-01-20"}, "suite_incoherente"),
        (REFUSED | {"date_suite": "2017-01-01"}, "suite_incoherente"),
        (REFUSED | {"motif_refus": None}, "suite_incoherente"),
        (REFUSED | {"contrat": "K1"}, "contrat_etranger"),
        (HIRED | {"contrat": None}, "contrat_etranger"),
        (HIRED | {"contrat": "K2"}, "contrat_etranger"),
        (HIRED | {"siret": SIRETS["ETTI"], "type_structure": "ETTI"}, "contrat_etranger"),
    ],
)
async def test_an_orientation_is_refused(parcours: Parcours, changes: dict[str, Any], code: str) -> None:
    other = make_personne("P2", nom="AUTRE", numero_agrement="000000000002")
    await parcours.load("personnes", make_personne(), other)
    await parcours.load("contrats", make_contrat(), make_contrat("K2", personne="P2"))
    assert await parcours.refusal("orientations", make_orientation(**changes)) == code


async def test_a_file_of_orientations_tells_what_came_of_them(parcours: Parcours) -> None:
    await parcours.load("personnes", make_personne())
    await parcours.load("contrats", make_contrat())
    await parcours.load(
        "orientations",
        make_orientation("O1", connu_le="2017-01-02", **HIRED),
        make_orientation("O2", connu_le="2017-01-02", **REFUSED),
        make_orientation("O3", suite="SANS_REPONSE"),
        make_orientation("O4", suite="EN_ATTENTE", type_prescripteur="SPONTANEE", organisation=None),
    )
    sent = await parcours.facts("candidature.envoyee")
    assert [fact["origine"] for fact in sent] == ["PRESCRIPTEUR"] * 3 + ["CANDIDAT"]
    decided = await parcours.facts("candidature.decidee")
    assert [(fact["etat"], fact["decidee_le"]) for fact in decided] == [
        ("accepted", "2017-01-20"),
        ("refused", "2017-01-20"),
    ]
    assert "no_position" not in str(decided)
    assert "FT-59" not in str(sent + decided)
    versions = await parcours.rows(
        "select version, known_on::text from journal where aggregate = 'candidature' order by seq"
    )
    assert versions[:4] == [(1, "2017-01-02"), (2, "2017-01-20")] * 2
    states = await parcours.rows("select etat, version from candidature order by etat")
    assert states == [("accepted", 2), ("new", 1), ("new", 1), ("refused", 2)]


async def test_only_a_first_load_tells_an_outcome_or_since_when(parcours: Parcours) -> None:
    await parcours.load("personnes", make_personne())
    partner = parcours.as_caller(client="logiciel-fictif", scopes=ALL_WRITES)
    for changes in ({"suite": "EN_ATTENTE"}, {"connu_le": "2017-01-02"}):
        answer = await partner.post("candidatures", make_orientation(None, **changes))
        assert (answer.status_code, answer.json()["code"]) == (403, "portee_reprise_requise")


async def test_a_prescripteur_sends_outside_its_structures_and_reads_its_own(parcours: Parcours) -> None:
    office = parcours.as_caller(client="ft", scopes=WRITER, departements=[], organisations=["FT-59-01"])
    line = make_orientation(None, personne=None, identite=make_identite(), date_orientation=None)
    identity = await office.write("candidatures", line)
    read = (await office.get(f"candidatures/{identity}")).json()
    assert (read["etat"], read["structure_id"], read["origine"]) == ("new", str(ACI), "PRESCRIPTEUR")
    assert [c["id"] for c in (await office.get("candidatures")).json()] == [identity]
    other = parcours.as_caller(client="ml", scopes=WRITER, departements=[], organisations=["ML-59-01"])
    assert (await other.get(f"candidatures/{identity}")).status_code == 404
    assert (await other.get("candidatures")).json() == []
    assert (await other.post("candidatures", line)).status_code == 404
    assert (await parcours.get(f"candidatures?structure_id={AI}")).json() == []
    assert len((await parcours.get(f"candidatures?structure_id={ACI}")).json()) == 1
    assert (await parcours.get(f"candidatures?apres={identity}")).json() == []


async def test_the_same_key_gives_the_same_candidature(parcours: Parcours) -> None:
    line = make_orientation(None, personne=None, identite=make_identite())
    first = await parcours.post("candidatures", line, key="cle-1")
    again = await parcours.post("candidatures", line, key="cle-1")
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert len(await parcours.facts("candidature.envoyee")) == 1


async def test_a_structure_answers_and_a_hire_makes_the_others_obsolete(parcours: Parcours) -> None:
    await parcours.load("personnes", make_personne())
    await parcours.load("contrats", make_contrat())
    waiting = [await parcours.write("candidatures", make_orientation(None)) for _ in range(3)]
    structure = parcours.as_caller(client="demo-reprise", scopes=WRITER, departements=[], structures=[ACI])
    owner = parcours
    refusal = {"transition": "refuse", "motif_refus": "not_mobile"}
    answer = await structure.post(f"candidatures/{waiting[0]}/decision", refusal)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"/v1/candidatures/{waiting[0]}"
    assert (await structure.post(f"candidatures/{waiting[0]}/decision", refusal)).json()["code"] == (
        "transition_interdite"
    )
    hire = {"transition": "accept", "contrat": "K1"}
    answer = await owner.post(f"candidatures/{waiting[1]}/decision", hire)
    assert answer.status_code == 201, answer.text
    states = [(await owner.get(f"candidatures/{c}")).json()["etat"] for c in waiting]
    assert states == ["refused", "accepted", "obsolete"]
    decided = await parcours.facts("candidature.decidee")
    assert [fact["etat"] for fact in decided] == ["refused", "accepted", "obsolete"]
    assert "not_mobile" not in str(decided)


async def test_who_sent_does_not_answer_and_a_hire_needs_its_contract(parcours: Parcours) -> None:
    await parcours.load("personnes", make_personne())
    identity = await parcours.write("candidatures", make_orientation(None))
    office = parcours.as_caller(client="ft", scopes=REPRISE, departements=[], organisations=["FT-59-01"])
    refusal = {"transition": "refuse", "motif_refus": "not_mobile"}
    assert (await office.post(f"candidatures/{identity}/decision", refusal)).status_code == 404
    answer = await parcours.post(f"candidatures/{identity}/decision", {"transition": "accept"})
    assert answer.json()["code"] == "date_embauche_manquante"
    answer = await parcours.post(
        f"candidatures/{identity}/decision", {"transition": "accept", "date_embauche": "2017-03-01"}
    )
    assert answer.json()["code"] == "embauche_avant_reforme"
    assert (await parcours.post(f"candidatures/{AI}/decision", refusal)).status_code == 404
