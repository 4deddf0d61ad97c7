"""Facts published by ``services/structures`` about what the files of the ASP say of annexes."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.fact import ID, P0, Fact
from shared.types import Jour


class AnnexeAspLue(Fact):
    """The state of an annexe in a file of the ASP; ``funding`` has the last word once it publishes the annexe."""

    service: ClassVar[str] = "structures"
    aggregate: ClassVar[str] = "annexe_asp"
    fact: ClassVar[str] = "lue"

    annexe_asp_id: Annotated[UUID, ID]
    structure_id: Annotated[UUID, ID]
    numero: Annotated[str, P0]
    mesure: Annotated[str, P0]
    etat: Annotated[str, P0]
    date_debut: Annotated[Jour, P0]
    date_fin: Annotated[Jour, P0] = Field(description="Last day, included.")
    lue_le: Annotated[Jour, P0] = Field(description="Day of the file.")


FACTS: tuple[type[Fact], ...] = (AnnexeAspLue,)
