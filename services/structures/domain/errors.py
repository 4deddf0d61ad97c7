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


def deja_enregistree() -> BusinessError:
    """Return the refusal of a second structure with the same SIRET and type."""
    return StructureDejaEnregistree(
        "Une structure de ce type existe déjà pour ce SIRET.",
        champ="siret",
        correction="Reprenez l'identifiant de la structure existante.",
        source=REGISTRE,
    )


def convention_deja_signee() -> BusinessError:
    """Return the refusal of a second convention with the same number."""
    return ConventionDejaSignee("Une convention porte déjà ce numéro.", champ="numero")
