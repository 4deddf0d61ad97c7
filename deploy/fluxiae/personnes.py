"""The persons of a delivery: rows of Salarie gathered by person, their NIR judged, never told.

A row of Salarie is a person in one structure, once per modification. Two rows are one person by their NIR, else by
name, first name and birth date. A NIR that several identities share stands for a waiting number: it says nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from deploy.fluxiae.reader import Record
from deploy.fluxiae.records import Fault, read_day, read_required
from deploy.fluxiae.report import Report
from services.parcours.domain.errors import NirIncoherent, NirInvalide
from services.parcours.domain.identite import forme_normale
from services.parcours.domain.nir import compacter, verifier_coherence, verifier_nir

SEXES = {"MME": "F", "M.": "H", "M": "H"}
AGREMENT = 12


@dataclass(frozen=True, slots=True)
class Salarie:
    """A row of Salarie; ``numero`` is that of the agrément or of the PASS IAE, 12 characters."""

    record: Record
    asp_id: str
    nom: str
    prenom: str
    sexe: str
    naissance: date
    commune: str | None
    nir: str | None
    numero: str | None
    modifiee_le: date

    @property
    def identite(self) -> str:
        """What makes one identity of two spellings."""
        return forme_normale(self.nom, self.prenom, self.naissance)


@dataclass(frozen=True, slots=True)
class Personnes:
    """The persons, each by its first row; ``de`` gives that row by identifier of any of its rows."""

    personnes: list[Salarie]
    de: Mapping[str, Salarie]


def read_personnes(records: Iterable[Record], report: Report) -> Personnes:
    """Return one person for all their rows: the one modified last speaks, the smallest identifier names them."""
    rows: list[Salarie] = []
    for record in records:
        try:
            rows.append(_salarie(record, report))
        except Fault as fault:
            report.set_aside(record.file, record.line, *fault.args)
    shared = _shared(rows)
    groups: dict[str, list[Salarie]] = defaultdict(list)
    known: dict[str, str] = {}
    for row in rows:
        nir = row.nir if row.nir not in shared else None
        if row.nir in shared:
            report.warn(
                row.record.file,
                row.record.line,
                "nir_partage",
                "Plusieurs identités ont ce NIR : il est ignoré.",
            )
        key = known.get(nir or "") or known.get(row.identite) or row.asp_id
        known.setdefault(row.identite, key)
        if nir:
            known.setdefault(nir, key)
        groups[key].append(_without(row) if row.nir in shared else row)
    persons, named = [], {}
    for group in groups.values():
        last = max(group, key=lambda row: (row.modifiee_le, row.record.line))
        first = min(group, key=lambda row: int(row.asp_id))
        nirs = [row.nir for row in group if row.nir]
        numbers = [row.numero for row in (last, *group) if row.numero]
        person = _merged(last, first.asp_id, nirs[-1] if nirs else None, numbers[0] if numbers else None)
        persons.append(person)
        for row in group:
            named[row.asp_id] = person
            if row is not last:
                report.set_aside(
                    row.record.file,
                    row.record.line,
                    "doublon",
                    f"La ligne {last.record.line} parle de la même personne.",
                )
    return Personnes(persons, named)


def _shared(rows: Iterable[Salarie]) -> set[str | None]:
    identities: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.nir:
            identities[row.nir].add(row.identite)
    return {nir for nir, some in identities.items() if len(some) > 1}


def _merged(last: Salarie, asp_id: str, nir: str | None, numero: str | None) -> Salarie:
    return Salarie(
        last.record,
        asp_id,
        last.nom,
        last.prenom,
        last.sexe,
        last.naissance,
        last.commune,
        nir,
        numero,
        last.modifiee_le,
    )


def _without(row: Salarie) -> Salarie:
    return _merged(row, row.asp_id, None, row.numero)


def _salarie(record: Record, report: Report) -> Salarie:
    values = record.values
    nom = values.get("salarie_nom_usage") or values.get("salarie_nom_naissance")
    if nom is None:
        raise Fault("valeur_absente", "La fiche n'a ni nom d'usage ni nom de naissance.")
    sexe = SEXES.get(read_required(values, "salarie_rci_libelle").upper())
    if sexe is None:
        raise Fault("civilite_inconnue", "La civilité n'est ni MME ni M.")
    born = read_day(values, "salarie_date_naissance")
    if born is None:
        raise Fault("date_absente", "La date de naissance est vide.")
    numero = values.get("salarie_agrement", "").replace(" ", "").upper()
    if numero and len(numero) != AGREMENT:
        report.warn(
            record.file,
            record.line,
            "agrement_illisible",
            "Le numéro d'agrément n'a pas 12 caractères : il est ignoré.",
        )
    commune = values.get("salarie_codeinseecom", "")
    return Salarie(
        record=record,
        asp_id=_whole(read_required(values, "salarie_id")),
        nom=nom[:200],
        prenom=read_required(values, "salarie_prenom")[:200],
        sexe=sexe,
        naissance=born,
        commune=commune if len(commune) == 5 else None,
        nir=_nir(values.get("salarie_nir"), born, sexe, record, report),
        numero=numero if len(numero) == AGREMENT else None,
        modifiee_le=read_day(values, "salarie_date_modification") or date.min,
    )


def _whole(text: str) -> str:
    if not text.isdigit():
        raise Fault("identifiant_asp_invalide", "La colonne salarie_id n'est pas un entier.")
    return text


def _nir(text: str | None, born: date, sexe: str, record: Record, report: Report) -> str | None:
    if not text:
        return None
    nir = compacter(text)
    try:
        verifier_nir(nir)
        verifier_coherence(nir, born, sexe)
    except (NirInvalide, NirIncoherent):
        report.warn(record.file, record.line, "nir_invalide", "Le NIR n'est pas valable : il est ignoré.")
        return None
    return nir
