"""What the pages of the registry and of the governance show, and the columns of their tables."""

from dataclasses import dataclass
from datetime import date

from services.gateway.pages.bilans import CATEGORIES, VERSEMENTS, AnneeRow
from services.gateway.pages.comparaisons import COMPARAISONS, ComparaisonRow
from services.gateway.pages.formats import Unite, Valeur, date_courte
from services.gateway.pages.models import Filtre, KeyFigure, MonthlyEtp
from services.gateway.pages.site import Adresse, Freshness, Lien
from services.gateway.pages.tables import Colonne, Tableaux, filled


@dataclass(frozen=True, slots=True)
class RegistreLine:
    """A structure in the list; ``etat`` says where it stands, in words."""

    nom: str
    href: str
    type: str
    commune: str
    departement: str
    reseau: str
    postes: Valeur
    etat: str


@dataclass(frozen=True, slots=True)
class RegistrePage:
    """One page of the list; ``ensemble`` counts the structures without any filter."""

    adresse: Adresse
    fraicheur: Freshness
    filtres: tuple[Filtre, ...]
    api: str
    texte: str
    rows: tuple[RegistreLine, ...]
    page: int
    taille: int
    total: int
    ensemble: int
    connu_le: date | None = None

    @property
    def pages(self) -> int:
        """Number of pages, at least one."""
        return max(1, -(-self.total // self.taille))

    @property
    def premiere(self) -> int:
        """Rank of the first line shown, from one."""
        return (self.page - 1) * self.taille + 1


@dataclass(frozen=True, slots=True)
class Champ:
    """One line of a sheet."""

    libelle: str
    valeur: str


@dataclass(frozen=True, slots=True)
class ConventionRow:
    """A convention of a structure."""

    numero: str
    debut: date
    fin: date
    etat: str


@dataclass(frozen=True, slots=True)
class AnnexeRow:
    """An annexe financière of a structure."""

    numero: str
    etat: str
    debut: date
    fin: date
    etp: Valeur
    montant: Valeur


@dataclass(frozen=True, slots=True)
class PosteRow:
    """An open fiche de poste."""

    appellation: str
    code_rome: str
    type_contrat: str
    postes: Valeur
    heures: Valeur
    commune: str
    mise_a_jour: date


@dataclass(frozen=True, slots=True)
class Etape:
    """One change of a structure: the day it took effect, what happened, what it changed."""

    jour: date
    libelle: str
    changements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StructurePage:
    """The sheet of a structure; ``avis`` tells a closing or a merger, ``suite`` leads to what absorbed it."""

    titre: str
    adresse: Adresse
    fraicheur: Freshness
    filtres: tuple[Filtre, ...]
    annee: int
    avis: str | None
    suite: Lien | None
    chiffres: tuple[KeyFigure, ...]
    identite: tuple[Champ, ...]
    conventions: tuple[ConventionRow, ...]
    annexes: tuple[AnnexeRow, ...]
    mois: tuple[MonthlyEtp, ...]
    cible: Valeur
    bilan: AnneeRow
    semblables: tuple[ComparaisonRow, ...]
    postes: tuple[PosteRow, ...]
    histoire: tuple[Etape, ...]
    dialogue: str
    api: str

    @property
    def fichiers(self) -> Tableaux:
        """Tables that have a file."""
        exits = self.bilan.sorties
        return filled(
            {
                "conventions": (CONVENTIONS, self.conventions),
                "etp": (ETP_MENSUELS, self.mois if any(m.etp is not None for m in self.mois) else ()),
                "sorties": (CATEGORIES, (*exits.categories, *exits.exclusions)),
                "financeurs": (VERSEMENTS, self.bilan.financeurs),
                "annexes": (ANNEXES, self.annexes),
                "semblables": (COMPARAISONS, self.semblables),
                "postes": (POSTES, self.postes),
            }
        )


@dataclass(frozen=True, slots=True)
class MembreRow:
    """An organisation that sits; never a person."""

    organisation: str
    college: str
    voix: str
    presence: str


@dataclass(frozen=True, slots=True)
class DossierRow:
    """A file of an agenda; ``imprimer`` is the address of its printed page, ``avis`` says that none is given yet."""

    structure: Lien
    imprimer: str
    type: str
    commune: str
    objet: str
    etp_demandes: Valeur
    etp_accordes: Valeur
    montant_demande: Valeur
    montant_accorde: Valeur
    avis: str
    motifs: str


@dataclass(frozen=True, slots=True)
class SeancePage:
    """A day of a CDIAE: agenda before, relevé after; ``quorum`` and ``etat`` are sentences."""

    titre: str
    adresse: Adresse
    fraicheur: Freshness
    etat: str
    quorum: str
    regles: str | None
    questions: tuple[str, ...]
    membres: tuple[MembreRow, ...]
    dossiers: tuple[DossierRow, ...]
    etp_demandes: Valeur
    etp_accordes: Valeur
    conclusions: tuple[str, ...]
    api: str

    @property
    def fichiers(self) -> Tableaux:
        """Tables that have a file."""
        return filled({"dossiers": (DOSSIERS, self.dossiers), "membres": (MEMBRES, self.membres)})


REGISTRE: tuple[Colonne[RegistreLine], ...] = (
    Colonne("nom", "Structure", lambda s: s.nom),
    Colonne("type", "Type", lambda s: s.type),
    Colonne("commune", "Commune", lambda s: s.commune),
    Colonne("departement", "Dép.", lambda s: s.departement),
    Colonne("reseau", "Réseau", lambda s: s.reseau),
    Colonne("etat", "Situation", lambda s: s.etat),
    Colonne("postes", "Postes ouverts", lambda s: s.postes, Unite.NOMBRE),
)

CONVENTIONS: tuple[Colonne[ConventionRow], ...] = (
    Colonne("numero", "Convention", lambda c: c.numero),
    Colonne("debut", "Du", lambda c: c.debut),
    Colonne("fin", "Au", lambda c: c.fin),
    Colonne("etat", "État", lambda c: c.etat),
)

ANNEXES: tuple[Colonne[AnnexeRow], ...] = (
    Colonne("numero", "Annexe", lambda a: a.numero),
    Colonne("etat", "État", lambda a: a.etat),
    Colonne("debut", "Du", lambda a: a.debut),
    Colonne("fin", "Au", lambda a: a.fin),
    Colonne("etp", "ETP conventionnés", lambda a: a.etp, Unite.ETP),
    Colonne("montant", "Montant socle", lambda a: a.montant, Unite.EUROS),
)

POSTES: tuple[Colonne[PosteRow], ...] = (
    Colonne("appellation", "Poste", lambda p: p.appellation),
    Colonne("code_rome", "ROME", lambda p: p.code_rome),
    Colonne("type_contrat", "Contrat", lambda p: p.type_contrat),
    Colonne("commune", "Lieu", lambda p: p.commune),
    Colonne("postes", "Postes", lambda p: p.postes, Unite.NOMBRE),
    Colonne("heures", "Heures par semaine", lambda p: p.heures, Unite.HEURES),
    Colonne("mise_a_jour", "Mis à jour", lambda p: p.mise_a_jour),
)

ETP_MENSUELS: tuple[Colonne[MonthlyEtp], ...] = (
    Colonne("mois", "Mois", lambda m: date_courte(m.mois)[3:], fichier=lambda m: f"{m.mois:%Y-%m}"),
    Colonne("etp_realises", "ETP réalisés", lambda m: m.etp, Unite.ETP),
)

DOSSIERS: tuple[Colonne[DossierRow], ...] = (
    Colonne("structure", "Structure", lambda d: d.structure.libelle),
    Colonne("type", "Type", lambda d: d.type),
    Colonne("commune", "Commune", lambda d: d.commune),
    Colonne("objet", "Objet", lambda d: d.objet),
    Colonne("etp_demandes", "ETP demandés", lambda d: d.etp_demandes, Unite.ETP),
    Colonne("etp_accordes", "ETP accordés", lambda d: d.etp_accordes, Unite.ETP),
    Colonne("montant_demande", "Montant demandé", lambda d: d.montant_demande, Unite.EUROS),
    Colonne("montant_accorde", "Montant accordé", lambda d: d.montant_accorde, Unite.EUROS),
    Colonne("avis", "Avis", lambda d: d.avis),
    Colonne("motifs", "Motifs", lambda d: d.motifs),
)

MEMBRES: tuple[Colonne[MembreRow], ...] = (
    Colonne("organisation", "Organisation", lambda m: m.organisation),
    Colonne("college", "Collège", lambda m: m.college),
    Colonne("voix", "Voix", lambda m: m.voix),
    Colonne("presence", "Présence", lambda m: m.presence),
)
