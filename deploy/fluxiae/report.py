"""What a delivery has to tell, line by line: what was set aside and why, what was mended."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to tell of a file.

    Attributes
    ----------
    line
        Line of the file, from 1; 0 for the file as a whole.
    set_aside
        Whether the record goes nowhere; else it is only a warning.
    """

    file: str
    line: int
    code: str
    detail: str
    set_aside: bool = False


@dataclass
class Report:
    """All that a delivery has to tell, and the count of its records."""

    remarks: list[Remark] = field(default_factory=list)
    read: Counter[str] = field(default_factory=Counter)
    """Records by file: each is either sent on or set aside by one remark."""

    def warn(self, file: str, line: int, code: str, detail: str) -> None:
        """Tell something that stops nothing."""
        self.remarks.append(Remark(file, line, code, detail))

    def set_aside(self, file: str, line: int, code: str, detail: str) -> None:
        """Tell that a record goes nowhere, and why."""
        self.remarks.append(Remark(file, line, code, detail, set_aside=True))

    def count_aside(self, file: str) -> int:
        """Return how many records of a file go nowhere."""
        return sum(remark.set_aside and remark.file == file for remark in self.remarks)
