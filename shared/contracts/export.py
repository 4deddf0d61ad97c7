"""Write the JSON Schema of each fact under ``schemas/``; refuse an incompatible change within a major.

``python -m shared.contracts.export`` rewrites the files. A test refuses a file that no longer matches.
"""

import json
import sys
from pathlib import Path
from typing import Any

from shared.contracts.fact import Fact
from shared.contracts.registry import FACTS

FOLDER = Path(__file__).parent / "schemas"
TIGHTENING = (
    "maxLength", "maxItems", "maximum", "minLength", "minItems", "minimum", "pattern", "exclusiveMinimum",
)  # fmt: skip


def schema_path(fact: type[Fact]) -> Path:
    """Return where the schema of a fact is committed."""
    return FOLDER / f"{fact.event_type().removeprefix('fr.iae.')}.v{fact.major}.json"


def schema_text(fact: type[Fact]) -> str:
    """Return the JSON Schema of a fact, as committed."""
    schema = fact.model_json_schema(mode="serialization")
    return json.dumps(schema, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def incompatibilities(old: dict[str, Any], new: dict[str, Any], path: str = "") -> list[str]:
    """List what an old reader or an old event could not bear in a new schema.

    Refused: a field removed, a type or an enumeration changed, a field made mandatory, a constraint added
    or changed. Allowed: an optional field added, a description changed.
    """
    faults = []
    old_fields, new_fields = old.get("properties", {}), new.get("properties", {})
    faults += [f"{path}{name}: removed" for name in old_fields if name not in new_fields]
    for name in set(new.get("required", [])) - set(old.get("required", [])):
        faults.append(f"{path}{name}: made mandatory")
    for word in ("type", "enum", "const", "format", "$ref", *TIGHTENING):
        if old.get(word) != new.get(word):
            faults.append(f"{path or '.'}: {word} changed")
    for word in ("anyOf", "allOf", "oneOf"):
        before, after = old.get(word, []), new.get(word, [])
        if len(before) != len(after):
            faults.append(f"{path or '.'}: {word} changed")
        for index, (a, b) in enumerate(zip(before, after, strict=False)):
            faults += incompatibilities(a, b, f"{path}{word}[{index}].")
    if isinstance(old.get("items"), dict) and isinstance(new.get("items"), dict):
        faults += incompatibilities(old["items"], new["items"], f"{path}items.")
    for name in old_fields.keys() & new_fields.keys():
        faults += incompatibilities(old_fields[name], new_fields[name], f"{path}{name}.")
    for name in old.get("$defs", {}).keys() & new.get("$defs", {}).keys():
        faults += incompatibilities(old["$defs"][name], new["$defs"][name], f"{path}{name}.")
    return faults


def main() -> int:
    """Rewrite every schema; return 1 and write nothing when a change is incompatible."""
    faults: list[str] = []
    for fact in FACTS:
        if (path := schema_path(fact)).exists():
            old = json.loads(path.read_text(encoding="utf-8"))
            faults += [
                f"{path.name} {fault}" for fault in incompatibilities(old, json.loads(schema_text(fact)))
            ]
    if faults:
        sys.stderr.write("\n".join(["Incompatible: publish a new major instead.", *faults]) + "\n")
        return 1
    for fact in FACTS:
        schema_path(fact).write_text(schema_text(fact), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
