"""Answers to orientations as a file: the orientations that wait, to fill in a spreadsheet, and the lines to send."""

import re
from collections.abc import Sequence
from typing import Any

import orjson

from services.gateway.pages.saisie import OrientationRow
from services.gateway.projections.structures import plain
from services.gateway.screens.saisie import MOTIFS_REFUS
from services.gateway.screens.tableur import LigneLue, read_table, write_table

ORIENTATION, REPONSE, MOTIF = "Orientation", "Réponse", "Motif du refus"
EMBAUCHE, CONTRAT = "Date d'embauche", "Contrat"
INTITULES = (
    ORIENTATION, "Personne", "Orientée le", "Par", "Répondre avant le", REPONSE, MOTIF, EMBAUCHE, CONTRAT,
)  # fmt: skip
"""Headings of the file; the person and the sender are there to read, and are not read back."""
REPONSES = {"accepter": "accept", "refuser": "refuse", "reporter": "postpone"}
MOTIFS = {plain(libelle): code for code, libelle in MOTIFS_REFUS.items()}


def answers_file(rows: Sequence[OrientationRow]) -> bytes:
    """Return the orientations that wait, one a line, the answer left to fill."""
    return write_table(
        INTITULES,
        (
            (
                row.href.rpartition("/")[2], row.intitule, row.date_orientation, row.prescripteur, row.limite or "",
                "", "", "", "",
            )
            for row in rows
        ),
    )  # fmt: skip


def answers_of(content: bytes) -> bytes:
    """Return the decisions that a filled file says, one at the number of its line; a line without answer says nothing.

    A word that is none of ours is sent as it is: the service refuses it, with the number of the line.

    Raises
    ------
    FichierIllisible
    """
    by_number = {line.numero: _decision(line) for line in read_table(content, (ORIENTATION, REPONSE))}
    last = max(by_number, default=0)
    return b"\n".join(by_number.get(number, b"") for number in range(1, last + 1))


def _decision(line: LigneLue) -> bytes:
    word = line.lire(REPONSE)
    if not word:
        return b""
    transition, motif = REPONSES.get(plain(word), word), line.lire(MOTIF)
    said: dict[str, Any] = {"candidature": line.lire(ORIENTATION), "transition": transition}
    if motif:
        said["motif_refus"] = MOTIFS.get(plain(motif), motif)
    if line.lire(EMBAUCHE):
        said["date_embauche"] = line.jour(EMBAUCHE)
    if line.lire(CONTRAT):
        said["contrat"] = line.lire(CONTRAT)
    # A resend of the same answer is the same line; a later answer to the same orientation is another.
    detail = said.get("date_embauche") or said.get("motif_refus") or said.get("contrat") or ""
    reference = re.sub(r"[^\w./:-]+", "-", f"{said['candidature']}:{transition}:{detail}")
    return orjson.dumps(said | {"reference": reference[:80]})
