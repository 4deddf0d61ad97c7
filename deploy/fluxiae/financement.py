"""The money's part of a delivery: annexes with their cofunder, actions of the FDI, as import lines of ``funding``.

A reference is made of what the line says, not of the file: the next delivery that says the same is recognised, and the
one that says something else is judged by the service. All the columns but the personal ones go: what has no field of its
own travels by its name.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from hashlib import sha256

import orjson

from deploy.fluxiae.reader import Record
from deploy.fluxiae.records import Annexe
from deploy.fluxiae.registre import Livraison, Sent
from deploy.fluxiae.report import Report

SERVICE = "funding"
ANNEXES, ACTIONS = "annexes_asp", "actions_fdi"
SIGNEES = ("VALIDE", "PROVISOIRE", "CLOTURE")
CHAMPS = {
    "af_etp_postes_insertion": "etp",
    "af_duree_heure_annuel_etp_valeur": "heures_par_etp",
    "af_montant_unitaire_annuel_valeur": "montant_unitaire",
    "af_montant_total_annuel": "montant_total",
}
"""Quantities of an annexe; all of them but the hours must be there."""
TAUX = {
    "af_taux_prev_sorties_dynamiques": "taux_dynamique_prevu",
    "af_taux_prev_sorties_durable": "taux_durable_prevu",
    "af_taux_prev_sorties_trans": "taux_transition_prevu",
    "af_taux_prev_sorties_positives": "taux_positive_prevu",
}
"""Percentages there, ratios here."""
PRIS = {
    *CHAMPS, *TAUX, "af_id_structure", "af_numero_convention", "af_mesure_dispositif_code", "af_numero_annexe_financiere",
    "af_numero_avenant_renouvellement", "af_numero_avenant_modification", "af_etat_annexe_financiere_code",
    "af_date_debut_effet", "af_date_fin_effet", "af_indic_cofinancement", "af_mt_cofinance", "af_id_financeur_code",
    "af_nb_prev_sorties",
}  # fmt: skip
"""Columns that have a field of their own, here or in the registry."""
PERSONNELS = ("af_nom_dla",)
LONGUEUR = 500


class _Unreadable(Exception):
    """Why a record gives no money: a code and a French sentence."""


def money_lines(livraison: Livraison, report: Report) -> Iterator[Sent]:
    """Yield the lines of ``funding``: annexes, then actions; what gives no line is told."""
    sirets = {structure.asp_id: structure.siret for structure in livraison.structures}
    kinds: dict[str, set[str]] = defaultdict(set)
    for annexe in livraison.annexes:
        kinds[annexe.asp_id].add(annexe.type_structure)
    for annexe in livraison.annexes:
        try:
            yield _annexe(annexe, sirets.get(annexe.asp_id), livraison)
        except _Unreadable as fault:
            report.warn(annexe.record.file, annexe.record.line, *fault.args)
    for record in livraison.actions:
        try:
            yield _action(record, sirets, kinds, livraison)
        except _Unreadable as fault:
            report.set_aside(record.file, record.line, *fault.args)


def _annexe(annexe: Annexe, siret: str | None, livraison: Livraison) -> Sent:
    if siret is None:
        raise _Unreadable("argent_sans_siret", "Sans le fichier des structures, son argent n'est pas repris.")
    values = annexe.record.values
    told: dict[str, object] = {
        "numero": annexe.numero,
        "siret": siret,
        "type_structure": annexe.type_structure,
        "mesure": annexe.mesure,
        "numero_convention": annexe.numero_convention,
        "etat": annexe.etat,
        "date_debut": annexe.date_debut.isoformat(),
        "date_fin": annexe.date_fin.isoformat(),
    }
    told |= {field: _amount(values, column) for column, field in CHAMPS.items() if column in values}
    for column, field in CHAMPS.items():
        if field not in told:
            raise _Unreadable(
                "argent_absent", f"La colonne {column} est vide : l'argent de l'annexe n'est pas repris."
            )
    told |= {field: _ratio(values, column) for column, field in TAUX.items() if column in values}
    if values.get("af_nb_prev_sorties", "").isdigit():
        told["sorties_prevues"] = int(values["af_nb_prev_sorties"])
    if values.get("af_indic_cofinancement") == "true" and "af_mt_cofinance" in values:
        told["montant_cofinance"] = _amount(values, "af_mt_cofinance")
        told["cofinanceur"] = values.get("af_id_financeur_code")
    told["donnees"] = {
        column: value[:LONGUEUR]
        for column, value in sorted(values.items())
        if column not in PRIS and column not in PERSONNELS
    }
    return _sent(ANNEXES, f"{annexe.numero}:{annexe.date_debut}", told, annexe.record, livraison, digest=True)


def _action(
    record: Record, sirets: Mapping[str, str], kinds: Mapping[str, set[str]], livraison: Livraison
) -> Sent:
    values = record.values
    numero = "".join(
        values.get(column, "")
        for column in (
            "af_numero_annexe_financiere", "af_numero_avenant_renouvellement", "af_numero_avenant_modification",
        )
    )  # fmt: skip
    owner = values.get("af_id_structure", "")
    types = sorted(kinds.get(owner, ()))
    if values.get("af_etat_annexe_financiere_code") not in SIGNEES:
        raise _Unreadable("fdi_non_signee", "L'action n'est pas en vigueur : elle n'est pas reprise.")
    if owner not in sirets or len(types) != 1:
        raise _Unreadable("type_inconnu", "Rien ne dit à laquelle des structures va l'action.")
    decided = next(
        (
            values[c]
            for c in ("af_date_signature", "af_date_etat_valide", "af_date_debut_effet")
            if c in values
        ),
        "",
    )
    told: dict[str, object] = {
        "siret": sirets[owner],
        "type_structure": types[0],
        "nature_action": values.get("af_nature_action_code", "AUTRE").upper(),
        "objet": values.get("af_description_action", f"Action FDI {numero}")[:200],
        "date_decision": _iso(decided),
        "montant": _amount(values, "af_mt_total_aide"),
        "part_avance": _ratio(values, "af_pourcentage_avance"),
        "montant_avance": _amount(values, "af_mt_total_avance") if "af_mt_total_avance" in values else None,
    }
    # Without digest: an action that changed is refused and told, never counted twice.
    return _sent(
        ACTIONS, f"{numero}:{values.get('af_date_debut_effet', '')}", told, record, livraison, digest=False
    )


def _amount(values: Mapping[str, str], column: str) -> str:
    try:
        return f"{Decimal(values.get(column, '')):f}"
    except InvalidOperation:
        raise _Unreadable("montant_invalide", f"La colonne {column} n'est pas un nombre.") from None


def _ratio(values: Mapping[str, str], column: str) -> str:
    return f"{Decimal(_amount(values, column)) / 100:f}"


def _iso(text: str) -> str:
    day, _, rest = text[:10].partition("/")
    month, _, year = rest.partition("/")
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        raise _Unreadable("date_absente", "Rien ne dit quand l'action est décidée.") from None


def _sent(
    nature: str, name: str, told: dict[str, object], record: Record, livraison: Livraison, *, digest: bool
) -> Sent:
    held = {field: value for field, value in told.items() if value is not None}
    content = sha256(orjson.dumps(held, option=orjson.OPT_SORT_KEYS)).hexdigest()[:12]
    reference = f"asp:{name}:{content}" if digest else f"asp:{name}"
    if day := livraison.days[record.file]:
        held["connu_le"] = day.isoformat()
    return Sent(nature, reference, orjson.dumps({"reference": reference, **held}) + b"\n", record)
