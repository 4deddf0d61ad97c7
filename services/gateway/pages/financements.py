"""What the page of the money shows, and the columns of its tables: page, files and JSON read the same ones."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

from services.gateway.pages.formats import Unite, Valeur, ecart, nombre, taux
from services.gateway.pages.models import Bloc, Filtre, KeyFigure
from services.gateway.pages.site import Adresse, Freshness
from services.gateway.pages.tables import Colonne
from shared.french import INSECABLE

REPRISES = 3
"""Annexes to watch that the link to the simulator takes along."""


@dataclass(frozen=True, slots=True)
class EnveloppeRow:
    """The credits of a territory, euros; unknown where no envelope is notified."""

    territoire: str
    notifie: Valeur
    mouvements: Valeur
    engage: Decimal
    disponible: Valeur
    realise: Decimal
    verse: Decimal
    taux: Valeur


@dataclass(frozen=True, slots=True)
class SuiviRow:
    """An annexe to watch; ETP are monthly for ``etp`` and ``moyenne``, yearly for what is forecast."""

    nom: str
    href: str
    type: str
    departement: str
    numero: str
    etp: Decimal
    moyenne: Valeur
    taux: Valeur
    classement: str
    manquants: int
    atterrissage: Valeur
    reprenables: Valeur
    suite: str


@dataclass(frozen=True, slots=True)
class PrevisionRow:
    """Annexes of a type or of a département, yearly ETP; only annexes with a declared month are forecast."""

    libelle: str
    annexes: int
    muettes: int
    conventionnes: Decimal
    realises: Decimal
    atterrissage: Decimal
    ecart: Decimal
    reprenables: Decimal


@dataclass(frozen=True, slots=True)
class FinanceurRow:
    """All the funders of a structure, euros written in its annexes of the year, and what all of them paid."""

    nom: str
    href: str
    type: str
    departement: str
    etat: Decimal
    modulation: Decimal
    conseil_departemental: Decimal
    region: Decimal
    communes: Decimal
    europe: Decimal
    autres: Decimal
    inscrit: Decimal
    verse: Decimal


@dataclass(frozen=True, slots=True)
class EcartRow:
    """A département's part of an annexe against the theory (88 % of the RSA, a month and a post)."""

    nom: str
    href: str
    numero: str
    financeur: str
    postes: Valeur
    inscrit: Decimal
    theorique: Decimal
    ecart: Decimal
    taux: Valeur


@dataclass(frozen=True, slots=True)
class ClauseRow:
    """Contracts with a social clause of a département and of a way to do the hours."""

    departement: str
    modalite: str
    marches: int
    prevues: Decimal
    realisees: Decimal
    taux: Valeur
    imputees: Decimal
    siae: Valeur
    retards: int


@dataclass(frozen=True, slots=True)
class RedeploiementRow:
    """A redéploiement: what it takes and gives, monthly ETP, and where it stands."""

    reference: str
    connu_le: str
    etat: str
    annexes: int
    retraits: Decimal
    attributions: Decimal


@dataclass(frozen=True, slots=True)
class ArbitrageRow:
    """What a funder gives a structure for the year, as settled; the earlier numbers are its trace."""

    nom: str
    href: str
    departement: str
    financeur: str
    numero: int
    le: date
    demande: Valeur
    montant: Decimal
    en_vigueur: bool


@dataclass(frozen=True, slots=True)
class FinancementsPage:
    """The money of a territory and a year; of the long tables, the lines shown and how many there are."""

    titre: str
    adresse: Adresse
    api: str
    annee: int
    fraicheur: Freshness
    filtres: tuple[Filtre, ...]
    chiffres: tuple[KeyFigure, ...]
    enveloppes: tuple[EnveloppeRow, ...]
    enveloppes_total: EnveloppeRow
    suivi: tuple[SuiviRow, ...]
    suivi_total: int
    previsions: tuple[PrevisionRow, ...]
    previsions_total: PrevisionRow
    financeurs: tuple[FinanceurRow, ...]
    financeurs_total: FinanceurRow
    page: int
    taille: int
    total: int
    arbitrages: tuple[ArbitrageRow, ...]
    arbitrages_total: int
    ecarts: tuple[EcartRow, ...]
    ecarts_total: int
    clauses: tuple[ClauseRow, ...]
    clauses_total: ClauseRow
    redeploiements: tuple[RedeploiementRow, ...]
    connu_le: date | None = None
    absents: Mapping[Bloc, str] = field(default_factory=dict)

    @property
    def pages(self) -> int:
        """Number of pages of the table of funders, at least one."""
        return max(1, -(-self.total // self.taille))

    @property
    def premiere(self) -> int:
        """Rank of the first line shown, from one."""
        return (self.page - 1) * self.taille + 1

    @property
    def simulation(self) -> str | None:
        """Address of the simulator, filled with what the first annexes to watch could give back, if any could."""
        ready = [row for row in self.suivi if isinstance(row.reprenables, Decimal) and row.reprenables > 0]
        lines = [
            (f"retrait_{name}", value)
            for row in ready[:REPRISES]
            for name, value in (("type", row.type), ("etp", str(row.reprenables).replace(".", ",")))
        ]
        if not lines:
            return None
        return f"/financements/simulation?{urlencode([('annee', str(self.annee)), *lines])}"


@dataclass(frozen=True, slots=True)
class LigneSaisie:
    """One line of the form, as typed; ``fautes`` are sentences by field, ``bareme`` tells an amount that nobody typed."""

    type: str = ""
    etp: str = ""
    montant: str = ""
    bareme: bool = False
    fautes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EchangeRow:
    """A line of an exchange, as it was computed; ETP and euros are over a year."""

    sens: str
    type: str
    etp: Decimal
    montant: Decimal

    @property
    def euros(self) -> Decimal:
        """What the ETP are worth."""
        return self.etp * self.montant


@dataclass(frozen=True, slots=True)
class Resultat:
    """What the simulator answered, and the lines that it was asked."""

    acceptee: bool
    refus: tuple[str, ...]
    solde_etp: Decimal
    solde_eur: Decimal
    regles: tuple[str, ...]
    lignes: tuple[EchangeRow, ...]


@dataclass(frozen=True, slots=True)
class SimulationPage:
    """The simulator of a redistribution: the form, and its result once asked; ``avis`` says that none could be had."""

    adresse: Adresse
    fraicheur: Freshness
    types: tuple[tuple[str, str], ...]
    annee: str
    retraits: tuple[LigneSaisie, ...]
    attributions: tuple[LigneSaisie, ...]
    resultat: Resultat | None = None
    avis: str | None = None

    @property
    def fautes(self) -> list[tuple[str, str]]:
        """Anchors of the fields at fault and their sentence, in the order of the form."""
        return [
            (f"{side}-{rank}-{name}", sentence)
            for side, lines in (("retrait", self.retraits), ("attribution", self.attributions))
            for rank, line in enumerate(lines, 1)
            for name, sentence in line.fautes.items()
        ]


def _signed(rate: Valeur) -> str:
    """Return « +5,0 % », so that a gap says on which side it is."""
    return f"+{taux(rate)}" if isinstance(rate, Decimal) and rate > 0 else taux(rate)


ENVELOPPES: tuple[Colonne[EnveloppeRow], ...] = (
    Colonne("territoire", "Territoire", lambda e: e.territoire),
    Colonne("notifie_eur", "Notifié", lambda e: e.notifie, Unite.EUROS),
    Colonne("mouvements_eur", "Mouvements", lambda e: e.mouvements, Unite.EUROS),
    Colonne("engage_eur", "Engagé", lambda e: e.engage, Unite.EUROS),
    Colonne("disponible_eur", "Disponible", lambda e: e.disponible, Unite.EUROS),
    Colonne("realise_eur", "Réalisé", lambda e: e.realise, Unite.EUROS),
    Colonne("verse_eur", "Versé", lambda e: e.verse, Unite.EUROS),
    Colonne("taux_engagement", "Engagé / notifié", lambda e: e.taux, Unite.TAUX, barre=True),
)

SUIVI: tuple[Colonne[SuiviRow], ...] = (
    Colonne("structure", "Structure", lambda s: s.nom),
    Colonne("suite", "Ce qui se joue", lambda s: s.suite),
    Colonne("type", "Type", lambda s: s.type),
    Colonne("departement", "Dép.", lambda s: s.departement),
    Colonne("annexe", "Annexe", lambda s: s.numero),
    Colonne("etp_conventionnes", "ETP conventionnés", lambda s: s.etp, Unite.ETP),
    Colonne("moyenne_mensuelle", "ETP moyens", lambda s: s.moyenne, Unite.ETP),
    Colonne("taux_cumule", "Taux cumulé", lambda s: s.taux, Unite.TAUX, barre=True),
    Colonne("classement", "Classement", lambda s: s.classement),
    Colonne("mois_manquants", "Mois non déclarés", lambda s: s.manquants, Unite.NOMBRE),
    Colonne("atterrissage", "Atterrissage", lambda s: s.atterrissage, Unite.ETP),
    Colonne("etp_reprenables", "ETP reprenables", lambda s: s.reprenables, Unite.ETP),
)
SUIVI_A_L_ECRAN = tuple(c for c in SUIVI if c.cle not in ("annexe", "classement"))
"""What fits a screen; the files hold the rest."""

PREVISIONS: tuple[Colonne[PrevisionRow], ...] = (
    Colonne("libelle", "Périmètre", lambda p: p.libelle),
    Colonne("annexes", "Annexes", lambda p: p.annexes, Unite.NOMBRE),
    Colonne("annexes_sans_declaration", "Sans déclaration", lambda p: p.muettes, Unite.NOMBRE),
    Colonne("etp_conventionnes", "ETP conventionnés", lambda p: p.conventionnes, Unite.ETP),
    Colonne("etp_realises", "ETP réalisés", lambda p: p.realises, Unite.ETP),
    Colonne("atterrissage", "Atterrissage", lambda p: p.atterrissage, Unite.ETP),
    Colonne(
        "ecart", "Écart au conventionné", lambda p: p.ecart, Unite.ETP, ecriture=lambda p: ecart(p.ecart, 1)
    ),
    Colonne("etp_reprenables", "ETP reprenables", lambda p: p.reprenables, Unite.ETP),
)

FINANCEURS: tuple[Colonne[FinanceurRow], ...] = (
    Colonne("structure", "Structure", lambda s: s.nom),
    Colonne("type", "Type", lambda s: s.type),
    Colonne("departement", "Dép.", lambda s: s.departement),
    Colonne("etat_aide_poste_eur", "État (poste)", lambda s: s.etat, Unite.EUROS),
    Colonne("etat_modulation_fdi_eur", "État (modulé, FDI)", lambda s: s.modulation, Unite.EUROS),
    Colonne("conseil_departemental_eur", "Département", lambda s: s.conseil_departemental, Unite.EUROS),
    Colonne("region_eur", "Région", lambda s: s.region, Unite.EUROS),
    Colonne("communes_eur", "Communes, EPCI", lambda s: s.communes, Unite.EUROS),
    Colonne("europe_eur", "FSE, PLIE", lambda s: s.europe, Unite.EUROS),
    Colonne("autres_eur", "Autres", lambda s: s.autres, Unite.EUROS),
    Colonne("inscrit_eur", "Total inscrit", lambda s: s.inscrit, Unite.EUROS),
    Colonne("verse_eur", "Versé", lambda s: s.verse, Unite.EUROS),
)
FINANCEURS_A_L_ECRAN = tuple(c for c in FINANCEURS if c.cle != "type")

ARBITRAGES: tuple[Colonne[ArbitrageRow], ...] = (
    Colonne("structure", "Structure", lambda a: a.nom),
    Colonne("departement", "Dép.", lambda a: a.departement),
    Colonne("financeur", "Financeur", lambda a: a.financeur),
    Colonne("demande_eur", "Demandé", lambda a: a.demande, Unite.EUROS),
    Colonne("arbitre_eur", "Arbitré", lambda a: a.montant, Unite.EUROS),
    Colonne("conference_le", "Conférence du", lambda a: a.le),
    Colonne("numero", "Arbitrage n°", lambda a: a.numero, Unite.NOMBRE),
    Colonne("etat", "État", lambda a: "en vigueur" if a.en_vigueur else "remplacé"),
)

ECARTS: tuple[Colonne[EcartRow], ...] = (
    Colonne("structure", "Structure", lambda e: e.nom),
    Colonne("annexe", "Annexe", lambda e: e.numero),
    Colonne("financeur", "Financeur", lambda e: e.financeur),
    Colonne("postes", "Postes", lambda e: e.postes, Unite.NOMBRE),
    Colonne("inscrit_eur", "Inscrit", lambda e: e.inscrit, Unite.EUROS),
    Colonne("theorique_eur", "Théorique", lambda e: e.theorique, Unite.EUROS),
    Colonne(
        "ecart_eur",
        "Écart",
        lambda e: e.ecart,
        Unite.EUROS,
        ecriture=lambda e: f"{ecart(e.ecart)}{INSECABLE}€",
    ),
    Colonne(
        "ecart_relatif", "Écart relatif", lambda e: e.taux, Unite.TAUX, ecriture=lambda e: _signed(e.taux)
    ),
)

CLAUSES: tuple[Colonne[ClauseRow], ...] = (
    Colonne("departement", "Département", lambda c: c.departement),
    Colonne("modalite", "Modalité", lambda c: c.modalite),
    Colonne("marches", "Marchés", lambda c: c.marches, Unite.NOMBRE),
    Colonne("heures_prevues", "Heures prévues", lambda c: c.prevues, Unite.HEURES),
    Colonne("heures_realisees", "Heures réalisées", lambda c: c.realisees, Unite.HEURES),
    Colonne("taux_realisation", "Taux", lambda c: c.taux, Unite.TAUX, barre=True),
    Colonne("heures_imputees", "Dont imputées par contrat", lambda c: c.imputees, Unite.HEURES),
    Colonne("part_siae", "Part des SIAE", lambda c: c.siae, Unite.TAUX),
    Colonne("marches_en_retard", "Marchés sous 80 % de l'attendu", lambda c: c.retards, Unite.NOMBRE),
)

ECHANGES: tuple[Colonne[EchangeRow], ...] = (
    Colonne("sens", "Sens", lambda e: e.sens),
    Colonne("type", "Type de structure", lambda e: e.type),
    Colonne("etp", "ETP", lambda e: e.etp, Unite.ETP, ecriture=lambda e: nombre(e.etp, 2)),
    Colonne("montant_unitaire", "Euros d'un ETP", lambda e: e.montant, Unite.EUROS),
    Colonne("montant", "Euros sur un an", lambda e: e.euros, Unite.EUROS),
)

REDEPLOIEMENTS: tuple[Colonne[RedeploiementRow], ...] = (
    Colonne("reference", "Redéploiement", lambda r: r.reference),
    Colonne("connu_le", "Connu le", lambda r: r.connu_le),
    Colonne("etat", "État", lambda r: r.etat),
    Colonne("annexes", "Annexes", lambda r: r.annexes, Unite.NOMBRE),
    Colonne("etp_retires", "ETP retirés", lambda r: r.retraits, Unite.ETP),
    Colonne("etp_attribues", "ETP attribués", lambda r: r.attributions, Unite.ETP),
)
