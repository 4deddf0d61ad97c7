"""A small data set, generated once."""

from pathlib import Path

import pytest

from deploy.demo.checks import Verification
from deploy.demo.generate import generate

SCALE = 0.05


@pytest.fixture(scope="session")
def demo_set(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Verification]:
    directory = tmp_path_factory.mktemp("demo") / "set"
    return directory, generate(directory, seed=2017, scale=SCALE)


@pytest.fixture(scope="session")
def demo_files(demo_set: tuple[Path, Verification]) -> Path:
    return demo_set[0]
