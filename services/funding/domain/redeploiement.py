"""Moving ETP between annexes: balanced in euros, since the types do not cost the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from services.funding.domain.annexe import ensure_type
from services.funding.domain.errors import EnveloppeDepassee, EtpInsuffisants, RedeploiementImpossible
from services.funding.domain.formules import MOIS_PAR_AN, arrondir, etp_annuel, montant_annexe, tronquer
from shared import french
from shared.errors import BusinessError

PROPOSE, ACCEPTE, REFUSE, APPLIQUE = "PROPOSE", "ACCEPTE", "REFUSE", "APPLIQUE"
ETATS = (PROPOSE, ACCEPTE, REFUSE, APPLIQUE)
SOURCE_EQUILIBRE = "règle de projet : un transfert coûte ses ETP au montant unitaire de la destination"


@dataclass(frozen=True, slots=True)
class Ligne:
    """ETP taken or given; ``montant_unitaire`` is euros for one over a year."""

    type_structure: str
    etp: Decimal
    montant_unitaire: Decimal

    @property
    def euros(self) -> Fraction:
        """What these ETP cost over a year, not rounded."""
        return Fraction(self.etp) * Fraction(self.montant_unitaire)


@dataclass(frozen=True, slots=True)
class Solde:
    """What is taken less what is given."""

    etp: Fraction
    euros: Fraction


def equilibre(retraits: Sequence[Ligne], attributions: Sequence[Ligne]) -> Solde:
    """Return the balance over a year, not rounded."""
    return Solde(
        sum((Fraction(x.etp) for x in retraits), Fraction(0))
        - sum((Fraction(x.etp) for x in attributions), Fraction(0)),
        sum((x.euros for x in retraits), Fraction(0)) - sum((x.euros for x in attributions), Fraction(0)),
    )


def refusals(retraits: Sequence[Ligne], attributions: Sequence[Ligne]) -> list[BusinessError]:
    """Return why a movement is refused: a type without annexe, more euros given than taken; none when it is not."""
    found: list[BusinessError] = []
    for type_structure in dict.fromkeys(x.type_structure for x in (*retraits, *attributions)):
        try:
            ensure_type(type_structure)
        except BusinessError as refusal:
            found.append(refusal)
    missing = -equilibre(retraits, attributions).euros
    if missing > 0:
        found.append(_depassement(arrondir(missing)))
    return found


@dataclass(frozen=True, slots=True)
class Mouvement:
    """ETP that an annexe loses (negative) or receives, and where it stands.

    ``realise`` is the yearly ETP already done (F01), under which nothing is taken.
    """

    etp: Decimal
    montant_unitaire: Decimal
    duree_mois: int
    delta: Decimal
    realise: Fraction
    region: str
    annee: int

    @property
    def euros(self) -> Decimal:
        """What the annexe is worth more, or less, once moved (F05)."""
        before = montant_annexe(self.etp, self.montant_unitaire, self.duree_mois)
        return montant_annexe(self.etp + self.delta, self.montant_unitaire, self.duree_mois) - before


def ensure_mouvements(mouvements: Sequence[Mouvement], region: str) -> None:
    """Return if ETP may move between these annexes.

    Raises
    ------
    RedeploiementImpossible
        Nothing is taken or nothing given, or an annexe is of another région or year.
    EtpInsuffisants
        An annexe would keep fewer ETP than it has done.
    EnveloppeDepassee
        More euros are given than taken.
    """
    if {m.delta > 0 for m in mouvements} != {True, False}:
        raise RedeploiementImpossible("Un redéploiement retire des ETP et en attribue.", champ="lignes")
    if any(m.region != region for m in mouvements) or len({m.annee for m in mouvements}) > 1:
        raise RedeploiementImpossible(
            "Les annexes d'un redéploiement sont de la même région et de la même année.",
            champ="lignes",
            correction="Entre régions, passez par la bourse aux postes, d'enveloppe à enveloppe.",
            source="enveloppes régionales globalisées et fongibles, instruction du 16 mars 2017",
        )
    for m in mouvements:
        if m.delta < 0 and etp_annuel(m.etp + m.delta, m.duree_mois) < m.realise:
            raise EtpInsuffisants(
                "Une annexe garde au moins les ETP déjà réalisés.",
                champ="lignes",
                correction=f"Retirez au plus {french.written(reprenables(m), 2)} ETP.",
                source="règle de projet : jamais sous le réalisé cumulé",
            )
    missing = sum((m.euros for m in mouvements), Decimal(0))
    if missing > 0:
        raise _depassement(missing)


def reprenables(mouvement: Mouvement) -> Decimal:
    """Return the most monthly ETP that can be taken from an annexe, cut to the hundredth."""
    done = mouvement.realise * MOIS_PAR_AN / mouvement.duree_mois
    return max(Decimal(0), tronquer(Fraction(mouvement.etp) - done))


@dataclass(frozen=True, slots=True)
class Place:
    """Where an annexe is, and what kind of structure has it."""

    departement: str
    type_structure: str


MEME_TYPE, MEME_DEPARTEMENT, MEME_REGION = 1, 2, 3


def rang_attribution(origine: Place, candidat: Place) -> int:
    """Return how near an annexe of the région is to the one that gives ETP back: the nearest is served first.

    Same département and same type, then same département, then the région (choice of this project); between two of a
    rank, the one that did the most is served first.
    """
    if candidat.departement != origine.departement:
        return MEME_REGION
    return MEME_TYPE if candidat.type_structure == origine.type_structure else MEME_DEPARTEMENT


def _depassement(euros: Decimal) -> EnveloppeDepassee:
    return EnveloppeDepassee(
        f"Les attributions dépassent les retraits de {french.euros(euros)}.",
        champ="attributions",
        correction="Retirez davantage, ou attribuez moins d'ETP.",
        source=SOURCE_EQUILIBRE,
    )
