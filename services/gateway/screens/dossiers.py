"""The printed file of a séance, one structure a page, and the dialogue de gestion of a structure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import Request

from services.gateway.pages.bilans import AnneeRow
from services.gateway.pages.dossiers import DecisionRow, DialoguePage, DossierImprime, ImpressionPage
from services.gateway.pages.formats import (
    Absence,
    Valeur,
    date_courte,
    date_longue,
    ecart,
    etp,
    euros,
    taux,
)
from services.gateway.pages.site import Adresse, Lien
from services.gateway.queries.bilans import Bilans, read_bilans, read_examines
from services.gateway.queries.registre import (
    Sitting,
    find_structure,
    find_years,
    read_conventions,
    read_identities,
    read_sitting,
)
from services.gateway.reading import snapshot
from services.gateway.screens.bilans import annee_row, figures, read_exits
from services.gateway.screens.cadre import sources_freshness
from services.gateway.screens.comparaison import read_comparison
from services.gateway.screens.fiches import convention_row, declared, identity
from services.gateway.screens.seances import AVIS, OBJETS, quorum_of, state_of, title_of
from shared import clock
from shared.errors import Introuvable
from shared.french import INSECABLE

ANNEES = 3
"""Years that the file of a CDIAE shows, that of the séance included."""
DIALOGUE = 6
Row = Mapping[Any, Any]


async def impression_screen(
    request: Request, departement: str, jour: date, structure_id: UUID | None
) -> tuple[ImpressionPage, dict[str, int]]:
    """Return the printed file of a day of the CDIAE, or the page of one structure of it.

    Raises
    ------
    Introuvable
        Nothing is known of that day, or the structure has no file in it.
    """
    years = tuple(range(jour.year - ANNEES + 1, jour.year + 1))
    async with snapshot(request.app.state.engine) as (conn, positions, _):
        sitting = await read_sitting(conn, departement, jour)
        rows = [row for row in sitting.dossiers if structure_id in (None, row["structure_id"])]
        ids = [row["structure_id"] for row in rows]
        identities = await read_identities(conn, ids)
        conventions = await read_conventions(conn, ids)
        bilans = await read_bilans(conn, ids, years, clock.today())
        before = await read_examines(conn, ids, jour)
    if (sitting.seance is None and not sitting.dossiers) or (structure_id and not rows):
        raise Introuvable("Aucun dossier du CDIAE n'est connu ce jour-là.")
    dossiers = tuple(
        [
            _printed(
                row,
                identities[row["structure_id"]],
                conventions.get(row["structure_id"], ()),
                await _years(request, identities[row["structure_id"]], bilans),
                before.get(row["structure_id"], ()),
                jour,
            )
            for row in rows
        ]
    )
    return _impression(request, sitting, departement, jour, dossiers, structure_id), positions


def _impression(  # one parameter a part of the page
    request: Request,
    sitting: Sitting,
    departement: str,
    jour: date,
    dossiers: tuple[DossierImprime, ...],
    structure_id: UUID | None,
) -> ImpressionPage:
    held = sitting.seance
    return ImpressionPage(
        titre=f"Dossiers du {title_of(departement, jour)}",
        adresse=Adresse(
            f"/cdiae/{departement}/{jour.isoformat()}/imprimer",
            {"structure": str(structure_id)} if structure_id else {},
        ),
        fraicheur=sources_freshness(request, clock.today(), None),
        etat=state_of(held),
        quorum=quorum_of(held),
        questions=tuple(held["questions"]) if held else (),
        dossiers=dossiers,
        couverture=structure_id is None,
    )


async def _years(request: Request, row: Row, bilans: Bilans) -> tuple[AnneeRow, ...]:
    held = sorted(bilans[row["structure_id"]].items())
    exits = await read_exits(request, row, [year for year, _ in held])
    return tuple(annee_row(bilan, exits[year]) for year, bilan in held)


def _printed(
    row: Row,
    structure: Row,
    conventions: Sequence[Row],
    annees: tuple[AnneeRow, ...],
    before: Sequence[Row],
    jour: date,
) -> DossierImprime:
    return DossierImprime(
        structure=Lien(structure["raison_sociale"], f"/structures/{structure['structure_id']}"),
        type=structure["type_structure"],
        objet=OBJETS.get(str(row["objet"]), str(row["objet"])),
        demande=_asked(row),
        identite=identity(structure, jour),
        conventions=tuple(convention_row(c) for c in conventions[:2]),
        annees=tuple(a for a in annees if a.tenue),
        inconnues=tuple(a.annee for a in annees if not a.tenue),
        decisions=tuple(_decision(b, annees) for b in before[:4]),
        points=points(row, conventions, annees, before, jour),
        avis=AVIS[row["avis"]] if row["avis"] else None,
        accorde=_granted(row),
        motifs=row["motifs"] or "",
    )


def _asked(row: Row) -> str:
    if row["montant_demande"] is not None:
        return euros(row["montant_demande"])
    return f"{etp(row['etp_demandes'])}{INSECABLE}ETP"


def _granted(row: Row) -> str:
    if row["montant_accorde"] is not None:
        return euros(row["montant_accorde"])
    return "" if row["etp_accordes"] is None else f"{etp(row['etp_accordes'])}{INSECABLE}ETP"


def _decision(row: Row, annees: Sequence[AnneeRow]) -> DecisionRow:
    """Return an earlier opinion, and what the year that it opened tells of it."""
    return DecisionRow(
        jour=row["date_seance"],
        objet=OBJETS.get(str(row["objet"]), str(row["objet"])),
        demande=_asked(row),
        accorde=_granted(row),
        avis=AVIS[row["avis"]] if row["avis"] else "laissé sans avis",
        motifs=row["motifs"] or "",
        suite=_followed(row, annees),
    )


def _followed(row: Row, annees: Sequence[AnneeRow]) -> str:
    year = next((a for a in annees if a.annee == row["date_seance"].year), None)
    if year is None or row["avis"] in (None, "DEFAVORABLE", "AJOURNE"):
        return ""
    return (
        f"en {year.annee} : {etp(year.etp_conventionnes)} ETP conventionnés, "
        f"{etp(year.etp_realises)} réalisés ; sorties dynamiques : {taux(year.sorties.taux)}"
    )


def points(
    asked: Row | None,
    conventions: Sequence[Row],
    annees: Sequence[AnneeRow],
    before: Sequence[Row],
    jour: date,
) -> tuple[str, ...]:
    """Return what there is to settle, each read in the figures beside: no threshold is judged here."""
    told = []
    last = next((a for a in reversed(annees) if known(a.etp_conventionnes) and a.annee <= jour.year), None)
    if asked is not None and asked["montant_demande"] is None and last is not None:
        gap = asked["etp_demandes"] - last.etp_conventionnes
        told.append(
            f"Demande : {_asked(asked)}, soit {ecart(gap, 1)} ETP par rapport aux ETP conventionnés en {last.annee}."
        )
    for year in annees:
        if known(year.ecart_etp) and year.annee < jour.year:
            told.append(
                f"Réalisé en {year.annee} : {year.ecart_ecrit} ETP par rapport au conventionné "
                f"({taux(year.taux_realisation)})."
            )
        if year.mois_recus < year.mois_attendus:
            told.append(f"Mois déclarés en {year.annee} : {year.declarations}.")
        if known(year.taux_prevu) and known(year.sorties.taux):
            told.append(
                f"Sorties dynamiques en {year.annee} : {taux(year.sorties.taux)} pour un objectif de "
                f"{taux(year.taux_prevu)}."
            )
    told += _of_convention(conventions, jour)
    if before and before[0]["avis"] in ("FAVORABLE_AVEC_RESERVES", "AJOURNE"):
        reasons = f" : {before[0]['motifs']}" if before[0]["motifs"] else "."
        told.append(f"Avis {AVIS[before[0]['avis']]} du {date_courte(before[0]['date_seance'])}{reasons}")
    return tuple(told)


def _of_convention(conventions: Sequence[Row], jour: date) -> list[str]:
    current = [c for c in conventions if (c["etat"] or "SIGNEE") in ("SIGNEE", "ACTIVE", "SUSPENDUE")]
    if not current:
        return ["Aucune convention en cours."]
    end, etat = current[0]["date_fin"], current[0]["etat"]
    told = ["Convention suspendue."] if etat == "SUSPENDUE" else []
    if end < jour:
        told.append(f"Convention échue depuis le {date_longue(end)}.")
    elif (end - jour).days <= 365:  # within the year that the file is about
        told.append(f"Convention à renouveler : elle finit le {date_longue(end)}.")
    return told


def known(value: Valeur) -> bool:
    """Tell whether a figure is written, zero excluded for ETP that nobody agreed on."""
    return value is not None and not isinstance(value, Absence) and value != 0


async def dialogue_screen(request: Request, structure_id: UUID) -> tuple[DialoguePage, Row, dict[str, int]]:
    """Return the dialogue de gestion of a structure, the structure itself, and the positions.

    Raises
    ------
    Introuvable
        The views do not hold it.
    """
    today = clock.today()
    async with snapshot(request.app.state.engine) as (conn, positions, _):
        row = await find_structure(conn, structure_id)
        if row is None:
            raise Introuvable("Cette structure n'est pas au registre.")
        years = sorted(y for y in await find_years(conn, structure_id) if y <= today.year)[-DIALOGUE:]
        conventions = (await read_conventions(conn, [structure_id])).get(structure_id, ())
        bilans = await read_bilans(conn, [structure_id], years, today)
        before = (await read_examines(conn, [structure_id], date.max)).get(structure_id, ())
    annees = await _years(request, row, bilans)
    last = next((a for a in reversed(annees) if a.annee < today.year), annees[-1] if annees else None)
    earlier = next((a for a in annees if last and a.annee == last.annee - 1), None)
    page = DialoguePage(
        titre=f"Dialogue de gestion : {row['raison_sociale']} ({row['type_structure']})",
        adresse=Adresse(f"/structures/{structure_id}/dialogue"),
        fraicheur=sources_freshness(request, today, declared(last) if last else None),
        annee=last.annee if last else None,
        chiffres=figures(last, earlier) if last else (),
        fiche=Lien("Fiche de la structure", f"/structures/{structure_id}"),
        conventions=tuple(convention_row(c) for c in conventions),
        annees=tuple(reversed(annees)),
        semblables=await read_comparison(request, row, last.annee) if last else (),
        points=points(None, conventions, annees, before, today),
        decisions=tuple(_decision(b, annees) for b in before),
    )
    return page, row, positions
