"""The support of a person, what follows an exit; then correcting, exporting and erasing what is held of them."""

from typing import Any

from shared.access.scopes import Scope
from tests.factories.parcours import (
    make_contrat,
    make_identite,
    make_nir,
    make_orientation,
    make_personne,
    make_sortie,
)
from tests.factories.parcours_service import SIRETS, Parcours
from tests.factories.tokens import ALL_WRITES

READER = (*ALL_WRITES, Scope.IDENTITE_LECTURE)
OPERATOR = (Scope.EXPLOITATION,)


def step(personne: str, nature: str, **content: Any) -> dict[str, Any]:
    return {
        "personne": personne, "siret": SIRETS["ACI"], "nature": nature, "date_debut": "2017-02-01",
    } | content  # fmt: skip


FREIN = {"frein": "SANTE", "intensite_entree": "FORT"}
FORMATION = {"objet": "Titre fictif", "heures": "70.5", "financeur": "OPCO fictif"}
PMSMP = {"objet": "Découverte", "siret_accueil": SIRETS["AI"]}


async def employed(parcours: Parcours) -> str:
    await parcours.load("personnes", make_personne())
    await parcours.load("contrats", make_contrat())
    ((personne,),) = await parcours.rows("select id::text from personne")
    return parcours.name(personne)


async def test_a_timeline_tells_what_happened_and_the_vault_keeps_why(parcours: Parcours) -> None:
    personne = await employed(parcours)
    sent = {"suite": "EMBAUCHE", "date_suite": "2017-01-02", "contrat": "K1"}
    await parcours.load("orientations", make_orientation(connu_le="2017-01-02", **sent))
    frein = await parcours.write("etapes", step(personne, "FREIN", **FREIN))
    await parcours.write("etapes", step(personne, "FORMATION", **FORMATION, date_fin="2017-05-31"))
    await parcours.write("etapes", step("P1", "PMSMP", **PMSMP, date_fin="2017-02-28"))
    for wrong, code in (
        (step(personne, "FREIN", frein="SANTE"), "champ_sans_objet"),
        (step(personne, "ACTION", **FREIN), "refus_multiples"),
        (step(personne, "PMSMP", **PMSMP, date_fin="2017-03-01"), "immersion_trop_longue"),
        (step(personne, "FREIN", **FREIN, date_fin="2017-01-31"), "periode_inversee"),
        (step("P9", "FREIN", **FREIN), "personne_inconnue"),
    ):
        assert (await parcours.post("etapes", wrong)).json()["code"] == code
    await parcours.write(f"etapes/{frein}/releve", {"intensite": "FAIBLE"})
    assert (await parcours.post(f"etapes/{frein}/releve", {"heures": "3"})).json()[
        "code"
    ] == "champ_sans_objet"
    stranger = parcours.as_caller(client="autre", departements=["62"])
    assert (await stranger.post(f"etapes/{frein}/releve", {"intensite": "FAIBLE"})).status_code == 404
    assert (await parcours.post("suivis", {"contrat": "K1", "echeance": 3, "situation": "EMPLOI"})).json()[
        "code"
    ] == "sans_sortie"
    await parcours.load("sorties", make_sortie())
    early = {"contrat": "K1", "echeance": 3, "situation": "EMPLOI", "constate_le": "2017-09-29"}
    assert (await parcours.post("suivis", early)).json()["code"] == "suivi_trop_tot"
    await parcours.write("suivis", early | {"constate_le": "2017-09-30"})
    assert (await parcours.post("suivis", early | {"constate_le": "2017-10-30"})).json()["code"] == (
        "suivi_deja_connu"
    )
    told = (await parcours.get(f"personnes/{personne}/parcours")).json()
    assert [(event["jour"], event["nature"]) for event in told] == [
        ("2017-01-02", "AGREMENT"),
        ("2017-01-02", "CANDIDATURE"),
        ("2017-01-02", "CONTRAT"),
        ("2017-02-01", "ETAPE"),
        ("2017-02-01", "ETAPE"),
        ("2017-02-01", "ETAPE"),
        ("2017-06-30", "SORTIE"),
        ("2017-09-30", "SUIVI"),
    ]
    assert (await stranger.get(f"personnes/{stranger.name(personne, parcours)}/parcours")).status_code == 404
    published = str(await parcours.rows("select data from journal"))
    assert "SANTE" not in published
    assert "Titre" not in published
    assert [fact["nature"] for fact in await parcours.facts("etape.enregistree")] == [
        "FREIN",
        "FORMATION",
        "PMSMP",
        "FREIN",
    ]


async def test_an_export_gives_a_person_all_that_is_held_and_who_looked(parcours: Parcours) -> None:
    nir = make_nir("1900559350084")
    line = make_personne(nir=nir, motif_absence_nir=None)
    await parcours.load("personnes", line)
    ((personne,),) = await parcours.rows("select id::text from personne")
    await parcours.load("contrats", make_contrat())
    frein = await parcours.write("etapes", step(parcours.name(personne), "FREIN", **FREIN))
    await parcours.write(f"etapes/{frein}/releve", {"intensite": "MOYEN"})
    reader = parcours.as_caller(client="demo-reprise", scopes=READER)
    stranger = parcours.as_caller(client="autre", scopes=READER, departements=["62"])
    personne, unseen = reader.name(personne), stranger.name(personne)
    assert (await reader.get(f"personnes/{personne}")).status_code == 200
    assert (await reader.post(f"personnes/{personne}/export", {})).status_code == 422
    answer = await reader.post(f"personnes/{personne}/export", {"motif": "Demande de la personne"})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["identite"]["nom"] == "MARJOLAINE-ORIGAN"
    assert (told["sensible"]["nir"], told["sensible"]["criteres"]) == (
        "1 90 ** ** *** *** **",
        ["RSA", "QPV"],
    )
    assert told["accompagnement"][0] | {"id": ""} == {
        "id": "", "nature": "FREIN", "frein": "SANTE", "intensite_entree": "FORT", "intensite": "MOYEN",
    }  # fmt: skip
    assert [(each["action"], each["motif"]) for each in told["acces"]][-2:] == [
        ("lire_identite", None),
        ("lire_identite", "Demande de la personne"),
    ]
    assert nir not in answer.text
    refused = await stranger.post(f"personnes/{unseen}/export", {"motif": "Curiosité"})
    assert refused.status_code == 404


async def test_a_correction_replaces_the_version_that_was_seen(parcours: Parcours) -> None:
    personne = await employed(parcours)
    await parcours.load("personnes", make_personne("P2", nom="AUTRE", numero_agrement="000000000002"))
    path = f"personnes/{personne}/rectification"
    assert (await parcours.post(path, {"nom": "ORIGAN"})).status_code == 428
    seen = parcours.as_caller(scopes=READER)
    seen.headers["If-Match"] = '"1"'
    for wrong, code in (
        ({"nir": make_nir("2900559350084")}, "nir_incoherent"),
        ({"date_naissance": "1900-01-01"}, "age_hors_bornes"),
        ({"criteres": ["SENIOR", "JEUNE"]}, "criteres_incompatibles"),
        ({"nom": "AUTRE"}, "personne_deja_connue"),
    ):
        assert (await seen.post(path, wrong)).json()["code"] == code
    await seen.write(path, {"nom": "ORIGAN", "nir": make_nir("1900559350084")})
    assert (await seen.post(path, {"nom": "ENCORE"})).status_code == 412
    read = await seen.get(f"personnes/{personne}")
    assert (read.json()["nom"], read.headers["etag"]) == ("ORIGAN", '"2"')
    assert len(await parcours.facts("personne.rectifiee")) == 1
    again = make_identite(nom="origan", nir=make_nir("1900559350084"), motif_absence_nir=None)
    sent = await parcours.write("candidatures", make_orientation(None, personne=None, identite=again))
    assert (await parcours.get(f"candidatures/{sent}")).json()["personne_id"] == personne


async def test_an_erased_person_leaves_dates_and_a_random_identifier(parcours: Parcours) -> None:
    personne = await employed(parcours)
    await parcours.write("etapes", step(personne, "FREIN", **FREIN))
    operator = parcours.as_caller(client="exploitation", scopes=OPERATOR)
    path, why = f"personnes/{personne}/effacement", {"motif": "Demande de la personne"}
    assert (await parcours.post(path, why)).status_code == 403
    running = make_personne(
        "P2", nom="AUTRE", numero_agrement=None, date_agrement_debut=None, date_agrement_fin=None
    )
    await parcours.load("personnes", running)
    known = operator.name(personne, parcours)
    path = f"personnes/{known}/effacement"
    answer = await operator.post(path, why)
    assert answer.status_code == 204, answer.text
    assert (await operator.post(path, why)).status_code == 404
    reader = parcours.as_caller(scopes=READER)
    assert (await reader.get(f"personnes/{personne}")).status_code == 404
    assert (await parcours.post("etapes", step(personne, "FREIN", **FREIN))).json()[
        "code"
    ] == "personne_inconnue"
    kept = await parcours.rows(
        "select identite, sensible, index_identite, index_nir from personne where id = cast(:id as uuid)",
        id=known,
    )
    assert kept == [(b"", b"", None, None)]
    assert await parcours.rows(
        "select count(*) from cle_personne where personne_id = cast(:id as uuid)", id=known
    ) == [(0,)]
    assert await parcours.facts("personne.effacee") == [{"personne_id": known}]
    assert await parcours.rows("select motif from audit where action = 'exploiter'") == [(why["motif"],)]
    # The same identity may come again: it is somebody new.
    await parcours.load("personnes", make_personne("P3", numero_agrement="000000000003"))
    recent = await parcours.rows(
        "select id::text from personne where cree_par = 'logiciel-fictif' and version = 1"
    )
    assert len(recent) == 2
