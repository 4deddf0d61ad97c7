"""The refusal codes of the registry for partners: ``python -m deploy.refusals`` writes ``docs/refus-structures.md``.

Codes are a contract: the list is read in the classes, so that it cannot lie.
"""

from collections.abc import Iterator
from pathlib import Path

from services.structures import service as registry
from shared.errors import BusinessError

GUIDE = Path(__file__).parents[1] / "docs" / "refus-structures.md"
HEAD = """# Refusal codes of the registry

Every refusal is an `application/problem+json` with a stable `code`, a French sentence (`detail`), the field at fault (`champ`),
how to correct it (`correction`) and the text the rule comes from (`source`) when there is one. The same code comes back from a
single request, from a line of an import and from its dry run. This page is written by `python -m deploy.refusals`.

| Code | HTTP | Meaning |
| --- | --- | --- |
"""


def refusals(*packages: str) -> dict[str, tuple[int, str]]:
    """Return the status and the meaning of each code that some packages refuse with."""
    return {
        kind.code: (kind.status, (kind.__doc__ or "").partition("\n")[0])
        for kind in _kinds(BusinessError)
        if kind.__module__.startswith(packages) and "code" in vars(kind)
    }


def _kinds(kind: type[BusinessError]) -> Iterator[type[BusinessError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _kinds(child)


def guide() -> str:
    """Return the page."""
    found = refusals(registry.__package__ or "", "shared.")
    rows = (f"| `{code}` | {status} | {meaning} |" for code, (status, meaning) in sorted(found.items()))
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    GUIDE.write_text(guide(), encoding="utf-8")
