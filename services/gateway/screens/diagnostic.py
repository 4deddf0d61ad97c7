"""The territorial diagnosis: orientations against capacity, waiting times and orientations without an answer."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

from fastapi import Request

from services.gateway.catalogue.lecture import Compteur
from services.gateway.catalogue.mesures import exact, ratio
from services.gateway.counting import Counting
from services.gateway.pages.diagnostic import EPCIS, DiagnosticPage, EpciRow
from services.gateway.pages.exports import Fichier
from services.gateway.pages.formats import Absence, Valeur, nombre
from services.gateway.pages.models import situe
from services.gateway.pages.secrecy import Compte, as_known, hide
from services.gateway.pages.site import Adresse
from services.gateway.queries.epci import Demande, Offre, read_epcis
from services.gateway.reading import Reader
from services.gateway.screens.cadre import sources_freshness
from services.gateway.screens.indicateurs import Demande as Asked
from services.gateway.screens.indicateurs import filters_of, json_row, parameters_of
from shared.reference.files import UnknownCode
from shared.reference.territories import epci

NOMS = ("envoyees", "acceptees", "sans_reponse")
RESTE = "reste"
Cle = tuple[str, str, str, str | None]
"""A count, a département, an EPCI (empty for the whole département) and a type (None for all)."""


async def diagnostic_screen(
    request: Request, asked: Asked, years: Sequence[int]
) -> tuple[DiagnosticPage, dict[str, int]]:
    """Return the page of the diagnosis and the positions it was read at."""
    champ = asked.champ
    counting: Counting = request.app.state.counting
    comptage = await counting.read(champ, ("candidatures",))
    reader: Reader = request.app.state.reader
    reading = await reader.read(("intercommunalites", champ), partial(read_epcis, champ=champ))
    demandes, offres = reading.figures
    shown = reading.once("montres", lambda: hide_epcis(demandes, comptage.compteurs["candidatures"]))
    if champ.connu_le:
        shown = {key: as_known(count) for key, count in shown.items()}
    rows = [
        _row(offre, shown, champ.type) for offre in offres if asked.departement in (None, offre.departement)
    ]
    rows.sort(key=lambda row: (-_rank(row.pression), row.nom, row.departement))
    parameters = parameters_of(asked)
    page = DiagnosticPage(
        titre=f"Diagnostic de l'offre {situe(asked.nature, asked.code, asked.nom)} en {champ.annee}",
        nom=asked.nom,
        code=asked.code if asked.departement else f"region-{asked.region}",
        annee=champ.annee,
        type=champ.type,
        adresse=Adresse("/diagnostic", parameters),
        api=Adresse("/api/vues/v1/diagnostic", parameters).avec(),
        fraicheur=sources_freshness(request, champ.arret, None),
        filtres=filters_of(asked, list(years)),
        connu_le=champ.connu_le,
        lignes=tuple(rows),
        lecture=_read(rows),
    )
    return page, reading.positions


def hide_epcis(demandes: Sequence[Demande], compteur: Compteur) -> dict[Cle, Compte]:
    """Return the orientations by EPCI as they may be published, beside those of the départements.

    The whole of a département is published elsewhere: where it is hidden there, no sum of EPCI may give it back.
    """
    shown: dict[Cle, Compte] = {}
    for departement in sorted({d.departement for d in demandes}):  # no sum ties one to another
        shown |= _hide_departement([d for d in demandes if d.departement == departement], compteur)
    return shown


def _hide_departement(demandes: Sequence[Demande], compteur: Compteur) -> dict[Cle, Compte]:
    counts: dict[Cle, int | None] = {}
    lines: dict[Cle, list[Cle]] = {}
    inside: list[tuple[Cle, ...]] = []
    for d in demandes:
        values = {"envoyees": d.envoyees, "acceptees": d.acceptees, "sans_reponse": d.sans_reponse}
        values[RESTE] = d.envoyees - d.acceptees - d.sans_reponse
        for name, value in values.items():
            key = (name, d.departement, d.epci, d.type)
            counts[key] = value
            whole = (name, d.departement, "*", d.type)
            counts[whole] = (counts.get(whole) or 0) + value
            lines.setdefault(whole, []).append(key)
            if d.type is not None:
                lines.setdefault((name, d.departement, d.epci, None), []).append(key)
        inside.append(tuple((name, d.departement, d.epci, d.type) for name in values))
    secrets = [
        key
        for key in counts
        if key[2] == "*"
        and key[0] != RESTE
        and compteur.montres.get((key[0], (key[1], key[3]))) is Absence.SECRET
    ]
    sums = [*((total, *parts) for total, parts in lines.items()), *inside]
    return hide(counts, sums, secrets=secrets, fixes=[key for key in counts if key[2] == "*"])


def _row(offre: Offre, shown: dict[Cle, Compte], kind: str | None) -> EpciRow:
    sent, accepted, pending = (shown.get((name, offre.departement, offre.epci, kind), 0) for name in NOMS)
    return EpciRow(
        nom=nom_epci(offre.epci),
        code=offre.epci,
        departement=offre.departement,
        structures=offre.structures,
        etp=offre.etp,
        capacite=offre.capacite,
        postes=offre.postes,
        attente=offre.attente,
        orientations=sent,
        acceptees=accepted,
        sans_reponse=pending,
        pression=_pressure(sent, offre.etp),
    )


def _pressure(sent: Compte, etp: Decimal) -> Valeur:
    if sent is None or isinstance(sent, Absence):
        return sent
    found = ratio(sent, Fraction(etp))
    return found if isinstance(found, Absence) else exact(found)


def _rank(value: Valeur) -> Decimal:
    return Decimal(-1) if value is None or isinstance(value, Absence) else Decimal(value)


def nom_epci(code: str) -> str:
    """Return the name of an EPCI; its code when it is not held."""
    if not code:
        return "Commune sans intercommunalité connue"
    try:
        return epci(code).nom
    except UnknownCode:
        return code


def _read(rows: Sequence[EpciRow]) -> str:
    known = [row for row in rows if _rank(row.pression) >= 0]
    if not known:
        return ""
    top = known[0]
    silent = [row for row in rows if row.capacite is None]
    sentence = (
        f"La plus forte pression est à {top.nom} : {nombre(top.orientations)} orientations "
        f"pour {nombre(top.etp, 1)} ETP conventionnés."
    )
    if silent:
        sentence += f" {len(silent)} intercommunalité{'s' if len(silent) > 1 else ''} sur {len(rows)} ne déclare{'nt' if len(silent) > 1 else ''} aucune capacité."
    return sentence


def diagnostic_file(page: DiagnosticPage) -> Fichier:
    """Return the table as a file holds it."""
    return Fichier(
        "diagnostic",
        page.titre,
        EPCIS,
        page.lignes,
        page.nom,
        page.code,
        page.annee,
        page.type,
        page.fraicheur.arrete_le,
        page.connu_le,
    )


def diagnostic_body(page: DiagnosticPage, asked: Asked) -> dict[str, Any]:
    """Return the page as the API writes it."""
    return {
        "territoire": asked.territoire,
        "annee": page.annee,
        "type": page.type,
        "connu_le": page.connu_le.isoformat() if page.connu_le else None,
        "intercommunalites": [json_row(EPCIS, row) for row in page.lignes],
    }
