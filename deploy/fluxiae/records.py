"""What the records of an extraction say, read by name: structures and annexes financières.

Personal columns (correspondents, telephones, addresses of mail) are never read.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from deploy.fluxiae.reader import Record
from deploy.fluxiae.report import Report
from shared.types import NUMERO_ANNEXE, siret_valid

JOUR = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})( [0-9]{2}:[0-9]{2}:[0-9]{2})?")
NAF = re.compile(r"[0-9]{4}[A-Z]")
CODE_POSTAL = re.compile(r"[0-9]{5}")
CODE_INSEE = re.compile(r"([0-9]{2}|2[AB])[0-9]{3}")
TYPES = {f"{kind}_DC": kind for kind in ("ACI", "AI", "EI", "ETTI", "EITI")}
"""Type of structure by mesure (``domaine/structures.md`` §1.3); the others are out of the registry."""
HORS_CHAMP = {
    "FDI_DC": "fonds de développement de l'inclusion",
    "ACI_MP": "milieu pénitentiaire",
    "EI_MP": "milieu pénitentiaire",
    "ACIPA_DC": "variante hors du registre",
    "EIPA_DC": "variante hors du registre",
}
ETATS = ("VALIDE", "PROVISOIRE", "HISTORISE", "ANNULE", "SAISI", "BROUILLON", "CLOTURE", "REJETE")
ACTIFS = ("VALIDE", "PROVISOIRE")
FORMES = {"9220": "Association"}
"""Usual name of a legal form by its INSEE code; a code that no source explains is left out, never guessed."""


class Fault(Exception):
    """Why a record goes nowhere: a code and a French sentence."""


@dataclass(frozen=True, slots=True)
class Structure:
    """A structure of the ASP: its type is not there, its annexes say it."""

    record: Record
    asp_id: str
    siret: str
    siret_signature: str | None
    raison_sociale: str
    forme_juridique: str | None
    code_naf: str | None
    adresse: str | None
    code_postal: str | None
    code_insee: str
    modifiee_le: date | None


@dataclass(frozen=True, slots=True)
class Annexe:
    """An annexe financière: one row of the file, one avenant."""

    record: Record
    asp_id: str
    type_structure: str
    mesure: str
    numero: str
    numero_convention: str | None
    etat: str
    date_debut: date
    date_fin: date


R = TypeVar("R", Structure, Annexe)


def read_structures(records: Iterable[Record], report: Report) -> list[Structure]:
    """Return one structure per identifier of the ASP: the row modified last."""
    read = _each(records, _structure, report)
    return _one_each(read, lambda s: s.asp_id, lambda s: s.modifiee_le or date.min, report)


def split_fdi(records: Iterable[Record]) -> tuple[list[Record], list[Record]]:
    """Return the rows of annexes of posts, and those of the FDI: they fill other columns."""
    posts: list[Record] = []
    actions: list[Record] = []
    for record in records:
        (actions if record.values.get("af_mesure_dispositif_code") == "FDI_DC" else posts).append(record)
    return posts, actions


def read_annexes(records: Iterable[Record], report: Report) -> list[Annexe]:
    """Return one annexe per structure, number and period: the active row, else the one that ends last.

    A number may serve again for another period, and after a merger for another structure.
    """
    read = _each(records, _annexe, report)
    return _one_each(
        read,
        lambda a: (a.asp_id, a.numero, a.date_debut),
        lambda a: (a.etat in ACTIFS, a.date_fin),
        report,
    )


def _each(records: Iterable[Record], read: Callable[[Record], R], report: Report) -> Iterator[R]:
    for record in records:
        try:
            yield read(record)
        except Fault as fault:
            code, sentence = fault.args
            report.set_aside(record.file, record.line, code, sentence)


def _one_each(
    items: Iterable[R], key: Callable[[R], Any], rank: Callable[[R], Any], report: Report
) -> list[R]:
    """Return the item of the highest rank for each key, the first of equals; the others are told."""
    best: dict[Any, R] = {}
    for item in items:
        kept = best.setdefault(key(item), item)
        if kept is item:
            continue
        if rank(item) > rank(kept):
            best[key(item)], kept, item = item, item, kept  # noqa: PLW2901 -- they change places
        code = "doublon" if kept.record.values == item.record.values else "doublon_divergent"
        report.set_aside(
            item.record.file,
            item.record.line,
            code,
            f"La ligne {kept.record.line} parle de la même chose ; elle est gardée.",
        )
    return list(best.values())


def _structure(record: Record) -> Structure:
    values = record.values
    siret = _siret(values, "structure_siret_actualise")
    signature = _siret(values, "structure_siret_signature") if "structure_siret_signature" in values else None
    if signature and signature[:9] != siret[:9]:
        raise Fault(
            "siren_different", "Le SIRET actualisé et le SIRET à la signature n'ont pas le même SIREN."
        )
    return Structure(
        record=record,
        asp_id=_asp_id(values, "structure_id_siae"),
        siret=siret,
        siret_signature=signature,
        raison_sociale=read_required(values, "structure_denomination"),
        forme_juridique=FORMES.get(values.get("structure_categorie_juridique_code", "")),
        code_naf=_matching(values, "structure_code_naf", NAF),
        adresse=_address(values),
        code_postal=_matching(values, "structure_adresse_admin_cp", CODE_POSTAL),
        code_insee=_insee(values),
        modifiee_le=read_day(values, "structure_date_modification"),
    )


def _annexe(record: Record) -> Annexe:
    values = record.values
    mesure = read_required(values, "af_mesure_dispositif_code")
    if mesure in HORS_CHAMP:
        raise Fault("hors_champ", f"Mesure {mesure} : {HORS_CHAMP[mesure]}.")
    if mesure not in TYPES:
        raise Fault("mesure_inconnue", f"La mesure « {mesure} » n'est pas connue.")
    etat = read_required(values, "af_etat_annexe_financiere_code")
    if etat not in ETATS:
        raise Fault("etat_inconnu", f"L'état « {etat} » n'est pas connu.")
    start, end = read_day(values, "af_date_debut_effet"), read_day(values, "af_date_fin_effet")
    if start is None or end is None:
        raise Fault("date_absente", "L'annexe n'a pas de période.")
    if end < start:
        raise Fault("periode_inversee", "L'annexe finit avant de commencer.")
    return Annexe(
        record=record,
        asp_id=_asp_id(values, "af_id_structure"),
        type_structure=TYPES[mesure],
        mesure=mesure,
        numero=_numero(values, TYPES[mesure]),
        numero_convention=values.get("af_numero_convention"),
        etat=etat,
        date_debut=start,
        date_fin=end,
    )


def read_required(values: Mapping[str, str], column: str) -> str:
    """Return a value, or raise `Fault` where the column is empty."""
    if column not in values:
        raise Fault("valeur_absente", f"La colonne {column} est vide.")
    return values[column]


def _asp_id(values: Mapping[str, str], column: str) -> str:
    text = read_required(values, column)
    if not re.fullmatch(r"[0-9]{1,15}", text):
        raise Fault("identifiant_asp_invalide", f"La colonne {column} n'est pas un entier.")
    return text


def _siret(values: Mapping[str, str], column: str) -> str:
    text = read_required(values, column)
    if not siret_valid(text):
        raise Fault("siret_invalide", f"La colonne {column} n'est pas un SIRET : 14 chiffres, clés justes.")
    return text


def _insee(values: Mapping[str, str]) -> str:
    """Return the commune of the administrative address, else that of the management address."""
    for address in ("admin", "gestion"):
        text = values.get(f"structure_adresse_{address}_code_insee", "")
        if CODE_INSEE.fullmatch(text):
            return text
    raise Fault("commune_absente", "Aucune des deux adresses n'a de code INSEE à cinq caractères.")


def _address(values: Mapping[str, str]) -> str | None:
    parts = (
        values.get(f"structure_adresse_admin_{part}")
        for part in ("numero", "cplt_num_voie", "type_voie", "nom_voie")
    )
    number, *rest = parts
    number = re.sub(r"\.0+$", "", number) if number else None  # some rows write it as a decimal
    return " ".join(part for part in (number, *rest) if part)[:200] or None


def _matching(values: Mapping[str, str], column: str, form: re.Pattern[str]) -> str | None:
    """Return an optional value, or nothing when it does not have its form."""
    text = values.get(column, "")
    return text if form.fullmatch(text) else None


def read_day(values: Mapping[str, str], column: str) -> date | None:
    """Return a day, None where the column is empty; raise `Fault` where it is no day."""
    text = values.get(column)
    if text is None:
        return None
    found = JOUR.fullmatch(text)
    try:
        day, month, year, _ = found.groups() if found else ("", "", "", "")
        return date(int(year), int(month), int(day))
    except ValueError:
        raise Fault("date_invalide", f"La colonne {column} n'est pas une date jj/mm/aaaa.") from None


def _numero(values: Mapping[str, str], type_structure: str) -> str:
    """Return the whole number, kept in three columns."""
    parts = [read_required(values, "af_numero_annexe_financiere")]
    for letter, column in (
        ("A", "af_numero_avenant_renouvellement"),
        ("M", "af_numero_avenant_modification"),
    ):
        suffix = values.get(column, "")
        parts.append(f"{letter}{suffix}" if suffix.isdigit() else suffix)
    numero = "".join(parts).replace(" ", "")
    found = NUMERO_ANNEXE.fullmatch(numero)
    if found is None:
        raise Fault("numero_annexe_invalide", "Le numéro d'annexe n'a pas la forme ACI051170013A0M1.")
    if found["mesure"] != type_structure:
        raise Fault("numero_annexe_incoherent", f"Le numéro {numero} n'est pas celui d'une {type_structure}.")
    return numero
