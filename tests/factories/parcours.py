"""Lines of the pathways, as clients send them; everybody is fictitious."""

from typing import Any

from tests.factories.siret import make_siret

SIRET = make_siret(1)
NUMERO = "ACI059170001A0M0"


def _held(line: dict[str, Any]) -> dict[str, Any]:
    return {field: value for field, value in line.items() if value is not None}


def make_identite(**changes: Any) -> dict[str, Any]:
    return _held(
        {
            "nom": "MARJOLAINE-ORIGAN",
            "prenom": "Jonquin",
            "sexe": "H",
            "date_naissance": "1990-05-17",
            "code_insee": "59350",
            "motif_absence_nir": "NO_NIR",
            "niveau_formation": "40",
            "criteres": ["RSA", "QPV"],
        }
        | changes
    )


def make_personne(reference: str | None = "P1", **changes: Any) -> dict[str, Any]:
    """A person under an agrément of 2017 and 2018."""
    return _held(
        make_identite()
        | {
            "reference": reference,
            "numero_agrement": "000000000001",
            "date_agrement_debut": "2017-01-02",
            "date_agrement_fin": "2019-01-01",
        }
        | changes
    )


def make_contrat(reference: str | None = "K1", **changes: Any) -> dict[str, Any]:
    """A CDDI of eight months in an ACI of the Nord."""
    return _held(
        {
            "reference": reference,
            "personne": "P1",
            "siret": SIRET,
            "type_structure": "ACI",
            "type_contrat": "CDDI",
            "date_debut": "2017-01-02",
            "date_fin_prevue": "2017-08-31",
            "heures_hebdo": "26",
            "code_rome": "G1602",
        }
        | changes
    )


def make_orientation(reference: str | None = "O1", **changes: Any) -> dict[str, Any]:
    return _held(
        {
            "reference": reference,
            "personne": "P1",
            "siret": SIRET,
            "type_structure": "ACI",
            "date_orientation": "2017-01-02",
            "type_prescripteur": "FT",
            "organisation": "FT-59-01",
        }
        | changes
    )


def make_ligne(contrat: str = "K1", heures: str = "100", **changes: Any) -> dict[str, Any]:
    return _held({"contrat": contrat, "heures": heures} | changes)


def make_declaration(mois: str = "2017-03", *lignes: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return _held(
        {
            "reference": f"S1-{mois}",
            "siret": SIRET,
            "type_structure": "ACI",
            "mois": mois,
            "lignes": list(lignes) or [make_ligne()],
        }
        | changes
    )


def make_sortie(contrat: str = "K1", **changes: Any) -> dict[str, Any]:
    return {"reference": f"F-{contrat}", "contrat": contrat, "date": "2017-06-30", "motif": "CDI"} | changes


def make_nir(digits: str) -> str:
    """The 15 characters of the first 13, Corsica included."""
    number = int(digits.replace("2A", "19").replace("2B", "18"))
    return f"{digits}{97 - number % 97:02d}"
