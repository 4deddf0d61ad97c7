"""What the system says of processes: processor time and memory."""

import os
from pathlib import Path

TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """Return the processor time that a process has used, in seconds; 0 when it is gone."""
    fields = _fields(pid)
    return (int(fields[11]) + int(fields[12]) + int(fields[13]) + int(fields[14])) * TICK_S if fields else 0.0


def pss_mb(pid: int) -> float:
    """Return the memory of a process in MB, what it shares divided by those who share it; 0 when it is gone."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    (line,) = (line for line in text.splitlines() if line.startswith("Pss:"))
    return int(line.split()[1]) * 1024 / 1e6


def descendants(pid: int) -> list[int]:
    """Return a process and all those it started, directly or not."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").iterdir():
        if path.name.isdigit() and (fields := _fields(int(path.name))):
            children.setdefault(int(fields[1]), []).append(int(path.name))
    found = [pid]
    for parent in found:
        found += children.get(parent, [])
    return found


def _fields(pid: int) -> list[str]:
    """Return what follows the name of a process in its ``stat``."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
