"""The planted defects can still be planted: their texts follow the code."""

import pytest

from tests.faults.defects import missing
from tests.faults.planted import DEFECTS, Defect


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_defect_can_be_planted(defect: Defect) -> None:
    assert missing(defect.changes) == []
