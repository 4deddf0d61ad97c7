"""The month as a file: the form to fill in a spreadsheet, and what was filled, back in the form."""

from dataclasses import replace

from services.gateway.pages.saisie import Faute, LigneSaisie, MoisPage
from services.gateway.projections.structures import plain
from services.gateway.screens.saisie import MOTIFS_CHOISIS
from services.gateway.screens.tableur import FichierIllisible, LigneLue, read_table, typed_hours, write_table

CONTRAT, HEURES, ANNEXE = "Contrat", "Heures", "Annexe financière"
SORTIE, MOTIF = "Date de sortie", "Motif de sortie"
INTITULES = (CONTRAT, "Personne", "Type", "Du", "Au", HEURES, ANNEXE, SORTIE, MOTIF)
"""Headings of the file; those of the person and of the contract are there to read, and are not read back."""
MOTIFS = {plain(libelle): code for code, libelle, _ in MOTIFS_CHOISIS}
LIBELLES = {code: libelle for code, libelle, _ in MOTIFS_CHOISIS}


def month_file(page: MoisPage) -> bytes:
    """Return the contracts of a month, with what is declared already."""
    return write_table(
        INTITULES,
        (
            (
                ligne.contrat, ligne.intitule, ligne.type_contrat, ligne.debut, ligne.fin,
                ligne.heures, ligne.annexe, ligne.sortie_date, LIBELLES.get(ligne.sortie_motif, ligne.sortie_motif),
            )
            for ligne in page.lignes
        ),
    )  # fmt: skip


def filled(page: MoisPage, content: bytes) -> MoisPage:
    """Return the form filled with a file: a contract that it does not name is left empty.

    What cannot be placed in the form is told with the number of its line.
    """
    try:
        read = read_table(content, (CONTRAT, HEURES))
    except FichierIllisible as error:
        return replace(page, fautes=(Faute("fichier", str(error), "Fichier"),))
    known = {ligne.contrat for ligne in page.lignes}
    given: dict[str, LigneLue] = {}
    fautes = []
    for line in read:
        contrat = line.lire(CONTRAT).lower()
        if contrat not in known:
            fautes.append(_faute(line, "ce contrat ne court pas ce mois-ci dans cette structure."))
        elif contrat in given:
            fautes.append(_faute(line, f"ce contrat est déjà à la ligne {given[contrat].numero}."))
        else:
            given[contrat] = line
    lignes = tuple(
        _line(ligne, given[ligne.contrat])
        if ligne.contrat in given
        else replace(ligne, heures="", annexe="", sortie_date="", sortie_motif="")
        for ligne in page.lignes
    )
    return replace(page, lignes=lignes, fautes=tuple(fautes))


def _line(ligne: LigneSaisie, read: LigneLue) -> LigneSaisie:
    motif = read.lire(MOTIF)
    return replace(
        ligne,
        heures=typed_hours(read.lire(HEURES))[:60],
        annexe=read.lire(ANNEXE)[:60],
        sortie_date=read.jour(SORTIE)[:60],
        sortie_motif=MOTIFS.get(plain(motif), motif)[:60],
    )


def _faute(line: LigneLue, detail: str) -> Faute:
    return Faute("fichier", detail, f"Ligne {line.numero}")
