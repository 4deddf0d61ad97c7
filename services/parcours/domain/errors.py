"""Refusals of the pathways. No sentence quotes a personal value."""

from shared.errors import BusinessError, ManyFaults


class StructureInconnue(BusinessError):
    """No structure known here has this SIRET and this type."""

    code = "structure_inconnue"


class PersonneInconnue(BusinessError):
    """Nobody known to the caller bears this identifier or reference."""

    code = "personne_inconnue"


class PersonneDejaConnue(BusinessError):
    """Somebody with this identity, or this NIR, is in the vault."""

    code = "personne_deja_connue"


class AgeHorsBornes(BusinessError):
    """Sixteen or younger, or older than a hundred, on the day that counts."""

    code = "age_hors_bornes"


class NirInvalide(BusinessError):
    """The form or the key of a NIR is wrong."""

    code = "nir_invalide"
    status = 422


class NirIncoherent(BusinessError):
    """The NIR says another birth date or another sex."""

    code = "nir_incoherent"


class IdentifiantFranceTravailInvalide(BusinessError):
    """The form of an identifier of France Travail is wrong."""

    code = "identifiant_france_travail_invalide"
    status = 422


class NirOuMotif(BusinessError):
    """Neither a NIR nor a reason of its absence, or both."""

    code = "nir_ou_motif"
    status = 422


class CritereInconnu(BusinessError):
    """A criterion is not in the nomenclature."""

    code = "critere_inconnu"
    status = 422


class CriteresIncompatibles(BusinessError):
    """Two criteria exclude each other."""

    code = "criteres_incompatibles"


class AgrementIncomplet(BusinessError):
    """A number without its dates, or the reverse."""

    code = "agrement_incomplet"
    status = 422


class AgrementInvalide(BusinessError):
    """Dates that no agrément may have."""

    code = "agrement_invalide"


class AgrementDejaConnu(BusinessError):
    """The number of the agrément is taken."""

    code = "agrement_deja_connu"


class PeriodeInversee(BusinessError):
    """A period ends before it starts."""

    code = "periode_inversee"


class DateFuture(BusinessError):
    """Something said to have happened has not yet."""

    code = "date_future"


class TypeContratNonAdmis(BusinessError):
    """The type of structure may not sign this type of contract."""

    code = "type_contrat_non_admis"


class DureeContrat(BusinessError):
    """The contract is too short or too long."""

    code = "duree_contrat"


class HeuresExcessives(BusinessError):
    """More hours than the law allows to work."""

    code = "heures_excessives"


class SansAgrement(BusinessError):
    """No agrément covers the first day of the contract."""

    code = "sans_agrement"


class ContratInconnu(BusinessError):
    """No contract of this structure bears this identifier or reference."""

    code = "contrat_inconnu"


class ContratHorsMois(BusinessError):
    """The contract does not run in the declared month."""

    code = "contrat_hors_mois"


class ContratEnDouble(BusinessError):
    """The contract comes twice in a declaration."""

    code = "contrat_en_double"


class ContratDejaTermine(BusinessError):
    """The exit of this contract is known."""

    code = "contrat_deja_termine"


class AnnexeIntrouvable(BusinessError):
    """No usable annexe financière of the structure meets the month."""

    code = "annexe_introuvable"


class AnnexeAmbigue(BusinessError):
    """Several annexes meet the month and the line names none."""

    code = "annexe_ambigue"


class MoisFutur(BusinessError):
    """The declared month has not begun."""

    code = "mois_futur"


class LignesRefusees(ManyFaults):
    """Some lines of a declaration are wrong: it is refused whole, with all that is wrong in it."""

    code = "lignes_refusees"


class VersionPerimee(BusinessError):
    """The caller writes over a version that is not the present one."""

    code = "version_perimee"
    status = 412


class VersionManquante(BusinessError):
    """A write that replaces did not say what it replaces."""

    code = "version_manquante"
    status = 428


class SortieHorsContrat(BusinessError):
    """The exit is before the first day of the contract, or after its planned end."""

    code = "sortie_hors_contrat"


class SortieHorsMois(BusinessError):
    """The exit is not in the declared month."""

    code = "sortie_hors_mois"


class HeuresApresSortie(BusinessError):
    """Hours were declared after the month of the exit."""

    code = "heures_apres_sortie"


class MotifInconnu(BusinessError):
    """The reason is not in the nomenclature."""

    code = "motif_inconnu"
    status = 422


class TypePrescripteurInconnu(BusinessError):
    """The type of prescripteur is not in the nomenclature."""

    code = "type_prescripteur_inconnu"
    status = 422


class OrganisationManquante(BusinessError):
    """An orientation does not say which organisation sends it."""

    code = "organisation_manquante"
    status = 422


class SuiteIncoherente(BusinessError):
    """What came of the orientation lacks something, or contradicts itself."""

    code = "suite_incoherente"


class ContratEtranger(BusinessError):
    """The contract is not of this person in this structure."""

    code = "contrat_etranger"


class TransitionInterdite(BusinessError):
    """The candidature is not in a state where this may happen."""

    code = "transition_interdite"


class PersonneOuIdentite(BusinessError):
    """Neither a person nor an identity, or both."""

    code = "personne_ou_identite"
    status = 422
