"""The registry's part of a delivery: identity and type of structures, state of annexes, as import lines.

Each line carries a reference made of its file and of its content: the same delivery sent twice is recognised, and the
next one is judged by the registry, which only keeps what changes.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

import orjson

from deploy.fluxiae.reader import Record
from deploy.fluxiae.records import Annexe, Structure
from deploy.fluxiae.report import Report

SERVICE = "structures"
FICHES, ANNEXES = "fiches_asp", "annexes_asp"


@dataclass(frozen=True, slots=True)
class Sent:
    """A line for an import, and the records it comes from."""

    nature: str
    reference: str
    content: bytes
    record: Record
    others: tuple[Record, ...] = ()


@dataclass(frozen=True, slots=True)
class Livraison:
    """What a delivery holds, ready for any destination; ``marks`` and ``days`` are those of the files.

    ``actions`` are the rows of the FDI, which are no annexes of posts; ``parcours`` the records of the views that the
    pathways read.
    """

    structures: Sequence[Structure]
    annexes: Sequence[Annexe]
    marks: Mapping[str, str]
    days: Mapping[str, date | None]
    actions: Sequence[Record] = ()
    parcours: Mapping[str, Sequence[Record]] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether it has both files: only then does an annexe without structure mean something."""
        return bool(self.structures and self.annexes)


def registry_lines(livraison: Livraison, report: Report) -> Iterator[Sent]:
    """Yield the lines of the registry, structures first; a structure whose type nothing says is set aside."""
    structures, annexes, whole = livraison.structures, livraison.annexes, livraison.whole
    types: dict[str, set[str]] = defaultdict(set)
    for annexe in annexes:
        types[annexe.asp_id].add(annexe.type_structure)
    sirets = {structure.asp_id: structure.siret for structure in structures}
    for structure in structures:
        if structure.asp_id not in types:
            why = "aucune de ses annexes n'est lue" if whole else "le fichier des annexes n'est pas fourni"
            report.set_aside(
                structure.record.file,
                structure.record.line,
                "type_inconnu",
                f"Rien ne dit le type de la structure : {why}.",
            )
        for kind in sorted(types[structure.asp_id]):
            name = f"{structure.asp_id}.{kind}"
            yield _sent(FICHES, name, _fiche(structure, kind), structure.record, livraison)
    conventions = dict(_last_conventions(annexes))
    for annexe in annexes:
        siret = sirets.get(annexe.asp_id)
        if whole and siret is None:
            report.warn(
                annexe.record.file,
                annexe.record.line,
                "structure_absente",
                f"La structure {annexe.asp_id} n'est pas dans le fichier des structures.",
            )
        yield _sent(
            ANNEXES,
            annexe.numero,
            _etat(annexe, siret) | conventions.get(annexe.record.line, {}),
            annexe.record,
            livraison,
        )


def _last_conventions(annexes: Sequence[Annexe]) -> Iterator[tuple[int, dict[str, object]]]:
    """Yield, for each structure, the line of its last annexe and the convention that it names, over all its annexes."""
    groups: dict[tuple[str, str], list[Annexe]] = defaultdict(list)
    for annexe in annexes:
        if annexe.numero_convention:
            groups[annexe.asp_id, annexe.type_structure].append(annexe)
    for group in groups.values():
        last = max(group, key=lambda annexe: (annexe.date_fin, annexe.numero))
        same = [annexe for annexe in group if annexe.numero_convention == last.numero_convention]
        convention = {
            "numero": last.numero_convention,
            "date_debut": min(annexe.date_debut for annexe in same).isoformat(),
            "date_fin": last.date_fin.isoformat(),
        }
        yield last.record.line, {"convention": convention}


def _fiche(structure: Structure, kind: str) -> dict[str, object]:
    return {
        "asp_id": int(structure.asp_id),
        "siret": structure.siret,
        "siret_signature": structure.siret_signature,
        "type": kind,
        "raison_sociale": structure.raison_sociale[:200],
        "forme_juridique": structure.forme_juridique,
        "division_naf": structure.code_naf[:2] if structure.code_naf else None,
        "adresse": structure.adresse,
        "code_postal": structure.code_postal,
        "code_insee": structure.code_insee,
    }


def _etat(annexe: Annexe, siret: str | None) -> dict[str, object]:
    return {
        "asp_id": int(annexe.asp_id),
        "siret": siret,
        "type_structure": annexe.type_structure,
        "numero": annexe.numero,
        "mesure": annexe.mesure,
        "etat": annexe.etat,
        "date_debut": annexe.date_debut.isoformat(),
        "date_fin": annexe.date_fin.isoformat(),
    }


def _sent(nature: str, name: str, fields: dict[str, object], record: Record, livraison: Livraison) -> Sent:
    told = {field: value for field, value in fields.items() if value is not None}
    if day := livraison.days[record.file]:
        told["connu_le"] = day.isoformat()
    digest = sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()[:12]
    reference = f"asp:{livraison.marks[record.file]}:{name}:{digest}"
    return Sent(nature, reference, orjson.dumps({"reference": reference, **told}) + b"\n", record)
