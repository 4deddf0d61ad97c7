"""Committed schemas, compatibility within a major, privacy classes."""

import json
from typing import Any

import pytest
from pydantic import BaseModel

from shared.contracts.export import FOLDER, incompatibilities, schema_path, schema_text
from shared.contracts.fact import Classe, Fact
from shared.contracts.registry import FACTS

OLD: dict[str, Any] = {
    "properties": {"a": {"type": "string"}, "b": {"enum": ["X", "Y"]}, "c": {"anyOf": [{"type": "null"}]}},
    "required": ["a"],
}


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.event_type())
def test_the_committed_schema_is_that_of_the_model(fact: type[Fact]) -> None:
    assert schema_path(fact).read_text(encoding="utf-8") == schema_text(fact)


def test_no_schema_is_left_of_a_fact_that_is_gone() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {schema_path(fact).name for fact in FACTS}


def test_types_are_unique_and_named_by_their_service() -> None:
    types = [fact.event_type() for fact in FACTS]
    assert len(types) == len(set(types))
    assert {t.split(".")[2] for t in types} == {"structures", "parcours", "funding"}


def test_an_optional_field_may_be_added_and_a_description_changed() -> None:
    new = json.loads(json.dumps(OLD))
    new["properties"]["d"] = {"type": "integer"}
    new["properties"]["a"]["description"] = "said better"
    assert incompatibilities(OLD, new) == []


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("a", {"type": "integer"}),
        ("b", {"enum": ["X"]}),
        ("b", {"enum": ["X", "Y", "Z"]}),
        ("a", {"type": "string", "maxLength": 3}),
        ("c", {"anyOf": [{"type": "null"}, {"type": "string"}]}),
    ],
)
def test_a_changed_field_is_incompatible(field: str, change: dict[str, Any]) -> None:
    new = {**OLD, "properties": {**OLD["properties"], field: change}}
    assert incompatibilities(OLD, new)


def test_a_removed_or_newly_mandatory_field_is_incompatible() -> None:
    removed = {**OLD, "properties": {k: v for k, v in OLD["properties"].items() if k != "b"}}
    assert incompatibilities(OLD, removed) == ["b: removed"]
    assert incompatibilities(OLD, {**OLD, "required": ["a", "b"]}) == ["b: made mandatory"]


def fields_of(model: type[BaseModel]) -> list[tuple[str, list[Any], Any]]:
    found = []
    for name, field in model.model_fields.items():
        found.append((f"{model.__name__}.{name}", field.metadata, field.annotation))
        for inner in getattr(field.annotation, "__args__", ()):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                found += fields_of(inner)
    return found


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.event_type())
def test_every_published_field_has_a_class_and_none_is_personal(fact: type[Fact]) -> None:
    for name, metadata, _ in fields_of(fact):
        classes = [item for item in metadata if isinstance(item, Classe)]
        assert len(classes) == 1, f"{name} has no privacy class"
        assert classes[0] not in (Classe.P2, Classe.P3), f"{name} is personal"


FORBIDDEN = (
    "nom",
    "prenom",
    "naissance",
    "nir",
    "sexe",
    "critere",
    "niveau",
    "motif",
    "prescripteur",
    "adresse",
)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.event_type())
def test_nothing_that_describes_a_person_comes_with_its_identifier(fact: type[Fact]) -> None:
    names = [name.split(".")[1] for name, _, _ in fields_of(fact)]
    if any("personne" in name for name in names):
        assert not [n for n in names if any(word in n for word in FORBIDDEN)]
