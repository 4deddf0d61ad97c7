"""What the rules of the PASS IAE need to know of a person: acts of entry, diagnostics, hires."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from services.parcours.domain import pass_iae
from services.parcours.domain.eligibilite import Diagnostic
from services.parcours.domain.regles import Periode

DEFAULT, ADMIN, PE_APPROVAL, AI_STOCK = "default", "admin", "pe_approval", "ai_stock"
ORIGINES = (DEFAULT, ADMIN, PE_APPROVAL, AI_STOCK)
"""Where a PASS IAE comes from; the first two need a diagnosis, the last two have none."""

PENDING, GRANTED, DENIED = "PENDING", "GRANTED", "DENIED"
ETATS_PROLONGATION = (PENDING, GRANTED, DENIED)


@dataclass(frozen=True, slots=True)
class PassIae:
    """A PASS IAE; both days included, suspensions and prolongations counted in the last one.

    ``numero`` is None until it is stored: a hire that is refused takes no number.
    """

    id: UUID
    version: int
    personne_id: UUID
    numero: str | None
    origine: str
    date_debut: date
    date_fin: date
    annule: bool
    structure_id: UUID | None
    diagnostic_id: UUID | None

    @property
    def periode(self) -> Periode:
        """Its days."""
        return Periode(self.date_debut, self.date_fin)


@dataclass(frozen=True, slots=True)
class Suspension:
    """A suspension as stored; both days included."""

    id: UUID
    version: int
    pass_id: UUID
    structure_id: UUID
    motif: str
    date_debut: date
    date_fin: date
    annulee: bool

    @property
    def periode(self) -> Periode:
        """Its days."""
        return Periode(self.date_debut, self.date_fin)


@dataclass(frozen=True, slots=True)
class Prolongation:
    """A prolongation as stored, or the request for one; it starts on the last day of the PASS IAE."""

    id: UUID
    version: int
    pass_id: UUID
    structure_id: UUID
    motif: str
    date_debut: date
    date_fin: date
    etat: str
    demandee_le: date
    organisation: str | None = None
    decidee_le: date | None = None
    motif_refus: str | None = None
    actions: Sequence[str] = ()

    @property
    def periode(self) -> Periode:
        """Its days."""
        return Periode(self.date_debut, self.date_fin)


class Embauche(NamedTuple):
    """A hire by a SIAE: an accepted candidature or a contract."""

    structure_id: UUID
    jour: date


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that is known of one person; cancelled PASS and suspensions are left out.

    Attributes
    ----------
    contrats
        Structure and first day of each contract.
    """

    passes: Sequence[PassIae] = ()
    suspensions: Sequence[Suspension] = ()
    prolongations: Sequence[Prolongation] = ()
    diagnostics: Sequence[Diagnostic] = ()
    embauches: Sequence[Embauche] = ()
    contrats: Sequence[Embauche] = ()
    agrements: Sequence[Periode] = field(default_factory=tuple)

    def pass_valide(self, jour: date) -> PassIae | None:
        """Return the PASS IAE that is valid on a day, begun or not."""
        return next((known for known in self.passes if pass_iae.est_valide(known.periode, jour)), None)

    def dernier_pass(self) -> PassIae | None:
        """Return the PASS IAE that ends last."""
        return max(self.passes, key=lambda known: known.date_fin, default=None)

    def suspensions_de(self, pass_id: UUID) -> list[Suspension]:
        """Return the suspensions of a PASS IAE, oldest first."""
        mine = [known for known in self.suspensions if known.pass_id == pass_id]
        return sorted(mine, key=lambda known: known.date_debut)

    def suspension_en_cours(self, pass_id: UUID, jour: date) -> Suspension | None:
        """Return the suspension that covers a day."""
        return next((s for s in self.suspensions_de(pass_id) if s.date_debut <= jour <= s.date_fin), None)

    def jours_prolonges(self, pass_id: UUID) -> int:
        """Return the days of all the prolongations granted to a PASS IAE, whatever their reason."""
        return sum(
            pass_iae.jours_ajoutes(known.periode)
            for known in self.prolongations
            if known.pass_id == pass_id and known.etat == GRANTED
        )

    def demande_en_cours(self, pass_id: UUID) -> Prolongation | None:
        """Return the request that waits for an answer."""
        return next((p for p in self.prolongations if p.pass_id == pass_id and p.etat == PENDING), None)

    def contrat_depuis(self, structure_id: UUID, jour: date) -> bool:
        """Tell whether a contract in a structure begins on a day or after."""
        return any(known.structure_id == structure_id and known.jour >= jour for known in self.contrats)

    def derniere_embauche(self) -> Embauche | None:
        """Return the last hire by a SIAE."""
        return max((*self.embauches, *self.contrats), key=lambda hire: hire.jour, default=None)


def periodes_couvertes(known: Periode, suspensions: Sequence[Periode]) -> list[Periode]:
    """Return the days of a PASS IAE outside its suspensions, in order; these do not overlap."""
    covered, start = [], known.debut
    for suspension in sorted(suspensions):
        if start < suspension.debut:
            covered.append(Periode(start, min(suspension.debut - timedelta(1), known.fin)))
        start = max(start, suspension.fin + timedelta(1))
    if start <= known.fin:
        covered.append(Periode(start, known.fin))
    return covered
