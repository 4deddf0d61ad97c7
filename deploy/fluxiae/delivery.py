"""Reading the files of a delivery together: at most one of each view, in whatever wrapping they come."""

from collections.abc import Iterable
from pathlib import Path

from deploy.fluxiae.archive import Unreadable, contents
from deploy.fluxiae.reader import Vue, WrongFile, read_vue
from deploy.fluxiae.records import read_annexes, read_structures, split_fdi
from deploy.fluxiae.registre import Livraison
from deploy.fluxiae.report import Report

VUES = ("Structure", "AnnexeFinanciere", "Salarie", "ContratMission", "EtatMensuelIndiv")

PATHWAYS = ("AnnexeFinanciere", "Salarie", "ContratMission", "EtatMensuelIndiv")
"""Views that the pathways read as they are."""


def read_delivery(paths: Iterable[Path], report: Report) -> Livraison:
    """Return what some files hold; a view that nothing takes yet is told.

    Raises
    ------
    WrongFile, Unreadable
        A file cannot be opened or read at all, a view comes twice, or none comes.
    """
    found: dict[str, tuple[str, Vue]] = {}
    for path in paths:
        try:
            data = path.read_bytes()
        except OSError as fault:
            raise Unreadable(f"{path} ne peut pas être lu : {fault.strerror}.") from fault
        for content in contents(path.name, data):
            if not _taken(content.name, content.data):
                report.warn(content.name, 0, "vue_ignoree", "Cette vue n'est pas encore reprise.")
                continue
            vue = read_vue(content.name, content.data, report)
            if vue.name in found:
                raise WrongFile(f"La vue {vue.name} est fournie deux fois : {content.name}.")
            found[vue.name] = (content.name, vue)
    if not found:
        raise WrongFile(f"Aucune des vues {', '.join(VUES)} n'est dans ces fichiers.")
    records = {name: found[name][1].records if name in found else () for name in VUES}
    posts, actions = split_fdi(records["AnnexeFinanciere"])
    return Livraison(
        read_structures(records["Structure"], report),
        read_annexes(posts, report),
        {file: vue.mark for file, vue in found.values()},
        {file: vue.day for file, vue in found.values()},
        actions,
        {name: records[name] for name in PATHWAYS},
    )


def _taken(name: str, data: bytes) -> bool:
    """Tell whether a file is a view that is read here, by its name or its first line; else it says what it is."""
    first = data[:200].removeprefix(b"\xef\xbb\xbf")
    named = first.startswith(b"DEB") or name.startswith("fluxIAE_")
    return (
        not named
        or any(first.startswith(f"DEB{vue}".encode()) and first[3 + len(vue) :][:1].isdigit() for vue in VUES)
        or any(name.startswith(f"fluxIAE_{vue}_") for vue in VUES)
    )
