"""Entering the amount of a new text; who runs the platform does, for the whole country."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from services.funding.commands.quantites import Euros
from services.funding.domain import bareme as rules
from services.funding.domain.cofinancement import ensure_rsa_nouveau
from services.funding.domain.errors import BaremeIncoherent, MontantNul
from services.funding.domain.saisi import AIDE_POSTE
from services.funding.tables import bareme_saisi
from shared.access.rights import Action, Target, ensure
from shared.contracts.funding import BaremeSaisi
from shared.types import Jour, Texte
from shared.uuids import uuid7
from shared.writing import Change, Line, Nature, Writer


class BaremeLine(Line):
    """An amount, the day it holds from, and the text that says it."""

    grandeur: Literal["AIDE_POSTE", "RSA"]
    type_structure: Literal["ACI", "AI", "EI", "ETTI", "EITI"] | None = Field(
        None, description="Pour l'aide au poste seulement."
    )
    cas: Literal["general", "mayotte", "penitentiaire", "mayotte_penitentiaire"] | None = Field(
        None, description="Pour l'aide au poste ; general si rien n'est dit."
    )
    a_compter_du: Jour
    montant: Euros = Field(description="Euros : un ETP sur un an, ou une personne seule par mois.")
    source: Texte = Field(description="Référence du texte.")


async def load_nothing(_: AsyncConnection, __: Sequence[BaremeLine], ___: Writer) -> None:
    """Return nothing: the table and the constraint decide."""


def saisir_bareme(line: BaremeLine, _: None, writer: Writer) -> Change:
    """Decide an amount.

    Raises
    ------
    BaremeIncoherent, MontantNul, BaremeDejaEnregistre
        It does not name what it is of; it is zero; one is known from this very day.
    """
    ensure(writer.caller, Action.EXPLOITER, Target())
    if (line.grandeur == AIDE_POSTE) != (line.type_structure is not None) or (
        line.grandeur != AIDE_POSTE and line.cas
    ):
        raise BaremeIncoherent(
            "L'aide au poste se donne par type de structure, le RSA sans type ni cas.",
            champ="type_structure",
            correction="Donnez le type pour l'aide au poste, ne le donnez pas pour le RSA.",
        )
    if not line.montant:
        raise MontantNul("Le montant d'un barème est supérieur à zéro.", champ="montant")
    cas = rules.Cas(line.cas or rules.Cas.GENERAL)
    if line.type_structure:
        rules.ensure_nouveau(line.type_structure, line.a_compter_du, cas)
    else:
        ensure_rsa_nouveau(line.a_compter_du)
    identity = uuid7()
    state = {
        "grandeur": line.grandeur,
        "cas": cas.value if line.type_structure else "",
        "type_structure": line.type_structure or "",
        "a_compter_du": line.a_compter_du,
        "montant": line.montant,
    }
    fact = BaremeSaisi.model_validate({"bareme_id": identity, "texte": line.source, **state})
    row = {"id": identity, "source": line.source, **state}
    return Change(
        identity, ((bareme_saisi, row),), (writer.fact(identity, 1, fact, line, line.a_compter_du),)
    )


BAREMES = Nature(
    name="baremes",
    line=BaremeLine,
    action=Action.EXPLOITER,
    load=load_nothing,
    decide=saisir_bareme,
    constraints={
        "uq_bareme_saisi_grandeur_cas_type_structure_a_compter_du": rules.deja_enregistre,
    },
)
