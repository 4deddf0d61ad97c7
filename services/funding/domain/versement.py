"""What a payment must satisfy: an annexe that takes it, a month of its period, who pays what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.funding.domain.echeancier import mois_apres
from services.funding.domain.errors import (
    AnnexeAmbigue,
    AnnexeInconnue,
    AnnexeSansEffet,
    FinanceurIncoherent,
    MoisHorsAnnexe,
    MontantNul,
)
from services.funding.domain.territoire import ensure_departement

ETAT = "ETAT"
CD = "CD"
FINANCEURS = (
    ETAT, "REGION", "EPCI", "COMMUNE", "FSE", "PLIE", "AGEFIPH", "FONDATION", "OPCO", "AUTRE_PUBLIC", "AUTRE_PRIVE",
)  # fmt: skip
"""Funders, besides the départements, written CD and their code (``CD62``)."""

NATURES_AIDE_POSTE = ("AIDE_POSTE_SOCLE", "AIDE_POSTE_MODULEE")
"""What the envelope of the *aide au poste* pays, when the annexe holds credits of one."""
NATURES_ETAT = (*NATURES_AIDE_POSTE, "FDI")
NATURES_COFINANCEMENT = ("COFINANCEMENT", "COFINANCEMENT_CDDI_ESTIME")
NATURES = (*NATURES_ETAT, *NATURES_COFINANCEMENT)
"""Kinds of payment: State aid, and what cofunders pay (``…_ESTIME``: 88 % of the RSA per post, not yet declared)."""

ENVELOPPE, FINANCEUR, ANNEXE = "ENVELOPPE", "FINANCEUR", "ANNEXE"
"""Accounts of the double entry: a payment leaves an envelope or a funder, and reaches an annexe."""

SANS_EFFET = ("BROUILLON", "SAISI", "REJETE", "ANNULE")
"""States in which an annexe is not signed yet, or never was."""
REMPLACEE = "HISTORISE"


@dataclass(frozen=True, slots=True)
class AnnexePayable:
    """An annexe as a payment sees it."""

    id: UUID
    structure_id: UUID
    departement: str
    etat: str
    date_debut: date
    date_fin: date

    @property
    def premier_mois(self) -> str:
        """First month of its period."""
        return f"{self.date_debut:%Y-%m}"

    @property
    def mois_solde(self) -> str:
        """Month after its end, when the balance is paid."""
        return mois_apres(self.date_fin, 1)


def choisir_annexe(annexes: Sequence[AnnexePayable], mois: str) -> AnnexePayable:
    """Return the one annexe, among those of a number, on which a payment of a month is made.

    A number comes back after a merger or a minor change: the annexe that covers the month is the one, and one
    that was replaced yields to the one that replaced it.

    Raises
    ------
    AnnexeInconnue, AnnexeSansEffet, MoisHorsAnnexe, AnnexeAmbigue
        None has this number; none was ever signed; none covers the month, up to the month of the balance; several do.
    """
    if not annexes:
        raise AnnexeInconnue(
            "Aucune annexe enregistrée ne porte ce numéro.",
            champ="annexe",
            correction="Enregistrez d'abord l'annexe, ou vérifiez le numéro.",
        )
    signed = [annexe for annexe in annexes if annexe.etat not in SANS_EFFET]
    if not signed:
        raise AnnexeSansEffet("Cette annexe n'est pas signée : rien ne se verse sur elle.", champ="annexe")
    found = [annexe for annexe in signed if annexe.premier_mois <= mois <= f"{annexe.date_fin:%Y-%m}"]
    found = found or [annexe for annexe in signed if mois == annexe.mois_solde]
    if not found:
        raise MoisHorsAnnexe(
            "Ce mois est hors de la période de l'annexe, mois du solde compris.",
            champ="mois",
            correction="Vérifiez le mois, ou le numéro de l'annexe.",
            source="arrêtés annuels : le solde est payé le mois qui suit la fin de l'annexe",
        )
    current = [annexe for annexe in found if annexe.etat != REMPLACEE] or found
    if len(current) > 1:
        raise AnnexeAmbigue("Plusieurs annexes portent ce numéro pour ce mois.", champ="annexe")
    return current[0]


def ensure_financeur(financeur: str, nature: str) -> None:
    """Return if a funder pays a kind of money: the State its aids, the others a cofinancing.

    Raises
    ------
    FinanceurIncoherent, DepartementInconnu
        It does not; the funder is a département that does not exist.
    """
    if (financeur == ETAT) != (nature in NATURES_ETAT):
        raise FinanceurIncoherent(
            "L'État verse l'aide au poste et le FDI, les autres financeurs un cofinancement.",
            champ="nature",
            correction="Vérifiez le financeur et la nature.",
            source="CT L. 5132-3-1 (cofinancement) ; décret n° 2014-197 (aide au poste)",
        )
    ensure_code_financeur(financeur)


def ensure_code_financeur(financeur: str) -> None:
    """Return if a well-formed code names a funder.

    Raises
    ------
    DepartementInconnu
        It names a département that does not exist.
    """
    if financeur not in FINANCEURS:
        ensure_departement(financeur.removeprefix(CD), champ="financeur")


def ensure_montant(montant: Decimal) -> None:
    """Return if a payment pays something.

    Raises
    ------
    MontantNul
        The amount is zero.
    """
    if not montant:
        raise MontantNul("Le montant d'un versement est supérieur à zéro.", champ="montant")
