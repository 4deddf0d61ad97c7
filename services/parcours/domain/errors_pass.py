"""Refusals of the PASS IAE and of what goes with a pathway: delivery, suspension, prolongation, hires, follow-up."""

from collections.abc import Sequence

from shared.errors import BusinessError, ManyFaults


class TypeHorsIae(BusinessError):
    """The type of structure is outside the rules of the PASS IAE."""

    code = "type_hors_iae"


class PassInvalide(BusinessError):
    """A PASS IAE ends on the day it starts (it is cancelled then), or before."""

    code = "pass_invalide"


class HorsCalendrier(BusinessError):
    """The dates lead past the last day that is held."""

    code = "hors_calendrier"


class PassPasEnCours(BusinessError):
    """The PASS IAE has not begun, or is over."""

    code = "pass_pas_en_cours"


class PassSuspendu(BusinessError):
    """The PASS IAE is suspended that day."""

    code = "pass_suspendu"


class SuspensionFuture(BusinessError):
    """A suspension starts after today."""

    code = "suspension_future"


class SuspensionHorsPass(BusinessError):
    """A suspension starts outside the PASS IAE."""

    code = "suspension_hors_pass"


class SuspensionTropLongue(BusinessError):
    """A suspension lasts more than 36 months."""

    code = "suspension_trop_longue"


class SuspensionChevauchante(BusinessError):
    """A suspension shares a day with another."""

    code = "suspension_chevauchante"


class SuspensionTropAncienne(BusinessError):
    """A suspension starts before the day it may go back to."""

    code = "suspension_trop_ancienne"


class MotifFerme(BusinessError):
    """The reason is an old one, that nothing new may give."""

    code = "motif_ferme"


class MotifReserve(BusinessError):
    """The reason belongs to other types of structure."""

    code = "motif_reserve"


class DebutHorsFinDePass(BusinessError):
    """A prolongation does not start on the last day of the PASS IAE."""

    code = "debut_hors_fin_de_pass"


class ProlongationTropCourte(BusinessError):
    """A prolongation does not last one day."""

    code = "prolongation_trop_courte"


class DureeDeProlongation(BusinessError):
    """A prolongation lasts more than its reason allows for one request."""

    code = "duree_de_prolongation"


class PlafondDeProlongation(BusinessError):
    """A prolongation passes the ceiling of its reason, all reasons added."""

    code = "plafond_de_prolongation"


class FenetreFermee(BusinessError):
    """It is too early or too late to prolong the PASS IAE."""

    code = "fenetre_fermee"


class CriteresInsuffisants(BusinessError):
    """An employer's diagnosis has too few criteria."""

    code = "criteres_insuffisants"


class EmbauchePassee(BusinessError):
    """A hire would start before today."""

    code = "embauche_passee"


class EmbaucheLointaine(BusinessError):
    """A hire would start in more than six months."""

    code = "embauche_lointaine"


class EmbaucheApresPass(BusinessError):
    """A hire would start after the last day of the PASS IAE."""

    code = "embauche_apres_pass"


class EnCarence(BusinessError):
    """Two years have not passed since the last PASS IAE, and no prescripteur lifted that."""

    code = "en_carence"


class SansDiagnostic(BusinessError):
    """No diagnosis lets a PASS IAE be delivered."""

    code = "sans_diagnostic"


class PassConcurrent(BusinessError):
    """Another PASS IAE of the person covers these days."""

    code = "pass_concurrent"


class DateEmbaucheManquante(BusinessError):
    """A hire says neither its first day nor its contract."""

    code = "date_embauche_manquante"
    status = 422


class EmbaucheAvantReforme(BusinessError):
    """A hire before the PASS IAE is told by its contract, signed under an agrément."""

    code = "embauche_avant_reforme"


class CandidatureRecente(BusinessError):
    """The same person was sent to the same structure in the last 24 hours."""

    code = "candidature_recente"


class ChampSansObjet(BusinessError):
    """A field comes with a transition that has no use for it, or lacks with one that needs it."""

    code = "champ_sans_objet"
    status = 422


class ContratsSignes(BusinessError):
    """A hire whose contract is signed is not cancelled: the contract ends."""

    code = "contrats_signes"


class MemeStructure(BusinessError):
    """A candidature is transferred to where it is."""

    code = "meme_structure"


class NonEmployeur(BusinessError):
    """The structure is not the one that hired last, or never hired under this PASS IAE."""

    code = "non_employeur"


class DemandeEnCours(BusinessError):
    """A request to prolong this PASS IAE waits for its answer."""

    code = "demande_en_cours"


class DemandeTraitee(BusinessError):
    """The request has its answer."""

    code = "demande_traitee"


class DernierPass(BusinessError):
    """Only the last PASS IAE of a person is prolonged."""

    code = "dernier_pass"


class RepriseHorsSuspension(BusinessError):
    """The first day worked is not within the suspension."""

    code = "reprise_hors_suspension"


class HabilitationManquante(BusinessError):
    """The organisation is of a type that no prescripteur habilité has."""

    code = "habilitation_manquante"


class ImmersionTropLongue(BusinessError):
    """An immersion lasts more than one month."""

    code = "immersion_trop_longue"


class SuiviTropTot(BusinessError):
    """The day to ask for a situation after an exit has not come."""

    code = "suivi_trop_tot"


class SuiviDejaConnu(BusinessError):
    """The situation at that term is known."""

    code = "suivi_deja_connu"


class SansSortie(BusinessError):
    """The contract has no exit: nothing follows it yet."""

    code = "sans_sortie"


class ParcoursRecent(BusinessError):
    """A person is not erased while the State may still ask for their pathway."""

    code = "parcours_recent"


class FusionImpossible(BusinessError):
    """A person is merged with itself, or was already merged into another."""

    code = "fusion_impossible"


class FusionSuivie(BusinessError):
    """What a merge moved has changed since: undoing it would leave facts that say the contrary."""

    code = "fusion_suivie"


class NirDifferents(BusinessError):
    """Two persons with a NIR each are two persons."""

    code = "nir_differents"


class NirAConserver(BusinessError):
    """Only the person to be absorbed has a NIR."""

    code = "nir_a_conserver"


class PassChevauchants(BusinessError):
    """Two persons to merge have a PASS IAE each, over the same days or both to come."""

    code = "pass_chevauchants"


class ReportImpossible(BusinessError):
    """A PASS IAE or a hire that has begun is not moved; neither goes past what rests on it."""

    code = "report_impossible"


class AnnulationImpossible(BusinessError):
    """A PASS IAE is cancelled when it was delivered here, for one hire, without any contract."""

    code = "annulation_impossible"


class ClotureImpossible(BusinessError):
    """A PASS IAE is closed after a suspension of more than 12 months, and only then."""

    code = "cloture_impossible"


class AutoprescriptionSuspendue(BusinessError):
    """The employer may not make a diagnosis, nor hire on its own."""

    code = "autoprescription_suspendue"


class CdiInclusionFerme(BusinessError):
    """The age, the time in the pathway or the share of the posts does not allow a CDI inclusion."""

    code = "cdi_inclusion_ferme"


class MiseADispositionExcessive(BusinessError):
    """An AI makes a person available to one company for more hours than the law lets."""

    code = "mise_a_disposition_excessive"


class ExperimentationFermee(BusinessError):
    """The experiment that this type of structure rests on has not begun that day, or is over."""

    code = "experimentation_fermee"


class SanctionInvalide(BusinessError):
    """The suspension of the right to self-prescribe starts too early, or ends before it starts."""

    code = "sanction_invalide"


class Refuse(ManyFaults):
    """Several rules refuse, told at once."""

    code = "refus_multiples"


def fault_of(refusal: BusinessError) -> dict[str, str]:
    """Return a refusal as one of the `ManyFaults` that are told together."""
    told = {
        "champ": refusal.champ or "",
        "code": refusal.code,
        "detail": refusal.detail,
        "correction": refusal.correction or "",
    }
    return told | ({"source": refusal.source} if refusal.source else {})


def ensure_none(refus: Sequence[BusinessError]) -> None:
    """Return if nothing is refused.

    Raises
    ------
    BusinessError
        The only refusal, or `Refuse` with all of them.
    """
    if len(refus) == 1:
        raise refus[0]
    if refus:
        raise Refuse(
            "Plusieurs règles refusent cette demande.",
            [fault_of(each) for each in refus],
        )
