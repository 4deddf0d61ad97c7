"""Each refusal of the pathways says where its rule comes from; those that come from none are known."""

import ast
from collections.abc import Iterator
from pathlib import Path

import services.parcours
from services.parcours.domain import errors, errors_pass
from shared.errors import BusinessError

ROOT = Path(services.parcours.__file__).parent
TECHNICAL = {
    "ContratInconnu", "Introuvable", "LignesRefusees", "PersonneInconnue", "PersonneOuIdentite", "Refuse",
    "StructureInconnue", "VersionManquante", "VersionPerimee",
}  # fmt: skip
"""What names nothing known, contradicts the form of a request or its version, or tells others: no rule of the field."""
KINDS = {
    "Introuvable",
    *(name for name, kind in (vars(errors) | vars(errors_pass)).items()
      if isinstance(kind, type) and issubclass(kind, BusinessError)),
} - {"BusinessError", "ManyFaults"}  # fmt: skip


def without_source() -> Iterator[str]:
    """Yield the name of each refusal that is made without its source, wherever it is."""
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            if node.func.id in KINDS and all(given.arg != "source" for given in node.keywords):
                yield node.func.id


def test_every_refusal_but_the_technical_ones_has_its_source() -> None:
    assert set(without_source()) == TECHNICAL
