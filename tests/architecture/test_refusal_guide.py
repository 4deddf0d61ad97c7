import subprocess
import sys

from deploy.refusals import GUIDE


def test_the_page_of_the_refusal_codes_says_what_the_classes_say() -> None:
    # In a process of its own: other tests load other services, whose refusals share the same base.
    said = subprocess.run(
        [sys.executable, "-c", "from deploy.refusals import guide; print(guide(), end='')"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert GUIDE.read_text(encoding="utf-8") == said, "run python -m deploy.refusals"
