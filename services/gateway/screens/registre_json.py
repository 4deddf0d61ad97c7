"""A structure and a séance as the API writes them: the same readings as their pages, codes instead of words.

Amounts, ETP and rates are decimal strings, rounded once; a hidden count is the word « secret ».
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from services.gateway.pages.bilans import AnneeRow, Compte
from services.gateway.pages.formats import Absence, Valeur
from services.gateway.queries.registre import Sitting
from services.gateway.queries.reperes import rounded
from services.gateway.screens.assembly import nom_commune
from services.gateway.screens.fiches import Fiche
from services.gateway.screens.indicateurs import json_value

RATE = 4
PLAIN = (
    "siret", "raison_sociale", "forme_juridique", "division_naf", "reseau", "activite", "code_rome", "adresse",
    "code_postal", "code_insee", "departement", "epci", "date_conventionnement", "permanents", "capacite",
    "delai_attente_jours", "spontanees_jusqu_au", "fermee_le", "motif_fermeture",
)  # fmt: skip
"""Fields that bear the name of their column."""
CONVENTION = ("numero", "date_debut", "date_fin", "etat", "etat_le", "suspendue_le", "motif_suspension")
ANNEXE = ("numero", "mesure", "etat", "date_debut", "date_fin")
POSTE = ("code_rome", "appellation", "type_contrat", "postes_ouverts", "code_insee", "mise_a_jour_le")
COMPARES = ("valeur", "q1", "mediane", "q3")
DOSSIER = ("objet", "avis", "motifs")


def written(value: Valeur, decimals: int = 2) -> int | str | None:
    """Return a figure as the API writes it: a count as it is, a quantity rounded, a reason of absence in words."""
    if isinstance(value, Decimal):
        return str(rounded(value, decimals))
    return str(value) if isinstance(value, Absence) else value


def fiche_body(fiche: Fiche) -> dict[str, Any]:
    """Return the body of ``/structures/{id}``."""
    sheet = fiche.sheet
    row = sheet.structure
    absorbing = row["absorbante_id"]
    return {
        "id": str(row["structure_id"]),
        "type": row["type_structure"],
        **{name: row[name] for name in PLAIN},
        "commune": nom_commune(row["code_insee"]),
        "annee_chiffres": row["annee"],
        "chiffre_affaires_eur": written(row["chiffre_affaires"]),
        "mere_id": row["mere_id"] and str(row["mere_id"]),
        "absorbante_id": absorbing and str(absorbing),
        "annee": fiche.annee,
        "conventions": [{name: c[name] for name in CONVENTION} for c in sheet.conventions],
        "annexes": [
            {name: a[name] for name in ANNEXE}
            | {"etp": written(a["etp"]), "montant_socle_eur": written(a["montant_socle"])}
            for a in sheet.annexes
        ],
        **annee_body(fiche.bilan),
        "mois": [{"mois": f"{month.mois:%Y-%m}", "etp_realises": written(month.etp)} for month in fiche.mois],
        "etp_conventionnes_mensuels": written(fiche.cible),
        "semblables": [
            {name: json_value(getattr(row, name), row.unite) for name in COMPARES}
            | {"code": row.code, "libelle": row.libelle, "nombre": row.nombre, "critere": row.critere}
            for row in fiche.semblables
        ],
        "postes": [
            {name: p[name] for name in POSTE} | {"heures_hebdo": written(p["heures_hebdo"])}
            for p in sheet.fiches
            if p["fermee_le"] is None
        ],
        "attractivite": {name: written(value) for name, value in fiche.attractivite.items()},
        "historique": [
            {"version": h["version"], "fait": h["fait"], "date_effet": h["date_effet"], "etat": h["etat"]}
            for h in sheet.histoire
        ],
    }


def annee_body(row: AnneeRow) -> dict[str, Any]:
    """Return ETP, exits and funders of a year."""
    exits = row.sorties
    return {
        "etp": {
            "conventionnes": written(row.etp_conventionnes),
            "realises": written(row.etp_realises),
            "taux_realisation": written(row.taux_realisation, RATE),
            "mois_attendus": row.mois_attendus,
            "mois_recus": row.mois_recus,
        },
        "sorties": {
            "total": written(exits.total),
            "comptees": written(exits.comptees),
            "dynamiques": written(exits.dynamiques),
            "taux_dynamique": written(exits.taux, RATE),
            "taux_prevu": written(row.taux_prevu, RATE),
            "categories": _counts(exits.categories),
            "exclues": written(exits.exclues),
            "exclusions": _counts(exits.exclusions),
        },
        "financeurs": [
            {"financeur": f.code, "libelle": f.nom, "montant_eur": written(f.montant)} for f in row.financeurs
        ],
    }


def _counts(counts: Sequence[Compte]) -> dict[str, int | str | None]:
    return {code: written(number) for code, _, number in counts}


def seance_body(departement: str, jour: str, sitting: Sitting) -> dict[str, Any]:
    """Return the body of ``/cdiae/{departement}/{seance}``; ``seance`` is null for opinions of the past."""
    held = sitting.seance
    dossiers = [_dossier(row) for row in sitting.dossiers]
    return {
        "departement": departement,
        "date_seance": jour,
        "seance": held and _held(held),
        "dossiers": dossiers,
        "etp_demandes": written(sitting.total("etp_demandes")),
        "etp_accordes": written(sitting.total("etp_accordes")),
    }


def _held(held: Mapping[Any, Any]) -> dict[str, Any]:
    present = held["presents"]
    return {
        "id": str(held["seance_id"]),
        "instance": held["libelle"],
        "etat": held["etat"],
        "convoquee_le": held["convoquee_le"],
        "questions": held["questions"],
        "quorum": held["quorum_instance"] if held["quorum"] is None else held["quorum"],
        "voix_presentes": held["voix_presentes"],
        "quorum_atteint": held["quorum_atteint"],
        "source_regles": held["source_regles"],
        "membres": [
            m | {"presente": None if present is None else m["organisation"] in present}
            for m in held["membres"]
        ],
        "conclusions": held["conclusions"],
        "motif_annulation": held["motif_annulation"],
    }


def _dossier(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "id": str(row["dossier_id"]),
        "structure": str(row["structure_id"]),
        "siret": row["siret"],
        "raison_sociale": row["raison_sociale"],
        "type": row["type_structure"],
        **{name: row[name] for name in DOSSIER},
        "etp_demandes": written(row["etp_demandes"]),
        "etp_accordes": written(row["etp_accordes"]),
        "montant_demande_eur": written(row["montant_demande"]),
        "montant_accorde_eur": written(row["montant_accorde"]),
        "suite_de": row["suite_de"] and str(row["suite_de"]),
    }
