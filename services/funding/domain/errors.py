"""Refusals of the money."""

from shared.errors import BusinessError, Introuvable


class StructureInconnue(BusinessError):
    """No structure has this SIRET and this type, as far as the registry has told."""

    code = "structure_inconnue"


class TypeHorsIae(BusinessError):
    """A type of structure has no annexe financière."""

    code = "type_hors_iae"


class MesureHorsChamp(BusinessError):
    """The measure funds no insertion post."""

    code = "mesure_hors_champ"


class MesureIncoherente(BusinessError):
    """The measure is not one of the structure's type."""

    code = "mesure_incoherente"


class NumeroIncoherent(BusinessError):
    """The number of an annexe tells another measure or another département."""

    code = "numero_incoherent"


class AnnexeDejaActive(BusinessError):
    """An active annexe has this number."""

    code = "annexe_deja_active"


class PeriodeInversee(BusinessError):
    """A period ends before it starts."""

    code = "periode_inversee"


class PeriodeTropLongue(BusinessError):
    """An annexe touches more than twelve months."""

    code = "periode_trop_longue"


class HeuresEtpManquantes(BusinessError):
    """An annexe does not say how many hours make one ETP."""

    code = "heures_etp_manquantes"


class BaremeAbsent(BusinessError):
    """No amount is known for this type on this day."""

    code = "bareme_absent"


class MontantUnitaireHorsBareme(BusinessError):
    """The amount of one ETP is not the one of the barème."""

    code = "montant_unitaire_hors_bareme"


class MontantSocleIncoherent(BusinessError):
    """The total of an annexe is not what its ETP, unit amount and length give."""

    code = "montant_socle_incoherent"


class ModulationExcessive(BusinessError):
    """The part modulée passes its ceiling."""

    code = "modulation_excessive"


class CofinancementExcessif(BusinessError):
    """The cofunders would pay more than the annexe is worth."""

    code = "cofinancement_excessif"


class EnveloppeDepassee(BusinessError):
    """More euros would be given than an envelope has."""

    code = "enveloppe_depassee"


class GrilleIncoherente(BusinessError):
    """The weights of a grid of modulation do not make one."""

    code = "grille_incoherente"


class CoutHoraireNul(BusinessError):
    """An hour of a clause would cost nothing."""

    code = "cout_horaire_nul"


class AnnexeInconnue(Introuvable):
    """No annexe has this number."""

    code = "annexe_inconnue"


class AnnexeSansEffet(BusinessError):
    """The annexe never took effect: nothing is paid on it."""

    code = "annexe_sans_effet"


class AnnexeAmbigue(BusinessError):
    """Several annexes with this number cover the month."""

    code = "annexe_ambigue"


class MoisHorsAnnexe(BusinessError):
    """The month is outside the period of the annexe."""

    code = "mois_hors_annexe"


class FinanceurIncoherent(BusinessError):
    """A funder does not pay some kind of money."""

    code = "financeur_incoherent"


class MontantNul(BusinessError):
    """A payment pays something."""

    code = "montant_nul"


class DepartementInconnu(BusinessError):
    """The code names no département."""

    code = "departement_inconnu"


class SiretManquant(BusinessError):
    """A type is given without the SIRET it qualifies."""

    code = "siret_manquant"


class AnneeAvantNotification(BusinessError):
    """Hours would be done before the contract exists."""

    code = "annee_avant_notification"


class TerritoireInconnu(BusinessError):
    """The code names no territory of that level."""

    code = "territoire_inconnu"


class EnveloppeInconnue(Introuvable):
    """No envelope has this identifier."""

    code = "enveloppe_inconnue"


class EnveloppeDejaNotifiee(BusinessError):
    """The envelope of this territory, year and kind exists."""

    code = "enveloppe_deja_notifiee"


class MouvementIncoherent(BusinessError):
    """Credits move from somewhere to somewhere else, of the same kind."""

    code = "mouvement_incoherent"


class TransitionInterdite(BusinessError):
    """An annexe does not go from this state to that one."""

    code = "transition_interdite"


class MotifManquant(BusinessError):
    """A refusal or a cancellation tells why."""

    code = "motif_manquant"


class AvenantImpossible(BusinessError):
    """The number of the annexe leaves no room for another avenant, or the annexe is not in force."""

    code = "avenant_impossible"


class CofinancementDejaInscrit(BusinessError):
    """The annexe has a line of this funder."""

    code = "cofinancement_deja_inscrit"


class PrevisionsIncoherentes(BusinessError):
    """The forecast rates of exit do not add up to the dynamic ones."""

    code = "previsions_incoherentes"


class GrilleDejaArretee(BusinessError):
    """The grid of this région, year and number exists."""

    code = "grille_deja_arretee"


class ModulationDejaDecidee(BusinessError):
    """The annexe has its decision of modulation."""

    code = "modulation_deja_decidee"


class VersementInconnu(Introuvable):
    """No payment has this identifier."""

    code = "versement_inconnu"


class VersementDejaCorrige(BusinessError):
    """The payment was taken back, or takes one back."""

    code = "versement_deja_corrige"


class RedeploiementInconnu(Introuvable):
    """No redéploiement has this identifier."""

    code = "redeploiement_inconnu"


class RedeploiementImpossible(BusinessError):
    """The redéploiement is not in the state that this step needs, or its annexes changed since."""

    code = "redeploiement_impossible"


class EtpInsuffisants(BusinessError):
    """More ETP are taken from an annexe than it can give."""

    code = "etp_insuffisants"


class MoisHorsMarche(BusinessError):
    """The month of the hours is not one of the contract with a clause."""

    code = "mois_hors_marche"


class HeuresDejaImputees(BusinessError):
    """The hours of this contract and month count for another contract with a clause."""

    code = "heures_deja_imputees"


class HeuresNonDeclarees(BusinessError):
    """More hours are counted than were declared for this contract and month."""

    code = "heures_non_declarees"


class MarcheInconnu(Introuvable):
    """No contract with a clause has this identifier."""

    code = "marche_inconnu"


class AvanceIncoherente(BusinessError):
    """The advance of an action is not its part of the aid."""

    code = "avance_incoherente"


class ScoresOuTaux(BusinessError):
    """A rate comes from scores or is given, one of the two."""

    code = "scores_ou_taux"
    status = 422


class ReconductionExpiree(BusinessError):
    """An annexe carried over was not signed in time: payments are suspended."""

    code = "reconduction_expiree"


class BaremeDejaEnregistre(BusinessError):
    """An amount is already known from this very day: it is never overwritten."""

    code = "bareme_deja_enregistre"


class BaremeIncoherent(BusinessError):
    """The amount entered does not name what it is of."""

    code = "bareme_incoherent"


class ArbitrageConcurrent(BusinessError):
    """Another arbitration of the same funder and structure was just recorded."""

    code = "arbitrage_concurrent"
