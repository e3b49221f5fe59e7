"""Golden files of paper. They change only by ``pytest tests/core/printing --update-golden``."""

from pathlib import Path

import pytest

GOLDEN = Path(__file__).parents[2] / "golden" / "printing"


def pytest_addoption(parser):
    parser.addoption(
        "--update-golden",
        action="store_true",
        default=False,
        help="write the golden files of the printing tests instead of comparing with them",
    )


@pytest.fixture
def golden(request):
    """``golden(name, text)``: the text must be that of the golden file."""
    update = request.config.getoption("--update-golden", default=False)

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        assert text == path.read_text(encoding="utf-8"), f"{name} differs from what is printed"

    return compare


@pytest.fixture
def seed():
    """``seed(name)``: the bytes of an example of the document the print language comes from."""
    return lambda name: (GOLDEN / "seed" / name).read_bytes()
