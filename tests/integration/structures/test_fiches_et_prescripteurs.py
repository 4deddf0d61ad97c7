"""Fiches de poste and organisations that send people, over HTTP."""

import asyncio
from typing import Any

from shared.access.scopes import Scope
from tests.factories.siret import make_siret
from tests.factories.structures_service import Registry

FICHE: dict[str, Any] = {
    "siret": make_siret(1), "code_rome": "A1203", "appellation": "Jardinier fictif", "type_contrat": "CDDI",
    "postes_ouverts": 2, "heures_hebdo": "26.00",
}  # fmt: skip
SPIP: dict[str, Any] = {
    "code": "SPIP-59", "type": "SPIP", "nom": "Service fictif", "siret": make_siret(7), "departement": "59",
}  # fmt: skip


async def test_a_fiche_is_published_confirmed_and_closed(registre: Registry) -> None:
    one = await registre.structure()
    siae = registre.headers(departements=(), structures=[one])
    fiche = await registre.made("/fiches-de-poste", FICHE, siae)
    path = f"/fiches-de-poste/{fiche}"
    await registre.execute("update fiche_de_poste set mise_a_jour_le = mise_a_jour_le - 60")
    assert (await registre.read(path))["a_rafraichir"]
    content = {name: value for name, value in FICHE.items() if name != "siret"}
    await registre.changed("PUT", path, content | {"postes_ouverts": 3}, 1)
    view = await registre.read(path)
    assert (view["a_rafraichir"], view["postes_ouverts"], view["version"]) == (False, 3, 2)
    stale = await registre.send("PUT", path, content, siae | {"If-Match": '"1"'})
    assert stale.status_code == 412
    await registre.made(f"{path}/fermeture", {"motif": "POURVUE"}, siae)
    assert await registre.refused(f"{path}/fermeture", {}) == "fiche_fermee"
    assert await registre.read("/fiches-de-poste") == []
    assert await registre.facts(fiche) == ["publiee", "modifiee", "fermee"]


async def test_a_fiche_offers_what_its_type_admits_within_bounds(registre: Registry) -> None:
    await registre.structure()
    await registre.structure(2, type="EITI", forme_juridique=None)
    for change in (
        {"heures_hebdo": "48.01"},
        {"postes_ouverts": 0},
        {"code_rome": "JARDIN"},
        {"type_contrat": "CDI"},
    ):
        assert await registre.refused("/fiches-de-poste", FICHE | change, 422) == "demande_mal_formee"
    await registre.made("/fiches-de-poste", FICHE | {"heures_hebdo": "48"})
    eiti = FICHE | {"siret": make_siret(2)}
    assert await registre.refused("/fiches-de-poste", eiti) == "contrat_non_admis"
    stranger = registre.headers(departements=["80"])
    assert await registre.refused("/fiches-de-poste", FICHE, 404, stranger) == "introuvable"


async def test_fiches_without_news_for_ninety_days_close_once_even_in_two_reviews_at_once(
    registre: Registry,
) -> None:
    await registre.structure()
    old = await registre.made("/fiches-de-poste", FICHE)
    offer = await registre.made("/fiches-de-poste", FICHE | {"source": "OFFRE_FT"})
    await registre.execute("update fiche_de_poste set mise_a_jour_le = mise_a_jour_le - 89")
    assert (await registre.review("fiches-de-poste"))["comptes"] == {"fermees": 0}
    await registre.execute("update fiche_de_poste set mise_a_jour_le = mise_a_jour_le - 1")
    assert (await registre.review("fiches-de-poste", a_blanc=True))["objets"] == [old]
    reports = await asyncio.gather(*(registre.review("fiches-de-poste") for _ in range(3)))
    assert sorted(report["comptes"]["fermees"] for report in reports) == [0, 0, 1]
    assert (await registre.read(f"/fiches-de-poste/{old}"))["motif_fermeture"] == "SANS_NOUVELLE_90_JOURS"
    assert (await registre.read(f"/fiches-de-poste/{offer}"))["fermee_le"] is None


async def test_an_organisation_is_registered_once_even_in_a_race(registre: Registry) -> None:
    lines = [SPIP | {"code": f"SPIP-{n}"} for n in range(4)]
    answers = await asyncio.gather(*(registre.send("POST", "/prescripteurs", line) for line in lines))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"prescripteur_deja_enregistre"}


async def test_a_sensitive_type_stays_with_those_who_decide_and_never_leaves(registre: Registry) -> None:
    made = await registre.made("/prescripteurs", SPIP)
    await registre.made(f"/prescripteurs/{made}/habilitation", {"statut": "VALIDATED"})
    mine = await registre.read(f"/prescripteurs/{made}")
    assert (mine["type"], mine["code_asp"], mine["habilite"]) == ("SPIP", "09", True)
    others = registre.headers(scopes=[Scope.STRUCTURES_LECTURE], departements=["59"])
    for seen in (
        await registre.read(f"/prescripteurs/{made}", others),
        *await registre.read("/prescripteurs", others),
    ):
        assert (seen["categorie"], seen["type"], seen["code_asp"], seen["nom"], seen["siret"]) == (
            "Autre", None, None, None, None,
        )  # fmt: skip
        assert "SPIP" not in str(seen)
    async with registre.engine.connect() as conn:
        published = (
            await conn.exec_driver_sql("select string_agg(data::text, ' ') from journal")
        ).scalar_one()
    assert "Autre" in published
    for told in ("SPIP", "Service fictif", SPIP["siret"]):
        assert told not in published


async def test_a_habilitation_follows_the_type_and_is_lost_by_a_requalification(registre: Registry) -> None:
    other = {
        "code": "ORG-1",
        "type": "Autre",
        "nom": "Organisation fictive",
        "siret": make_siret(8),
        "departement": "59",
    }
    made = await registre.made("/prescripteurs", other)
    path = f"/prescripteurs/{made}"
    assert (await registre.read(path))["statut"] == "NOT_REQUIRED"
    validated = {"statut": "VALIDATED"}
    assert await registre.refused(f"{path}/habilitation", validated) == "habilitation_interdite"
    identity = {name: other[name] for name in ("type", "nom", "siret")}
    await registre.changed("PUT", path, identity | {"type": "OHPD"}, 1)
    await registre.made(f"{path}/habilitation", validated)
    view = await registre.read(path)
    assert (view["habilite"], int(view["habilite_jusqu_au"][:4]) - int(view["habilite_le"][:4])) == (True, 5)
    await registre.changed("PUT", path, identity | {"type": "CCAS"}, 3)
    assert (await registre.read(path))["statut"] == "NOT_SET"
    stranger = registre.headers(departements=["80"])
    assert await registre.refused(f"{path}/habilitation", validated, 404, stranger) == "introuvable"
