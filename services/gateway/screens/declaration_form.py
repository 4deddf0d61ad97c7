"""The form of a month: from contracts to lines that a person fills, and from what was typed to a declaration."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from services.gateway.pages.saisie import Faute, LigneSaisie

FIELDS = {
    "heures": "heures",
    "annexe": "annexe",
    "sortie.date": "sortie_date",
    "sortie.motif": "sortie_motif",
}
"""Field of the API -> field of the form."""
WORDS = {
    "heures": "heures", "annexe": "annexe", "sortie_date": "date de sortie", "sortie_motif": "motif de sortie",
}  # fmt: skip


def bounds(mois: str) -> tuple[date, date]:
    """Return the first and last days of a month ``AAAA-MM``."""
    year, month = int(mois[:4]), int(mois[5:])
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def blank_lines(
    contrats: Sequence[Mapping[str, Any]], noms: Mapping[str, str], mois: str
) -> list[LigneSaisie]:
    """Return one empty line a contract, by name; without names, by what ends the identifier of the contract.

    An exit known already is shown in its month only: it is not to be declared again in an earlier one.
    """
    lines = [
        LigneSaisie(
            rang=0,
            contrat=each["id"],
            intitule=noms.get(each["personne_id"], f"Contrat …{each['id'][-6:]}"),
            type_contrat=each["type_contrat"],
            debut=date.fromisoformat(each["date_debut"]),
            fin=date.fromisoformat(each["date_sortie"] or each["date_fin_prevue"]),
            sortie_date=each["date_sortie"] if here else "",
            sortie_motif=(each["motif_sortie"] or "") if here else "",
        )
        for each in contrats
        for here in ((each["date_sortie"] or "").startswith(mois),)
    ]
    lines.sort(key=lambda line: (line.intitule, line.debut, line.contrat))
    return [replace(line, rang=rank) for rank, line in enumerate(lines, 1)]


def with_declared(lines: Sequence[LigneSaisie], declared: Sequence[Mapping[str, Any]]) -> list[LigneSaisie]:
    """Return lines filled with what the present version says."""
    known = {each["contrat"]: each for each in declared}
    return [
        replace(line, heures=hours_typed(known[line.contrat]["heures"]), annexe=known[line.contrat]["annexe"])
        if line.contrat in known
        else line
        for line in lines
    ]


def hours_typed(heures: object) -> str:
    """Return hours as a person types them: a comma, no zero at the end."""
    return f"{Decimal(str(heures)).normalize():f}".replace(".", ",")


def with_typed(lines: Sequence[LigneSaisie], typed: Mapping[str, str]) -> list[LigneSaisie]:
    """Return lines filled with what was typed in ``heures-<contrat>`` and its like."""

    def given(name: str, line: LigneSaisie) -> str:
        return typed.get(f"{name}-{line.contrat}", "").strip()[:60]

    return [
        replace(
            line,
            heures=given("heures", line),
            annexe=given("annexe", line),
            sortie_date=given("sortie_date", line),
            sortie_motif=given("sortie_motif", line),
        )
        for line in lines
    ]


def declared_lines(lines: Sequence[LigneSaisie]) -> tuple[list[dict[str, Any]], list[LigneSaisie]]:
    """Return the lines to send, and those of the form that they come from, in the same order.

    A line without hours and without exit is not sent.
    """
    sent, origins = [], []
    for line in lines:
        exit_given = bool(line.sortie_date or line.sortie_motif)
        if not line.heures and not exit_given:
            continue
        body: dict[str, Any] = {"contrat": line.contrat, "heures": _number(line.heures)}
        if line.annexe:
            body["annexe"] = line.annexe
        if exit_given:
            body["sortie"] = {"date": line.sortie_date, "motif": line.sortie_motif}
        sent.append(body)
        origins.append(line)
    return sent, origins


def _number(typed: str) -> str:
    return "".join(typed.split()).replace(",", ".")


def missing(lines: Sequence[LigneSaisie]) -> list[Faute]:
    """Return what the page can tell by itself: an exit half told, hours forgotten beside an exit."""
    found = []
    for line in lines:
        if (line.sortie_date or line.sortie_motif) and not line.heures:
            found.append(
                _faute(line, "heures", "Donnez les heures du mois de la sortie, 0 s'il n'y en a pas.")
            )
        if line.sortie_motif and not line.sortie_date:
            found.append(_faute(line, "sortie_date", "Donnez la date de la sortie."))
        if line.sortie_date and not line.sortie_motif:
            found.append(_faute(line, "sortie_motif", "Choisissez le motif de la sortie."))
    return found


def _faute(line: LigneSaisie, name: str, detail: str) -> Faute:
    return Faute(f"{name}-{line.rang}", detail, f"{line.intitule}, {WORDS[name]}")


def told(fautes: Sequence[Mapping[str, str]], origins: Sequence[LigneSaisie]) -> list[Faute]:
    """Return the refusals of the service beside the fields of the form."""
    found = []
    for each in fautes:
        where, detail = each["champ"].split("."), f"{each['detail']} {each.get('correction') or ''}".strip()
        rank = int(where[1]) if len(where) > 2 and where[0] == "lignes" and where[1].isdigit() else None
        if rank is None or rank >= len(origins):
            found.append(Faute(None, detail))
            continue
        found.append(_faute(origins[rank], FIELDS.get(".".join(where[2:]), "heures"), detail))
    return found


def total(lines: Sequence[Mapping[str, Any]]) -> Decimal:
    """Return the hours of lines that were accepted."""
    return sum((Decimal(each["heures"]) for each in lines), Decimal(0))
