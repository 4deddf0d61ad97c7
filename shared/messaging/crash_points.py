"""Places where a process may be made to die, for the fault campaigns; nothing happens unless one is armed.

``IAE_CRASH_POINT=<name>:<k>`` makes the process end at the k-th passage of a point, as ``kill -9`` would: no
``finally``, no flush, no closing of connections.
"""

import os

KILLED = 137
"""Exit code of a process that ``SIGKILL`` ended, as shells tell it."""


def _armed() -> dict[str, int]:
    name, _, passage = os.environ.get("IAE_CRASH_POINT", "").partition(":")
    return {name: int(passage)} if name else {}


_left = _armed()


def reach(name: str) -> None:
    """Pass a point; does not return from the passage that is armed."""
    if name in _left:
        _left[name] -= 1
        if _left[name] == 0:
            os._exit(KILLED)
