"""The one family of refusals: a code, an HTTP status and a French sentence for the person who reads it."""

from collections.abc import Sequence
from typing import ClassVar


class BusinessError(Exception):
    """A refusal that a person can understand and correct.

    Subclasses set ``code`` (stable, snake case, French) and ``status``. Only the edges (routes, import
    jobs) catch it.

    Parameters
    ----------
    detail
        French sentence. Never contains a personal value.
    champ
        Path of the faulty field, when one is.
    correction
        French sentence telling how to correct, when it is known.
    source
        Legal or documentary source of the rule, when the refusal comes from one.
    """

    code: ClassVar[str] = "refus"
    status: ClassVar[int] = 409

    def __init__(
        self,
        detail: str,
        *,
        champ: str | None = None,
        correction: str | None = None,
        source: str | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.champ = champ
        self.correction = correction
        self.source = source


class ManyFaults(BusinessError):
    """A refusal for several reasons, all told at once.

    Parameters
    ----------
    faults
        At least one: ``champ``, ``code``, ``detail``, ``correction`` of each reason, as the caller reads them, and
        the ``source`` of a reason that has one.
    """

    def __init__(self, detail: str, faults: Sequence[dict[str, str]]) -> None:
        super().__init__(detail)
        self.faults = faults


class Introuvable(BusinessError):
    """The object is unknown, or outside the caller's perimeter: the answer is the same."""

    code = "introuvable"
    status = 404


class Indisponible(BusinessError):
    """What is needed does not answer yet; the caller may try again after ``retry_after`` seconds."""

    code = "indisponible"
    status = 503
    retry_after: ClassVar[int] = 2


class DonneesEnRetard(Indisponible):
    """The positions asked for by ``au_moins`` are not reached yet."""

    code = "donnees_en_retard"
