"""Extractions of the ASP with any of their traps; every identifier is fictitious."""

import gzip
import io
import zipfile
from collections.abc import Sequence

from tests.factories.siret import make_siret

STRUCTURE = (
    "structure_date_creation", "structure_date_modification", "structure_id_siae", "structure_siret_signature",
    "structure_siret_actualise", "structure_denomination", "structure_categorie_juridique_code",
    "structure_code_naf", "structure_adresse_admin_numero", "structure_adresse_admin_type_voie",
    "structure_adresse_admin_nom_voie", "structure_adresse_admin_cp", "structure_adresse_admin_code_insee",
    "structure_adresse_gestion_code_insee", "structure_adresse_mail_corresp_technique",
)  # fmt: skip
ANNEXE = (
    "af_id_structure", "af_numero_convention", "af_mesure_dispositif_code", "af_numero_annexe_financiere",
    "af_numero_avenant_renouvellement", "af_numero_avenant_modification", "af_id_annexe_financiere",
    "af_etat_annexe_financiere_code", "af_date_debut_effet", "af_date_fin_effet", "af_etp_postes_insertion",
    "af_motif_rejet_code",
)  # fmt: skip
MONEY = {
    "af_duree_heure_annuel_etp_valeur": "1820",
    "af_montant_unitaire_annuel_valeur": "23921.00",
    "af_montant_total_annuel": "299012.50",
    "af_nb_prev_sorties": "10",
    "af_taux_prev_sorties_dynamiques": "60.00",
    "af_taux_prev_sorties_durable": "25.00",
    "af_taux_prev_sorties_trans": "20.00",
    "af_taux_prev_sorties_positives": "15.00",
    "af_indic_cofinancement": "false",
    "af_mt_tot_masse_salariale": "310000.00",
    "af_commune": "12000.00",
    "af_fse": "25000.00",
    "af_nom_dla": "Personne Fictive",
    "af_date_fin_effet": "31/12/2025",
}
FDI = {
    "af_mesure_dispositif_code": "FDI_DC",
    "af_numero_annexe_financiere": "FDI059250065",
    "af_nature_action_code": "CONSOFI",
    "af_description_action": "Consolidation fictive",
    "af_date_signature": "14/03/2025",
    "af_mt_total_aide": "10022.00",
    "af_pourcentage_avance": "60.00",
    "af_mt_total_avance": "6013.00",
}
MONEY_COLUMNS = tuple(dict.fromkeys((*ANNEXE, *MONEY, *FDI, "af_mt_cofinance", "af_id_financeur_code")))
MOMENT = "06012025_070512"


def make_fiche(asp_id: int = 900001, number: int = 1, **changes: str) -> dict[str, str]:
    """A row of the file of structures."""
    return {
        "structure_date_creation": "01/02/2019 10:00:00",
        "structure_date_modification": "03/01/2025 08:30:00",
        "structure_id_siae": str(asp_id),
        "structure_siret_signature": make_siret(number),
        "structure_siret_actualise": make_siret(number),
        "structure_denomination": "LES ATELIERS D'EXEMPLE",
        "structure_categorie_juridique_code": "9220",
        "structure_code_naf": "8899B",
        "structure_adresse_admin_numero": "12.0",
        "structure_adresse_admin_type_voie": "RUE",
        "structure_adresse_admin_nom_voie": "DE L'EXEMPLE",
        "structure_adresse_admin_cp": "59000",
        "structure_adresse_admin_code_insee": "59350",
        "structure_adresse_mail_corresp_technique": "fictif@exemple.invalid",
    } | changes


def make_annexe(asp_id: int = 900001, kind: str = "ACI", **changes: str) -> dict[str, str]:
    """A row of the file of annexes."""
    return {
        "af_id_structure": str(asp_id),
        "af_numero_convention": f"C059{kind}250001",
        "af_mesure_dispositif_code": f"{kind}_DC",
        "af_numero_annexe_financiere": f"{kind}059250001",
        "af_numero_avenant_renouvellement": "A0",
        "af_numero_avenant_modification": "M0",
        "af_id_annexe_financiere": "70001",
        "af_etat_annexe_financiere_code": "VALIDE",
        "af_date_debut_effet": "01/01/2025",
        "af_date_fin_effet": "31/12/2099",
        "af_etp_postes_insertion": "12.50",
    } | changes


def make_file(
    vue: str,
    rows: Sequence[dict[str, str] | str],
    *,
    columns: Sequence[str] = (),
    deb: bool = True,
    fin: int | None = -1,
    moment: str = MOMENT,
    end: str = "\n",
    encoding: str = "utf-8",
) -> bytes:
    """An extraction; a row given as a text is written as it is, ``fin`` counts the rows unless told otherwise."""
    columns = columns or (STRUCTURE if vue == "Structure" else ANNEXE)
    lines = [f"DEB{vue}{moment}|||||"] if deb else []
    lines.append("|".join(columns))
    lines += [
        row if isinstance(row, str) else "|".join(row.get(column, "") for column in columns) for row in rows
    ]
    if fin is not None:
        lines.append(f"FIN{len(rows) if fin < 0 else fin}|||||")
    return (end.join(lines) + end).encode(encoding)


def zipped(**files: bytes) -> bytes:
    """A ZIP that holds files, whatever its name will say."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as writer:
        for name, content in files.items():
            writer.writestr(f"fluxIAE_{name}_{MOMENT}.csv", content)
    return archive.getvalue()


def gzipped(content: bytes) -> bytes:
    """The same, under gzip, whatever the hour."""
    return gzip.compress(content, mtime=0)
