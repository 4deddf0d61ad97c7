"""Refusals of the instances of governance."""

from shared.errors import BusinessError


class TerritoireInconnu(BusinessError):
    """The code names no territory at which this kind of instance sits."""

    code = "territoire_inconnu"


class QuorumImpossible(BusinessError):
    """The quorum asks for more votes than the instance has."""

    code = "quorum_impossible"


class OrganisationEnDouble(BusinessError):
    """A composition names the same organisation twice."""

    code = "organisation_en_double"


class OrganisationNonMembre(BusinessError):
    """An organisation that is said to be there is no member of the instance."""

    code = "organisation_non_membre"


class DelaiConvocation(BusinessError):
    """A convocation is sent too late for the delay that the instance gave itself."""

    code = "delai_de_convocation"


class OrdreDuJourArrete(BusinessError):
    """A file comes after the day by which the agenda must have been sent."""

    code = "ordre_du_jour_arrete"


class SeanceDejaConvoquee(BusinessError):
    """The instance already sits on that day."""

    code = "seance_deja_convoquee"


class ActeInterdit(BusinessError):
    """The state of the séance does not allow this act."""

    code = "acte_interdit"


class SeanceAVenir(BusinessError):
    """A séance cannot be opened before its day."""

    code = "seance_a_venir"


class ObjetHorsCompetence(BusinessError):
    """Such a request is not for an instance of this kind."""

    code = "objet_hors_competence"


class QuorumNonAtteint(BusinessError):
    """Too few votes were there: no opinion can be given."""

    code = "quorum_non_atteint"


class AvisDejaRendu(BusinessError):
    """The file already has its opinion."""

    code = "avis_deja_rendu"


class DossiersSansAvis(BusinessError):
    """A séance with its quorum closes once every file has an opinion."""

    code = "dossiers_sans_avis"


class DossierDejaInscrit(BusinessError):
    """The agenda already holds this file, or an adjourned file was already taken up."""

    code = "dossier_deja_inscrit"


class SuiteImpossible(BusinessError):
    """Only an adjourned file, or one that a séance left aside, comes back."""

    code = "suite_impossible"


class SituationInconnue(BusinessError):
    """The number is not on the agenda of the séance."""

    code = "situation_inconnue"


class SituationsSansSuite(BusinessError):
    """A CTA closes once every situation has its outcome."""

    code = "situations_sans_suite"


class EtpSansObjet(BusinessError):
    """A request to the FDI is an amount; the others are ETP."""

    code = "demande_incoherente"


class MontantAccordeSuperieur(BusinessError):
    """More is granted than was asked."""

    code = "montant_accorde_superieur"


class TexteInterdit(BusinessError):
    """A CTA speaks of persons: it takes numbers, counts and codes, no text."""

    code = "texte_interdit"
