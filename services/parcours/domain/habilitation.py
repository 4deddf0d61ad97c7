"""Who may prescribe: the habilitation of an organisation, the right of an employer to prescribe on its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.parcours.domain.errors_pass import (
    AutoprescriptionSuspendue,
    HabilitationManquante,
    SanctionInvalide,
)
from services.parcours.domain.regles import REFORME, Regle, plus_mois
from shared.errors import BusinessError

VALIDATED = "VALIDATED"
SOURCE_HABILITATION = "Parcours §2.1 et §2.3 ; arrêté du 1er septembre 2021"

PREAVIS = Regle(1, "Parcours §9.4 : sanction au plus tôt dans un mois ; CT R5132-1-12", REFORME)
"""Months between the decision of a sanction and its first day, at least."""
SOURCE_SUSPENDUE = "Parcours §6.2 et §9.4 ; CT R5132-1-12"


@dataclass(frozen=True, slots=True)
class Habilitation:
    """What the registry says of an organisation; both days are included, None without bound."""

    statut: str
    depuis: date | None
    jusqu_a: date | None

    def tient(self, jour: date) -> bool:
        """Tell whether the organisation is habilitated on a day."""
        after = self.depuis is None or self.depuis <= jour
        return self.statut == VALIDATED and after and (self.jusqu_a is None or jour <= self.jusqu_a)


def est_habilitee(connues: Sequence[Habilitation], jour: date) -> bool:
    """Tell whether an organisation of a type that prescribes may do so on a day.

    Parameters
    ----------
    connues
        What the registry says of it; empty when it does not know it: then its type alone decides.
    """
    return not connues or any(known.tient(jour) for known in connues)


def refus_du_prescripteur(
    connues: Sequence[Habilitation], jour: date, *, de_type: bool
) -> list[BusinessError]:
    """Return why an organisation may not diagnose, nor grant a prolongation, on a day.

    Parameters
    ----------
    connues
        What the registry says of it: it has the last word.
    de_type
        Whether the organisation is of a type that prescribes.
    """
    if de_type and est_habilitee(connues, jour):
        return []
    return [
        HabilitationManquante(
            "Seul un prescripteur habilité établit un diagnostic, ou accorde une prolongation.",
            champ="organisation" if de_type else "type_prescripteur",
            source=SOURCE_HABILITATION,
        )
    ]


@dataclass(frozen=True, slots=True)
class Sanction:
    """Days on which an employer may not prescribe on its own; both included, ``fin`` None for ever."""

    debut: date
    fin: date | None

    def court(self, jour: date) -> bool:
        """Tell whether it holds on a day."""
        return self.debut <= jour and (self.fin is None or jour <= self.fin)


def refus_de_sanction(sanction: Sanction, jour: date) -> list[BusinessError]:
    """Return why a sanction may not be pronounced on a day."""
    earliest = plus_mois(jour, PREAVIS.valeur)
    refus: list[BusinessError] = []
    if sanction.debut < earliest:
        refus.append(
            SanctionInvalide(
                f"La suspension commence au plus tôt le {earliest:%d/%m/%Y}.",
                champ="date_debut",
                source=PREAVIS.source,
            )
        )
    if sanction.fin is not None and sanction.fin < sanction.debut:
        refus.append(
            SanctionInvalide(
                "La suspension finit avant de commencer.",
                champ="date_fin",
                correction="Sans date de fin, elle est définitive.",
                source=PREAVIS.source,
            )
        )
    return refus


def refus_d_autoprescription(sanctions: Sequence[Sanction], jour: date) -> list[BusinessError]:
    """Return why an employer may not rest on its own diagnosis on a day: the longest of its sanctions prevails."""
    current = [known for known in sanctions if known.court(jour)]
    if not current:
        return []
    ends = [known.fin for known in current if known.fin is not None]
    told = f"jusqu'au {max(ends):%d/%m/%Y}" if len(ends) == len(current) else "définitivement"
    return [
        AutoprescriptionSuspendue(
            f"La capacité d'autoprescription de la structure est suspendue {told}.",
            correction="Demandez le diagnostic d'un prescripteur habilité.",
            source=SOURCE_SUSPENDUE,
        )
    ]
