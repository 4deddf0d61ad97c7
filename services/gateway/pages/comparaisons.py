"""A structure beside those like it: one indicator a line, each in its own unit."""

from collections.abc import Callable
from dataclasses import dataclass

from services.gateway.pages.exports import exact
from services.gateway.pages.formats import Absence, Unite, Valeur, valeur
from services.gateway.pages.tables import Colonne


@dataclass(frozen=True, slots=True)
class ComparaisonRow:
    """An indicator of a structure and its quartiles among ``nombre`` others; ``critere`` says which ones."""

    code: str
    libelle: str
    unite: Unite
    valeur: Valeur
    q1: Valeur
    mediane: Valeur
    q3: Valeur
    nombre: int
    critere: str


def _figure(cle: str, libelle: str, lire: Callable[[ComparaisonRow], Valeur]) -> Colonne[ComparaisonRow]:
    def written(row: ComparaisonRow) -> str | Absence | None:
        value = lire(row)
        return value if value is None or isinstance(value, Absence) else str(exact(value, row.unite))

    return Colonne(
        cle, libelle, lire, Unite.NOMBRE, fichier=written, ecriture=lambda row: valeur(lire(row), row.unite)
    )


COMPARAISONS: tuple[Colonne[ComparaisonRow], ...] = (
    Colonne("indicateur", "Indicateur", lambda row: f"{row.libelle} ({row.code})"),
    _figure("valeur", "Cette structure", lambda row: row.valeur),
    _figure("q1", "Premier quartile", lambda row: row.q1),
    _figure("mediane", "Médiane", lambda row: row.mediane),
    _figure("q3", "Troisième quartile", lambda row: row.q3),
    Colonne("nombre", "Structures semblables", lambda row: row.nombre, Unite.NOMBRE),
    Colonne("critere", "Semblables", lambda row: row.critere),
)
