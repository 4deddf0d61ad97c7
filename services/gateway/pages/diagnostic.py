"""What the page of the territorial diagnosis shows: demand against offer, by intercommunal body."""

from dataclasses import dataclass
from datetime import date

from services.gateway.pages.formats import Unite, Valeur
from services.gateway.pages.models import Filtre
from services.gateway.pages.site import Adresse, Freshness
from services.gateway.pages.tables import Colonne


@dataclass(frozen=True, slots=True)
class EpciRow:
    """One intercommunal body, in one département; ``pression`` is orientations per post of capacity."""

    nom: str
    code: str
    departement: str
    structures: int
    etp: Valeur
    capacite: Valeur
    postes: Valeur
    attente: Valeur
    orientations: Valeur
    acceptees: Valeur
    sans_reponse: Valeur
    pression: Valeur


@dataclass(frozen=True, slots=True)
class DiagnosticPage:
    """The EPCI of a territory, those under the greatest pressure first."""

    titre: str
    nom: str
    code: str
    annee: int
    type: str | None
    adresse: Adresse
    api: str
    fraicheur: Freshness
    filtres: tuple[Filtre, ...]
    connu_le: date | None
    lignes: tuple[EpciRow, ...]
    lecture: str

    @property
    def colonnes(self) -> tuple[Colonne[EpciRow], ...]:
        """Columns of the screen, but those that nobody filled."""
        return tuple(c for c in A_L_ECRAN if any(c.lire(ligne) is not None for ligne in self.lignes))


EPCIS: tuple[Colonne[EpciRow], ...] = (
    Colonne("nom", "Intercommunalité", lambda e: e.nom),
    Colonne("code", "Code", lambda e: e.code),
    Colonne("departement", "Dép.", lambda e: e.departement),
    Colonne("structures", "Structures", lambda e: e.structures, Unite.NOMBRE),
    Colonne("etp_conventionnes", "ETP conventionnés", lambda e: e.etp, Unite.ETP),
    Colonne("capacite", "Capacité déclarée", lambda e: e.capacite, Unite.NOMBRE),
    Colonne("postes_ouverts", "Postes ouverts", lambda e: e.postes, Unite.NOMBRE),
    Colonne("orientations", "Orientations", lambda e: e.orientations, Unite.NOMBRE),
    Colonne("orientations_par_etp", "Orientations par ETP", lambda e: e.pression, Unite.ETP),
    Colonne("acceptees", "Acceptées", lambda e: e.acceptees, Unite.NOMBRE),
    Colonne("sans_reponse", "Sans réponse", lambda e: e.sans_reponse, Unite.NOMBRE),
    Colonne("attente_jours", "Attente déclarée", lambda e: e.attente, Unite.JOURS),
)
A_L_ECRAN = tuple(colonne for colonne in EPCIS if colonne.cle not in ("code", "departement"))
"""What fits on a screen; the file has every column."""
