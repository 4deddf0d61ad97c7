"""The ways a value is made of counts: a count of persons, a share of them, a delay, a quantity."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from services.gateway.catalogue.lecture import Lecture
from services.gateway.pages.formats import Absence, Valeur
from services.gateway.pages.secrecy import SEUIL
from services.gateway.queries.counts import Nombre
from services.gateway.queries.reperes import rounded

EXACT = 12


class Mesure(Protocol):
    """How an indicator is computed; ``personnes`` tells whether secrecy applies."""

    @property
    def sources(self) -> tuple[str, ...]:
        """Sources of counts that it reads."""

    @property
    def personnes(self) -> bool:
        """Whether it says something of persons."""

    @property
    def effectifs(self) -> tuple[tuple[str, str], ...]:
        """Counts of persons that a reader may find in it, by source and name."""

    def valeur(self, lecture: Lecture) -> Valeur:
        """Return the value of one cell, as it may be published."""


@dataclass(frozen=True)
class Effectif:
    """A count of persons, or of what one person does."""

    source: str
    nom: str

    @property
    def sources(self) -> tuple[str, ...]:
        """Sources of counts that it reads."""
        return (self.source,)

    @property
    def personnes(self) -> bool:
        """Always."""
        return True

    @property
    def effectifs(self) -> tuple[tuple[str, str], ...]:
        """The count."""
        return ((self.source, self.nom),)

    def valeur(self, lecture: Lecture) -> Valeur:
        """Return the count, or « secret »."""
        return lecture.montre(self.source, self.nom)


@dataclass(frozen=True)
class Part:
    """A share of a count of persons; hidden with either count, or when few are left out of it."""

    source: str
    numerateur: str
    denominateur: str
    reste: tuple[str, ...] = ()
    """Counts added to the numerator to make the denominator, when no single count holds it."""

    @property
    def sources(self) -> tuple[str, ...]:
        """Sources of counts that it reads."""
        return (self.source,)

    @property
    def personnes(self) -> bool:
        """Always."""
        return True

    @property
    def effectifs(self) -> tuple[tuple[str, str], ...]:
        """The part and its whole."""
        return tuple((self.source, name) for name in (self.numerateur, *(self.reste or (self.denominateur,))))

    def valeur(self, lecture: Lecture) -> Valeur:
        """Return the exact ratio, « secret », or « sans objet » on nothing."""
        part = lecture.montre(self.source, self.numerateur)
        names = self.reste or (self.denominateur,)
        others = [lecture.montre(self.source, name) for name in names]
        if part is None or None in others:
            return None
        if Absence.SECRET in (part, *others):
            return Absence.SECRET
        whole = sum(int(other) for other in others if other is not None) + (int(part) if self.reste else 0)
        if whole == 0:
            return Absence.SANS_OBJET
        if 0 < whole - int(part) < SEUIL:
            return Absence.SECRET
        return exact(Fraction(int(part), whole))


@dataclass(frozen=True)
class ParPersonne:
    """A quantity about persons (a median, a mean): hidden when their number is."""

    source: str
    effectif: str
    calcul: Callable[[Lecture], Nombre]
    autres: tuple[str, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """Sources of counts that it reads."""
        return (self.source, *self.autres)

    @property
    def personnes(self) -> bool:
        """Always."""
        return True

    @property
    def effectifs(self) -> tuple[tuple[str, str], ...]:
        """The persons it is about."""
        return ((self.source, self.effectif),)

    def valeur(self, lecture: Lecture) -> Valeur:
        """Return the quantity, « secret », or « sans objet » when there is nobody."""
        count = lecture.montre(self.source, self.effectif)
        if count is Absence.SECRET:
            return Absence.SECRET
        if not count:
            return Absence.SANS_OBJET
        return exact(self.calcul(lecture))


@dataclass(frozen=True)
class EcartDePart:
    """A share of persons less another ratio, which is public: hidden with the share."""

    part: Part
    prevu: Callable[[Lecture], "Nombre | Absence"]
    autres: tuple[str, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        """Sources of counts that it reads."""
        return (*self.part.sources, *self.autres)

    @property
    def personnes(self) -> bool:
        """Always."""
        return True

    @property
    def effectifs(self) -> tuple[tuple[str, str], ...]:
        """Those of the share."""
        return self.part.effectifs

    def valeur(self, lecture: Lecture) -> Valeur:
        """Return the difference; the reason of an absence when either is absent."""
        share, planned = self.part.valeur(lecture), self.prevu(lecture)
        for value in (share, planned):
            if value is None or isinstance(value, Absence):
                return value
        return exact(Fraction(share) - Fraction(planned))  # type: ignore[arg-type] # neither is absent


@dataclass(frozen=True)
class Quantite:
    """Structures, posts, euros, ETP or hours: never secret."""

    lus: tuple[str, ...]
    calcul: Callable[[Lecture], "Nombre | Absence"]

    @property
    def sources(self) -> tuple[str, ...]:
        """Sources of counts that it reads."""
        return self.lus

    @property
    def personnes(self) -> bool:
        """Never."""
        return False

    @property
    def effectifs(self) -> tuple[tuple[str, str], ...]:
        """None."""
        return ()

    def valeur(self, lecture: Lecture) -> Valeur:
        """Return the exact value."""
        value = self.calcul(lecture)
        return value if isinstance(value, Absence) else exact(value)


def exact(value: Nombre) -> Valeur:
    """Return a number with twelve decimals at most; whoever writes it rounds it once."""
    return value if value is None or isinstance(value, int | Decimal) else rounded(value, EXACT)


def somme(source: str, nom: str) -> Quantite:
    """Return the measure that reads one sum as it is."""
    return Quantite((source,), lambda lecture: lecture.brut(source, nom))


def rapport(source: str, haut: str, bas: str) -> Quantite:
    """Return the measure of a ratio of two sums, « sans objet » on nothing."""
    return Quantite((source,), lambda lecture: ratio(lecture.brut(source, haut), lecture.brut(source, bas)))


def ratio(part: Nombre, whole: Nombre) -> Nombre | Absence:
    """Return an exact ratio; None when one is unknown, « sans objet » on nothing."""
    if part is None or whole is None:
        return None
    return Fraction(part) / Fraction(whole) if whole else Absence.SANS_OBJET
