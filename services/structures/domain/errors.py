"""Refusals of the registry."""

from shared.errors import BusinessError

REGISTRE = "CT L5132-4 ; registre : un couple (SIRET, type) désigne une seule structure"


class StructureDejaEnregistree(BusinessError):
    """The pair (SIRET, type) is taken."""

    code = "structure_deja_enregistree"


class StructureInconnue(BusinessError):
    """No structure has this SIRET and this type."""

    code = "structure_inconnue"


class CommuneInconnue(BusinessError):
    """The INSEE code names no commune of France."""

    code = "commune_inconnue"


class ConventionDejaSignee(BusinessError):
    """The number of the convention is taken."""

    code = "convention_deja_signee"


class PeriodeInversee(BusinessError):
    """A period ends before it starts."""

    code = "periode_inversee"


class EtpAccordesSuperieurs(BusinessError):
    """A CDIAE grants more than was asked."""

    code = "etp_accordes_superieurs"


class RegleDuRegistre(BusinessError):
    """A fact that the registry cannot hold; each rule has its code."""


class FormeJuridiqueNonAdmise(RegleDuRegistre):
    """The law reserves this kind of structure to other legal forms."""

    code = "forme_juridique_non_admise"


class SourceIncoherente(RegleDuRegistre):
    """The source of the registration does not fit the type, or an antenne has no mother."""

    code = "source_incoherente"


class AntenneIncoherente(RegleDuRegistre):
    """An antenne differs from its mother by the SIREN or the type, or its mother is none."""

    code = "antenne_incoherente"


class SirenDifferent(RegleDuRegistre):
    """A structure moves with its SIREN: another SIREN is another structure."""

    code = "siren_different"


class TypeNonModifiable(RegleDuRegistre):
    """A known type is never changed into another."""

    code = "type_non_modifiable"


class DateEffetIncoherente(RegleDuRegistre):
    """A change takes effect before the previous one, or in the future."""

    code = "date_effet_incoherente"


class StructureFermee(RegleDuRegistre):
    """A closed structure does not change any more."""

    code = "structure_fermee"


class ReouvertureImpossible(RegleDuRegistre):
    """The structure is open, or another one absorbed it."""

    code = "reouverture_impossible"


class AntennesOuvertes(RegleDuRegistre):
    """A mother does not close before its antennes."""

    code = "antennes_ouvertes"


class FusionImpossible(RegleDuRegistre):
    """These two structures do not merge."""

    code = "fusion_impossible"


class DeclarationHorsPeriode(RegleDuRegistre):
    """A year that has not begun."""

    code = "annee_a_venir"


class TypeNonConventionnable(BusinessError):
    """Structures of this type sign no convention."""

    code = "type_non_conventionnable"


class TransitionConventionInterdite(BusinessError):
    """The state of the convention does not admit this step."""

    code = "transition_convention_interdite"


class ConventionEnCours(BusinessError):
    """The structure has another convention in force."""

    code = "convention_en_cours"


class DemandeEnCours(BusinessError):
    """The structure already asked for a convention."""

    code = "demande_convention_en_cours"


class ConventionPortee(BusinessError):
    """An antenne shares the convention of its mother."""

    code = "convention_de_la_mere"


class PieceManquante(BusinessError):
    """A step of the convention lacks what it decides with."""

    code = "piece_manquante"


class AvisSansSeance(BusinessError):
    """The opinion on a request is not that of a closed séance on a file of the structure."""

    code = "avis_sans_seance"


class AvisDejaPris(BusinessError):
    """The opinion already served another request."""

    code = "avis_deja_pris"


class ExperimentationTerminee(BusinessError):
    """Structures of this type were an experiment, which is over."""

    code = "experimentation_terminee"


class ContratNonAdmis(BusinessError):
    """Structures of this type do not offer this contract."""

    code = "contrat_non_admis"


class FicheFermee(BusinessError):
    """A closed fiche de poste is published anew, not changed."""

    code = "fiche_fermee"


class HabilitationInterdite(BusinessError):
    """The organisation cannot have this habilitation."""

    code = "habilitation_interdite"


class PrescripteurIncoherent(BusinessError):
    """The identifiers of an organisation do not fit its type."""

    code = "prescripteur_incoherent"


class PrescripteurDejaEnregistre(BusinessError):
    """The pair (SIRET, type), the code or the SAFIR code is taken."""

    code = "prescripteur_deja_enregistre"


class CommuneSansCoordonnees(BusinessError):
    """The distance to a commune cannot be told."""

    code = "commune_sans_coordonnees"


class CurseurInvalide(BusinessError):
    """A cursor that this service did not sign for this search."""

    code = "curseur_invalide"
    status = 422


class VersionPerimee(BusinessError):
    """Somebody changed the object since it was read."""

    code = "version_perimee"
    status = 412


class VersionManquante(BusinessError):
    """A replacement does not say which version it replaces."""

    code = "version_manquante"
    status = 428


def ensure_version(attendue: int, actuelle: int) -> None:
    """Return if a change was made on the present version.

    Raises
    ------
    VersionPerimee
        It was not.
    """
    if attendue != actuelle:
        raise VersionPerimee(
            "Cet objet a changé depuis que vous l'avez lu.",
            correction="Relisez-le, puis renvoyez votre changement avec son nouvel ETag.",
        )


def deja_enregistree() -> BusinessError:
    """Return the refusal of a second structure with the same SIRET and type."""
    return StructureDejaEnregistree(
        "Une structure de ce type existe déjà pour ce SIRET.",
        champ="siret",
        correction="Reprenez l'identifiant de la structure existante.",
        source=REGISTRE,
    )


def asp_deja_connue() -> BusinessError:
    """Return the refusal of a second open structure of one type with the same identifier of the ASP."""
    return StructureDejaEnregistree(
        "Une structure de ce type a déjà cet identifiant ASP.",
        champ="asp_id",
        correction="Reprenez l'identifiant de la structure existante.",
        source="Registre §2 : (asp_id, type) désigne une seule structure",
    )


def convention_deja_signee() -> BusinessError:
    """Return the refusal of a second convention with the same number."""
    return ConventionDejaSignee("Une convention porte déjà ce numéro.", champ="numero")


def convention_en_cours() -> BusinessError:
    """Return the refusal of a second convention in force for one structure."""
    return ConventionEnCours(
        "La structure a déjà une convention en cours à ces dates.",
        champ="date_debut",
        correction="Terminez d'abord l'autre, ou signez pour une période qui la suit.",
        source="Registre §4 : une convention par structure et par type",
    )


def demande_en_cours() -> BusinessError:
    """Return the refusal of a second request for one structure."""
    return DemandeEnCours(
        "La structure a déjà une demande de convention en cours.",
        correction="Suivez la demande existante.",
        source="Registre §4 : une convention par structure et par type",
    )


def avis_deja_pris() -> BusinessError:
    """Return the refusal of one opinion for two requests."""
    return AvisDejaPris(
        "L'avis rendu sur ce dossier a déjà servi à une autre demande.",
        champ="dossier",
        correction="Désignez le dossier examiné pour cette demande.",
        source="CT R5112-15 : le CDIAE donne son avis",
    )


def antenne_incoherente() -> BusinessError:
    """Return the refusal of an antenne of another SIREN or type than its mother."""
    return AntenneIncoherente(
        "Une antenne a le SIREN et le type de sa structure mère.",
        champ="mere",
        correction="Vérifiez le SIRET, le type et la structure mère.",
        source="Registre §3.1 : règle d'antenne",
    )


def prescripteur_deja_enregistre() -> BusinessError:
    """Return the refusal of an organisation already known by its SIRET and type, its code or its SAFIR."""
    return PrescripteurDejaEnregistre(
        "Une organisation a déjà ce SIRET et ce type, ce code ou ce code SAFIR.",
        champ="siret",
        correction="Reprenez l'identifiant de l'organisation existante.",
        source="Parcours §2.3 : couple (SIRET, type) unique",
    )
