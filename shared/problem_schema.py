"""What the OpenAPI documents say of refusals: one shape, ``application/problem+json``."""

from typing import Any

from pydantic import BaseModel, Field

from shared.http import PROBLEM, TITLES


class Faute(BaseModel):
    """One fault: where, why, and how to correct it."""

    champ: str
    code: str
    detail: str
    correction: str
    source: str | None = Field(None, description="Texte d'où vient la règle, quand plusieurs refusent.")


class Problem(BaseModel):
    """A refusal (RFC 9457)."""

    type: str = Field(examples=["urn:iae:refus:introuvable"])
    title: str
    status: int
    code: str
    detail: str
    instance: str | None
    erreurs: list[Faute]
    source: str | None = Field(None, description="Texte d'où vient la règle.")


def _inlined(node: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(node, dict):
        if "$ref" in node:
            return _inlined(definitions[node["$ref"].rpartition("/")[2]], definitions)
        return {name: _inlined(value, definitions) for name, value in node.items() if name != "$defs"}
    return [_inlined(item, definitions) for item in node] if isinstance(node, list) else node


def _schema() -> Any:
    schema = Problem.model_json_schema()
    return _inlined(schema, schema["$defs"])


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the ``responses`` of a route that may refuse with these statuses; 401, 403 and 503 always come."""
    return {
        status: {"description": TITLES[status], "content": {PROBLEM: {"schema": _schema()}}}
        for status in sorted({401, 403, 503, *statuses})
    }
