"""What an acceptance does to the PASS IAE of a person (``domaine/parcours.md`` §5.3, §5.4, §6.2 and §6.3)."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from services.parcours.domain import eligibilite, pass_iae
from services.parcours.domain.agrement import couvre
from services.parcours.domain.dossier import DEFAULT, Dossier, PassIae, Suspension
from services.parcours.domain.eligibilite import PRESCRIPTEUR_HABILITE, Diagnostic
from services.parcours.domain.errors_pass import EnCarence, PassSuspendu, SansDiagnostic
from services.parcours.domain.suspension import MOTIFS, SOURCE_MOTIFS
from shared.errors import BusinessError

PREFIXE = "XXXXX"
"""First five characters of the numbers given here. 99999 belongs to the national platform, and to it alone."""

OUBLIE = "FORGOTTEN"
"""Why the identifier of France Travail of a person is not given: they forgot it."""

RANGS = 7
"""Figures of the rank that follows: 9,999,999 numbers, those of cancelled PASS IAE among them, then no more."""


def afficher(numero: str) -> str:
    """Return a number as shown, in groups of 5, 2 and 5: ``XXXXX 00 00001``."""
    return f"{numero[:5]} {numero[5:7]} {numero[7:]}"


def carence_levee(dossier: Dossier, jour: date, *, envoi_habilite: bool) -> bool:
    """Tell whether the carence is lifted: by a prescripteur habilité who sent, or whose diagnosis holds."""
    return envoi_habilite or any(
        known.auteur == PRESCRIPTEUR_HABILITE and known.est_valide(jour) for known in dossier.diagnostics
    )


def refus_d_entree(dossier: Dossier, jour: date, *, envoi_habilite: bool) -> list[BusinessError]:
    """Return what keeps a person from being sent or hired on a day: a closed suspension, or the carence."""
    valid = dossier.pass_valide(jour)
    if valid is not None:
        current = dossier.suspension_en_cours(valid.id, jour)
        if current is None or MOTIFS[current.motif].valeur.levable:
            return []
        return [
            PassSuspendu("Le PASS IAE est suspendu, et une embauche n'y met pas fin.", source=SOURCE_MOTIFS)
        ]
    if couvre(dossier.agrements, jour, jour) or carence_levee(dossier, jour, envoi_habilite=envoi_habilite):
        return []
    last = dossier.dernier_pass()
    if last is None or not pass_iae.en_carence(last.date_fin, jour):
        return []
    return [
        EnCarence(
            f"Un délai de carence court jusqu'au {pass_iae.fin_de_carence(last.date_fin):%d/%m/%Y}.",
            correction="Un prescripteur habilité le lève par son envoi, ou par son diagnostic.",
            source=pass_iae.CARENCE.source,
        )
    ]


@dataclass(frozen=True, slots=True)
class Delivrance:
    """The act under which a person is hired.

    Attributes
    ----------
    pass_iae
        None when an old agrément covers the hire.
    change
        Whether the PASS IAE is new or moved, and has to be written.
    suspension
        The suspension that the hire ends, as it becomes.
    a_la_main
        Whether those who run the platform deliver it, or not: who the person is does not suffice.
    """

    pass_iae: PassIae | None
    diagnostic: Diagnostic | None
    change: bool = False
    suspension: Suspension | None = None
    a_la_main: bool = False


@dataclass(frozen=True, slots=True)
class Arrivee:
    """A hire as decided: who, where, from which day on, decided on which day.

    ``identifiee`` tells whether the person has a NIR, an identifier of France Travail, or none to have.
    """

    personne_id: UUID
    structure_id: UUID
    embauche: date
    jour: date
    identifiee: bool = True


def est_identifiee(*, nir: bool, motif_absence_france_travail: str | None) -> bool:
    """Tell whether a PASS IAE is delivered at once: not to somebody without a NIR who forgot the other number.

    Source
    ------
    Parcours §5.3
    """
    return nir or motif_absence_france_travail != OUBLIE


def delivrer(dossier: Dossier, arrivee: Arrivee, identity: UUID) -> Delivrance:
    """Return the act of entry of a hire: the valid PASS IAE reused, brought forward or resumed, else a new one.

    Parameters
    ----------
    identity
        Of the PASS IAE, when a new one is delivered; its number is given as it is stored.

    Raises
    ------
    SansDiagnostic
        A new PASS IAE rests on a diagnosis that holds on the day of the decision.
    """
    structure_id, embauche, jour = arrivee.structure_id, arrivee.embauche, arrivee.jour
    valid = dossier.pass_valide(jour)
    diagnostic = eligibilite.retenir(dossier.diagnostics, structure_id, jour, pass_valide=valid is not None)
    if valid is None:
        if couvre(dossier.agrements, embauche, embauche):
            return Delivrance(None, diagnostic)
        return _nouveau(arrivee, diagnostic, identity)
    if embauche < valid.date_debut:
        moved = replace(
            valid,
            version=valid.version + 1,
            date_debut=embauche,
            date_fin=pass_iae.fin_de_droit_commun(embauche),
        )
        return Delivrance(moved, diagnostic, change=True)
    ended = _reprise(dossier, valid, embauche)
    if ended is None:
        return Delivrance(valid, diagnostic)
    suspension, date_fin = ended
    resumed = replace(valid, version=valid.version + 1, date_fin=date_fin)
    return Delivrance(resumed, diagnostic, change=True, suspension=suspension)


def _nouveau(arrivee: Arrivee, diagnostic: Diagnostic | None, identity: UUID) -> Delivrance:
    if diagnostic is None:
        raise SansDiagnostic(
            "Aucun diagnostic d'éligibilité valide ne permet de délivrer un PASS IAE.",
            correction="Enregistrez le diagnostic d'un prescripteur habilité, ou celui de la structure.",
            source="CT R5132-1-7 ; parcours §5.3",
        )
    if not arrivee.identifiee:
        return Delivrance(None, diagnostic, a_la_main=True)
    delivered = PassIae(
        id=identity,
        version=1,
        personne_id=arrivee.personne_id,
        numero=None,
        origine=DEFAULT,
        date_debut=arrivee.embauche,
        date_fin=pass_iae.fin_de_droit_commun(arrivee.embauche),
        annule=False,
        structure_id=arrivee.structure_id,
        diagnostic_id=diagnostic.id,
    )
    return Delivrance(delivered, diagnostic, change=True)


def _reprise(dossier: Dossier, known: PassIae, embauche: date) -> tuple[Suspension, date] | None:
    current = dossier.suspension_en_cours(known.id, embauche)
    if current is None or not MOTIFS[current.motif].valeur.levable:
        return None
    ended = finir_suspension(current, embauche)
    return ended, fin_apres(known.date_fin, current, ended)


def finir_suspension(known: Suspension, premier_jour: date) -> Suspension:
    """Return a suspension ended by a first day worked: the eve, or cancelled when it is its own first day."""
    if premier_jour <= known.date_debut:
        return replace(known, version=known.version + 1, annulee=True)
    return replace(known, version=known.version + 1, date_fin=premier_jour - timedelta(1))


def fin_apres(date_fin: date, avant: Suspension, apres: Suspension) -> date:
    """Return the last day of a PASS IAE once one of its suspensions has changed."""
    kept = 0 if apres.annulee else pass_iae.jours_ajoutes(apres.periode)
    return date_fin - timedelta(pass_iae.jours_ajoutes(avant.periode) - kept)
