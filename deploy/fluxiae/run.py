"""``iae importer fluxiae``: read a delivery, send its lines through the public import API, tell everything."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console

from deploy.demo.load import Gateway, parts
from deploy.fluxiae import financement, parcours
from deploy.fluxiae.archive import Unreadable
from deploy.fluxiae.delivery import read_delivery
from deploy.fluxiae.reader import WrongFile
from deploy.fluxiae.registre import ANNEXES, FICHES, SERVICE, Sent, registry_lines
from deploy.fluxiae.report import Remark, Report
from deploy.importer import NDJSON, print_refusals, send_content
from deploy.local.errors import StartRefused
from shared.client import open_client

EXPECTED = ("doublon", "hors_champ", "fdi_non_signee")
"""Records that any good delivery sets aside."""
ALARMING = ("fin_faux",)
"""Warnings that say that the file itself is not whole."""


async def import_fluxiae(
    address: str, secret: str, paths: Sequence[Path], console: Console, *, a_blanc: bool = False
) -> bool:
    """Read files of the ASP and send their lines; tell whether nothing was refused nor read with doubt.

    Parameters
    ----------
    a_blanc
        Read and report, send nothing.

    Raises
    ------
    StartRefused
        A file cannot be read at all.
    LoadFailed
        A service refuses a whole import, or does not answer.
    """
    report = Report()
    try:
        livraison = read_delivery(paths, report)  # once for the three services
        lines = list(registry_lines(livraison, report))
        money = list(financement.money_lines(livraison, report))
        pathways = list(parcours.pathway_lines(livraison, report))
    except (Unreadable, WrongFile) as fault:
        raise StartRefused(str(fault)) from fault
    _print_report(report, [*lines, *money, *pathways], console)
    sound = not any(
        remark.code in ALARMING or (remark.set_aside and remark.code not in EXPECTED)
        for remark in report.remarks
    )
    if a_blanc:
        return sound
    async with open_client(httpx.Timeout(60, connect=5), base_url=address) as client:
        gateway = Gateway(client, secret)
        known: dict[str, int] = {}
        for service, sent, natures in (
            (SERVICE, lines, (FICHES, ANNEXES)),
            (financement.SERVICE, money, (financement.ANNEXES, financement.ACTIONS)),
            (parcours.SERVICE, pathways, parcours.NATURES),
        ):
            for nature in natures:
                some = [line for line in sent if line.nature == nature]
                sound &= await _send(gateway, service, some, known, console)
    return sound


async def _send(
    gateway: Gateway, service: str, lines: Sequence[Sent], known: dict[str, int], console: Console
) -> bool:
    """Send the lines of one nature, tell the refused ones with their place in the file; tell whether all went in.

    ``known`` holds the positions that the jobs return: what a service decides waits for what the other wrote.
    """
    origins = {line.reference: line.record for line in lines}
    sound = True
    for content, _ in parts(line.content for line in lines):
        console.print(f"{lines[0].nature} :", highlight=False)
        parameters = {"nature": lines[0].nature}
        if seen := [f"{name}:{at}" for name, at in sorted(known.items()) if name != service]:
            parameters["au_moins"] = ",".join(seen)
        job, refused = await send_content(gateway, service, parameters, content, NDJSON, console)
        known |= {name: max(at, known.get(name, 0)) for name, at in job.get("positions", {}).items()}
        print_refusals([_placed(line, origins) for line in refused], console, limit=None)
        sound &= job["etat"] == "TERMINE" and not refused
    return sound


def _placed(refusal: dict[str, Any], origins: dict[str, Any]) -> dict[str, Any]:
    """Return a refusal with the line of the file of the ASP instead of that of the import."""
    record = origins.get(refusal.get("reference") or "")
    return refusal | {"ligne": f"{record.line} de {record.file}"} if record else refusal


def _print_report(report: Report, lines: Sequence[Sent], console: Console) -> None:
    def say(text: str) -> None:
        console.print(text, markup=False, highlight=False, soft_wrap=True)

    for file, read in report.read.items():
        aside = report.count_aside(file)
        records = (record for line in lines for record in (line.record, *line.others))
        sources = len({record.line for record in records if record.file == file})
        say(f"{file} : {read} enregistrements lus, {sources} repris, {aside} écartés.")
    for code, count in sorted(Counter(remark.code for remark in report.remarks).items()):
        say(f"  {code} : {count}")
    for remark in report.remarks:
        say(_sentence(remark))


def _sentence(remark: Remark) -> str:
    where = f"{remark.file}, ligne {remark.line}" if remark.line else remark.file
    verdict = "écartée" if remark.set_aside else "avertissement"
    return f"  {where}, {verdict} : {remark.code}. {remark.detail}"
