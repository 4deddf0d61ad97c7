"""Doubtful figures: which figure, on which page, what was said of it; and no personal data in any of it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

from sqlalchemy import RowMapping, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.gateway.tables import signalement, structure
from shared.access.callers import Caller
from shared.access.rights import Action, Decision, Target, may
from shared.reference.territories import departements, regions

PER_MINUTE = 5
"""Signalements of one address in a minute."""
PAGE = 50
SHORTEST, LONGEST = 10, 1_000
RECU = "RECU"
ETATS = {
    RECU: "reçu, réponse à venir", "CORRIGE": "chiffre corrigé", "CONFIRME": "chiffre confirmé",
    "SANS_SUITE": "sans suite",
}  # fmt: skip
REPONSES = {code: libelle for code, libelle in ETATS.items() if code != RECU}
PAGES = re.compile(
    r"/|/(regions|departements)/[0-9AB]{2,3}(/[a-z-]{1,30})?|/structures/[0-9a-f-]{36}(/[a-z-]{1,30})?"
    r"|/indicateurs/[A-Z]{3}-[0-9]{2}|/cdiae/[0-9AB]{2,3}/[0-9]{4}-[0-9]{2}-[0-9]{2}|/[a-z-]{1,30}"
)
FILTERS = ("annee", "type", "departement", "territoire", "connu_le", "mois")
"""What is kept of the filter of a page: no free text."""
VALUE = re.compile(r"[0-9A-Za-z:-]{1,20}")
NIR = re.compile(
    r"(?<!\d)[12378](?:[\s.-]?\d){4}[\s.-]?(?:\d[\s.-]?\d|2[\s.-]?[AB])(?:[\s.-]?\d){6}(?:[\s.-]?\d{2})?(?!\d)",
    re.IGNORECASE,
)
TELEPHONE = re.compile(r"(?<!\d)(?:(?:\+|00)33[\s.-]?\(?0?\)?|0)[\s.-]?[1-9](?:[\s.-]?\d{2}){4}(?!\d)")
COURRIEL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")


@dataclass(frozen=True, slots=True)
class Objet:
    """The figure in doubt: an indicator or a block, a page with its filter, the day its data stops."""

    bloc: str
    indicateur: str | None
    page: str
    arrete_le: date | None

    @property
    def departement(self) -> str | None:
        """Département that the page is about, when its address says so."""
        path, query = self._parts
        named = re.match(r"/(?:departements|cdiae)/([0-9AB]{2,3})", path)
        code = named[1] if named else query.get("departement") or query.get("territoire")
        return code if code in departements() else None

    @property
    def region(self) -> str | None:
        """Région that the page is about, when its address says so."""
        named = re.match(r"/regions/([0-9]{2})", self._parts[0])
        return named[1] if named and named[1] in regions() else None

    @property
    def _parts(self) -> tuple[str, dict[str, str]]:
        parts = urlsplit(self.page)
        return parts.path, dict(parse_qsl(parts.query))


def page_of(given: str) -> str:
    """Return the address of a page of ours with its filter; the home page when it is not one."""
    parts = urlsplit(given[:2_000])
    if parts.scheme or parts.netloc or not PAGES.fullmatch(parts.path):
        return "/"
    kept = [
        (name, value) for name, value in parse_qsl(parts.query) if name in FILTERS and VALUE.fullmatch(value)
    ]
    return f"{parts.path}?{urlencode(kept)}" if kept else parts.path


def personal(message: str) -> str | None:
    """Return what looks like personal data in a text, in words; None when nothing does."""
    for pattern, word in ((COURRIEL, "une adresse de courriel"), (NIR, "un numéro de sécurité sociale"),
                          (TELEPHONE, "un numéro de téléphone")):  # fmt: skip
        if pattern.search(message):
            return word
    return None


def wrong(message: str) -> str | None:
    """Return why a text cannot be kept, or None."""
    found = personal(message)
    if found:
        return f"Ce texte semble contenir {found}. Retirez-le : aucune donnée personnelle n'est gardée ici."
    if not SHORTEST <= len(message) <= LONGEST:
        return f"Écrivez entre {SHORTEST} et {LONGEST} caractères."
    return None


def may_answer(caller: Caller, row: Mapping[Any, Any]) -> bool:
    """Tell whether an agent answers of a figure: of its département, else of one of the region's."""
    if row["departement"]:
        concerned = [row["departement"]]
    else:
        concerned = [d.code for d in departements().values() if row["region"] in (None, d.code_region)]
    return any(
        may(caller, Action.REPONDRE_SIGNALEMENT, Target(departement=code)) is Decision.ACCORDE
        for code in concerned
    )


STRUCTURE_DEPARTEMENT = select(structure.c.departement)
LIST = text("""
    select * from signalement
    where (cast(:indicateur as text) is null or indicateur = :indicateur)
    order by recu_le desc, id limit :limit offset :offset
""")


async def keep(conn: AsyncConnection, identity: UUID, objet: Objet, message: str, now: datetime) -> None:
    """Keep a signalement; the same identity twice is one."""
    await conn.execute(
        insert(signalement)
        .values(
            id=identity,
            recu_le=now,
            objet=objet.bloc,
            indicateur=objet.indicateur,
            page=objet.page,
            region=objet.region,
            departement=objet.departement or await _departement_of_structure(conn, objet.page),
            arrete_le=objet.arrete_le,
            message=message,
            etat=RECU,
        )
        .on_conflict_do_nothing()
    )


async def _departement_of_structure(conn: AsyncConnection, page: str) -> str | None:
    named = re.match(r"/structures/([0-9a-f-]{36})", page)
    if named is None:
        return None
    try:
        query = STRUCTURE_DEPARTEMENT.where(structure.c.structure_id == UUID(named[1]))
    except ValueError:
        return None
    found: str | None = (await conn.execute(query)).scalar()
    return found


async def read_one(conn: AsyncConnection, identity: UUID) -> RowMapping | None:
    """Return a signalement."""
    return (await conn.execute(select(signalement).where(signalement.c.id == identity))).mappings().first()


async def read_list(conn: AsyncConnection, indicateur: str | None, page: int) -> Sequence[RowMapping]:
    """Return a page of signalements and the first of the next, latest first."""
    values = {"indicateur": indicateur, "limit": PAGE + 1, "offset": (page - 1) * PAGE}
    return (await conn.execute(LIST, values)).mappings().all()


async def answer(
    conn: AsyncConnection, identity: UUID, etat: str, reponse: str, by: str, now: datetime
) -> bool:
    """Write the answer to a signalement that has none; return whether it had none."""
    written = await conn.execute(
        update(signalement)
        .where(signalement.c.id == identity, signalement.c.etat == RECU)
        .values(etat=etat, reponse=reponse, repondu_le=now, repondu_par=by)
    )
    return written.rowcount == 1
