"""Progress of the load in the terminal: one bar per step."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from deploy.demo.load import Progress

LABELS = {
    "structures/structures": "Structures",
    "funding/annexes": "Annexes financières",
    "funding/enveloppes": "Enveloppes",
    "funding/cofinancements": "Cofinancements",
    "structures/conventions": "Conventions",
    "parcours/personnes": "Personnes",
    "parcours/contrats": "Contrats",
    "parcours/orientations": "Orientations",
    "parcours/declarations": "Déclarations mensuelles",
    "parcours/sorties": "Sorties",
    "funding/versements": "Versements",
    "funding/marches": "Clauses sociales",
    "structures/dossiers_cdiae": "Dossiers de CDIAE",
    "structures/fiches_de_poste": "Fiches de poste",
    "structures/plans": "Plan régional",
}


@contextmanager
def progress_bars(console: Console) -> Iterator[Progress]:
    """Yield what :func:`deploy.demo.load.load` calls as it advances; where there is no terminal, only the end shows."""
    columns = TextColumn("{task.description:24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Bars(*columns, console=console) as bars:
        tasks: dict[str, TaskID] = {}

        def on_progress(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(LABELS[step], total=total)
            bars.update(tasks[step], completed=done)

        yield on_progress
