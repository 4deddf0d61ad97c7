"""Taking over a PASS IAE that another platform delivered: its number, its first and last days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints
from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.commands.contrat import personne_inconnue
from services.parcours.commands.decision import pass_concurrent
from services.parcours.commands.pass_iae import EMBAUCHE, pass_fact, pass_row
from services.parcours.domain import pass_iae as rules
from services.parcours.domain.delivrance import PREFIXE
from services.parcours.domain.dossier import PE_APPROVAL, PassIae
from services.parcours.domain.errors_pass import PassConcurrent, PassInvalide
from services.parcours.domain.regles import REFORME
from services.parcours.queries.personne import find_agrements
from shared.access.rights import Action
from shared.access.scopes import Scope
from shared.errors import BusinessError
from shared.types import Jour, Reference
from shared.uuids import uuid7
from shared.writing import Change, Line, Nature, RepriseRequise, Writer


class PassRepris(Line):
    """A PASS IAE delivered elsewhere; without ``date_fin`` it lasts its whole length.

    ``personne`` is an identifier or the caller's own reference.
    """

    personne: Reference
    numero: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{12}$")]
    date_debut: Jour
    date_fin: Jour | None = None


@dataclass(frozen=True, slots=True)
class Titulaires:
    """The persons that some lines name."""

    personnes: Mapping[str, UUID]


async def load_titulaires(conn: AsyncConnection, lines: Sequence[PassRepris], writer: Writer) -> Titulaires:
    """Return the persons that the lines name."""
    found = await find_agrements(conn, writer, {line.personne for line in lines})
    return Titulaires({nom: personne_id for nom, (personne_id, _) in found.items()})


def reprendre_pass(line: PassRepris, titulaires: Titulaires, writer: Writer) -> Change:
    """Decide the takeover of a PASS IAE: it rests on no diagnosis of here.

    Raises
    ------
    RepriseRequise
        Without the scope of a first load.
    PersonneInconnue
    PassInvalide
        A number of here, a day before the PASS IAE existed, or an end before the second day.
    """
    if Scope.REPRISE not in writer.caller.scopes:
        raise RepriseRequise("Seule une reprise enregistre un PASS IAE délivré ailleurs.", champ="numero")
    if line.personne not in titulaires.personnes:
        raise personne_inconnue()
    last = line.date_fin or rules.fin_de_droit_commun(line.date_debut)
    wrong = {
        "numero": line.numero.startswith(PREFIXE),
        "date_debut": line.date_debut < REFORME,
        "date_fin": last <= line.date_debut,
    }
    if any(wrong.values()):
        raise PassInvalide(
            "Un PASS IAE repris a le numéro d'une autre plateforme, débute depuis septembre 2021 et finit après.",
            champ=next(name for name, is_wrong in wrong.items() if is_wrong),
            source="Parcours §5.1 ; décret 2021-1128 du 30 août 2021",
        )
    taken = PassIae(
        id=uuid7(),
        version=1,
        personne_id=titulaires.personnes[line.personne],
        numero=line.numero,
        origine=PE_APPROVAL,
        date_debut=line.date_debut,
        date_fin=last,
        annule=False,
        structure_id=None,
        diagnostic_id=None,
    )
    fact = pass_fact(taken, (), EMBAUCHE, line.date_debut, line, writer)
    return Change(taken.id, (pass_row(taken),), (fact,))


def numero_pris() -> BusinessError:
    """Return the refusal of a second PASS IAE with the same number."""
    return PassConcurrent("Un PASS IAE porte déjà ce numéro.", champ="numero", source="Parcours §5.1")


PASS_REPRIS = Nature(
    name="pass_repris",
    line=PassRepris,
    action=Action.ECRIRE_PARCOURS,
    load=load_titulaires,
    decide=reprendre_pass,
    constraints={"ex_pass_iae_concurrent": pass_concurrent, "uq_pass_iae_numero": numero_pris},
)
