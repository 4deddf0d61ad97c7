"""Refusals of the money."""

from shared.errors import BusinessError


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


class AnnexeInconnue(BusinessError):
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
