"""What the pages of a structure without software show, and what a form says back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.gateway.pages.site import Lien


@dataclass(frozen=True, slots=True)
class Faute:
    """Something to correct: beside the field ``cible``, and on top of the page as ``phrase``."""

    cible: str | None
    detail: str
    ou: str = ""

    @property
    def phrase(self) -> str:
        """Return the sentence of the summary, which says where."""
        return f"{self.ou} : {self.detail}" if self.ou else self.detail


@dataclass(frozen=True, slots=True)
class StructureSaisie:
    """A structure as its own pages name it; ``commune`` is its name."""

    id: str
    nom: str
    type_structure: str
    siret: str
    commune: str


@dataclass(frozen=True, slots=True)
class MoisRow:
    """A month of the year chosen."""

    mois: date
    code: str
    recu: bool


@dataclass(frozen=True, slots=True)
class SaisiePage:
    """The start: one structure, its months of a year, its orientations that wait (200 stands for more)."""

    structure: StructureSaisie
    autres: tuple[Lien, ...]
    annees: tuple[int, ...]
    annee: int
    mois: tuple[MoisRow, ...]
    en_attente: int


@dataclass(frozen=True, slots=True)
class LigneSaisie:
    """A contract in the form of a month, with what was typed.

    ``rang`` numbers the line in the page: neither an identifier nor a name is in an address or an anchor.
    """

    rang: int
    contrat: str
    intitule: str
    type_contrat: str
    debut: date
    fin: date
    heures: str = ""
    annexe: str = ""
    sortie_date: str = ""
    sortie_motif: str = ""


@dataclass(frozen=True, slots=True)
class MoisPage:
    """The form of a month; ``version`` is the one that it replaces, 0 for none."""

    structure: StructureSaisie
    mois: date
    code: str
    version: int
    cle: str
    lignes: tuple[LigneSaisie, ...]
    annexes: tuple[str, ...]
    fautes: tuple[Faute, ...] = ()

    @property
    def premier(self) -> str:
        """First day of the month, ISO 8601."""
        return self.mois.isoformat()


@dataclass(frozen=True, slots=True)
class VerificationPage:
    """A month tried and accepted, before it is sent for good."""

    formulaire: MoisPage
    heures: str
    lignes: Sequence[LigneSaisie]
    sans_heures: int
    sorties: int


@dataclass(frozen=True, slots=True)
class RecuPage:
    """The receipt of a month."""

    structure: StructureSaisie
    mois: date
    code: str
    version: int
    contrats: int
    heures: str
    heures_eligibles: str


@dataclass(frozen=True, slots=True)
class OrientationRow:
    """An orientation received."""

    href: str
    intitule: str
    date_orientation: date
    prescripteur: str
    etat: str
    limite: date | None


@dataclass(frozen=True, slots=True)
class OrientationsPage:
    """The orientations of a structure: those that wait, or all."""

    structure: StructureSaisie
    toutes: bool
    rows: tuple[OrientationRow, ...]
    suite: str | None


@dataclass(frozen=True, slots=True)
class ReponsePage:
    """One orientation, and the form that answers it when an answer is possible."""

    structure: StructureSaisie
    orientation: OrientationRow
    cle: str
    ouverte: bool
    repondu: bool
    motif: str | None
    transition: str = ""
    motif_refus: str = ""
    date_embauche: str = ""
    contrat: str = ""
    fautes: tuple[Faute, ...] = ()


@dataclass(frozen=True, slots=True)
class FichierPage:
    """The form that sends a file."""

    cle: str
    nature: str = ""
    fautes: tuple[Faute, ...] = ()


@dataclass(frozen=True, slots=True)
class LigneRefusee:
    """A line of a file that was not taken."""

    ligne: int
    champ: str
    detail: str
    correction: str


@dataclass(frozen=True, slots=True)
class RapportPage:
    """Where a file is, and its refused lines (the first ones)."""

    href: str
    nature: str
    a_blanc: bool
    termine: bool
    total: int
    lues: int
    acceptees: int
    deja_recues: int
    refusees: int
    lignes: tuple[LigneRefusee, ...]
