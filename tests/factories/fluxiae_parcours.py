"""Rows of the pathways' files of the ASP; everybody and every number is fictitious."""

SALARIE = (
    "salarie_id", "salarie_nir", "salarie_agrement", "salarie_rci_libelle", "salarie_date_naissance",
    "salarie_nom_usage", "salarie_nom_naissance", "salarie_prenom", "salarie_codeinseecom", "salarie_date_modification",
)  # fmt: skip
CONTRAT = (
    "contrat_id_ctr", "contrat_id_structure", "contrat_id_pph", "contrat_mesure_disp_code", "contrat_type_contrat",
    "contrat_format_contrat_code", "contrat_code_rome", "contrat_duree_hebdo_travail", "contrat_date_creation",
    "contrat_date_embauche", "contrat_date_fin_contrat", "contrat_date_sortie_definitive", "contrat_motif_sortie_code",
)  # fmt: skip
ETAT = (
    "emi_dsm_id", "emi_afi_id", "emi_ctr_id", "emi_pph_id", "emi_sme_mois", "emi_sme_annee", "emi_esm_etat_code",
    "emi_sme_version", "emi_date_validation", "emi_nb_heures_travail",
)  # fmt: skip


def make_salarie(asp_id: int = 500001, **changes: str) -> dict[str, str]:
    return {
        "salarie_id": str(asp_id), "salarie_agrement": "000000000001", "salarie_rci_libelle": "M.",
        "salarie_date_naissance": "17/05/1990", "salarie_nom_usage": "MARJOLAINE-ORIGAN", "salarie_prenom": "Jonquin",
        "salarie_codeinseecom": "59350", "salarie_date_modification": "01/02/2017",
    } | changes  # fmt: skip


def make_mission(asp_id: int = 600001, **changes: str) -> dict[str, str]:
    return {
        "contrat_id_ctr": str(asp_id), "contrat_id_structure": "900001", "contrat_id_pph": "500001",
        "contrat_mesure_disp_code": "ACI_DC", "contrat_type_contrat": "0", "contrat_format_contrat_code": "CDDI",
        "contrat_code_rome": "G1602", "contrat_duree_hebdo_travail": "26:30", "contrat_date_creation": "03/01/2017",
        "contrat_date_embauche": "02/01/2017", "contrat_date_fin_contrat": "31/08/2017",
        "contrat_date_sortie_definitive": "30/06/2017", "contrat_motif_sortie_code": "3.0",
    } | changes  # fmt: skip


def make_etat(dsm: int = 1, **changes: str) -> dict[str, str]:
    return {
        "emi_dsm_id": str(dsm), "emi_afi_id": "70001", "emi_ctr_id": "600001", "emi_pph_id": "500001",
        "emi_sme_mois": "3", "emi_sme_annee": "2017", "emi_esm_etat_code": "VALIDE", "emi_sme_version": "1",
        "emi_date_validation": "10/04/2017", "emi_nb_heures_travail": "60",
    } | changes  # fmt: skip
