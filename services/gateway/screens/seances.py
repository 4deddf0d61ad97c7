"""The screen of a séance of a CDIAE: its agenda before, its relevé after."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import Request

from services.gateway.pages.formats import date_longue
from services.gateway.pages.models import Nature, situe
from services.gateway.pages.registre import DossierRow, MembreRow, SeancePage
from services.gateway.pages.site import Adresse, Lien
from services.gateway.queries.registre import Sitting, read_sitting
from services.gateway.reading import snapshot
from services.gateway.screens.assembly import nom_commune
from services.gateway.screens.cadre import sources_freshness
from shared import clock
from shared.errors import Introuvable
from shared.reference.territories import departements

OBJETS = {
    "CREATION": "création", "RENOUVELLEMENT": "renouvellement", "EXTENSION": "extension",
    "CONVENTION": "convention", "ANNEXE": "annexe financière", "FDI": "FDI",
}  # fmt: skip
AVIS = {
    "FAVORABLE": "favorable", "FAVORABLE_AVEC_RESERVES": "favorable avec réserves",
    "DEFAVORABLE": "défavorable", "AJOURNE": "ajourné",
}  # fmt: skip
COLLEGES = {
    "ETAT": "État", "COLLECTIVITE": "collectivités", "SERVICE_EMPLOI": "service public de l'emploi",
    "IAE": "insertion par l'activité économique", "EMPLOYEURS": "employeurs", "SALARIES": "salariés",
    "AUTRE": "autre",
}  # fmt: skip
SEANCES = {"OUVERTE": "ouverte", "CLOSE": "close", "ANNULEE": "annulée"}


async def read_seance(request: Request, departement: str, jour: date) -> tuple[Sitting, dict[str, int]]:
    """Return a day of the CDIAE of a département, and the positions it was read at.

    Raises
    ------
    Introuvable
        Nothing is known of that day.
    """
    async with snapshot(request.app.state.engine) as (conn, positions, _):
        sitting = await read_sitting(conn, departement, jour)
    if sitting.seance is None and not sitting.dossiers:
        raise Introuvable("Aucune séance du CDIAE n'est connue ce jour-là.")
    return sitting, positions


def seance_page(request: Request, departement: str, jour: date, sitting: Sitting) -> SeancePage:
    """Return the agenda, or the relevé, of a day of the CDIAE of a département."""
    held = sitting.seance
    address = f"/cdiae/{departement}/{jour.isoformat()}"
    return SeancePage(
        titre=title_of(departement, jour),
        adresse=Adresse(address),
        fraicheur=sources_freshness(request, clock.today(), None),
        etat=state_of(held),
        quorum=quorum_of(held),
        regles=held["source_regles"] if held else None,
        questions=tuple(held["questions"]) if held else (),
        membres=_members(held),
        dossiers=tuple(_dossier(row, address) for row in sitting.dossiers),
        etp_demandes=sitting.total("etp_demandes"),
        etp_accordes=sitting.total("etp_accordes"),
        conclusions=tuple(held["conclusions"]) if held else (),
        api=f"/api/vues/v1{address}",
    )


def title_of(departement: str, jour: date) -> str:
    """Return the title of a day of the CDIAE of a département."""
    place = situe(Nature.DEPARTEMENT, departement, departements()[departement].nom)
    return f"CDIAE {place}, séance du {date_longue(jour)}"


def state_of(held: Mapping[Any, Any] | None) -> str:
    """Return the state of a séance, in words."""
    if held is None:
        return "avis repris d'avant la plateforme ; la séance n'y est pas décrite"
    called = f"convoquée le {date_longue(held['convoquee_le'])}"
    told = called if held["etat"] == "CONVOQUEE" else f"{SEANCES[held['etat']]}, {called}"
    return f"{told} : {held['motif_annulation']}" if held["motif_annulation"] else told


def quorum_of(held: Mapping[Any, Any] | None) -> str:
    """Return the quorum of a séance, in words."""
    if held is None:
        return "non communiqué"
    if held["quorum_atteint"] is None:
        return f"{held['quorum_instance']} voix à réunir"
    verdict = "atteint" if held["quorum_atteint"] else "non atteint : la séance ne rend pas d'avis"
    return f"{verdict}, {held['voix_presentes']} voix présentes pour {held['quorum']} requises"


def _members(held: Mapping[Any, Any] | None) -> tuple[MembreRow, ...]:
    if held is None:
        return ()
    present = held["presents"]

    def presence(code: str) -> str:
        if present is None:
            return "à venir"
        return "présente" if code in present else "absente"

    return tuple(
        MembreRow(
            m["libelle"],
            COLLEGES.get(m["college"], m["college"]),
            "oui" if m["voix"] else "non",
            presence(m["organisation"]),
        )
        for m in held["membres"]
    )


def _dossier(row: Mapping[Any, Any], address: str) -> DossierRow:
    return DossierRow(
        Lien(row["raison_sociale"], f"/structures/{row['structure_id']}"),
        f"{address}/imprimer?structure={row['structure_id']}",
        row["type_structure"],
        nom_commune(row["code_insee"]),
        OBJETS.get(row["objet"], row["objet"]),
        row["etp_demandes"],
        row["etp_accordes"],
        row["montant_demande"],
        row["montant_accorde"],
        AVIS[row["avis"]] if row["avis"] else "à rendre",
        row["motifs"] or "",
    )
