"""The notebooks run without an error or a warning, show no case, and are stored as they were executed."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from drgsim import synthetic_cases

NOTEBOOKS = Path(__file__).resolve().parents[2] / "docs" / "notebooks"
NAMES = ("actuary", "analyst", "hospital", "valuation")
MOST_BYTES = 1_000_000
IDS = re.compile(r"\b[CP]20\d{11,}")  # case and patient ids of the synthetic province
MACHINE = re.compile(r"/(?:home|root|tmp|work|Users|usr|var)/|[A-Z]:\\|ipykernel_\d+|https?://\d")


@pytest.fixture(scope="module", params=NAMES)
def executed(request, tmp_path_factory):
    """A notebook executed afresh, as `docs/notebooks/run.py` does it for everybody."""
    folder = tmp_path_factory.mktemp(request.param)
    command = [sys.executable, str(NOTEBOOKS / "run.py"), request.param, "--out", str(folder)]
    done = subprocess.run(
        command, env=os.environ | {"PYTHONUTF8": "1"}, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return request.param, read(folder / f"{request.param}.ipynb")


@pytest.fixture(params=NAMES)
def stored(request):
    return read(NOTEBOOKS / f"{request.param}.ipynb")


def read(path):
    import nbformat  # a parser of addresses is built on import, in every worker that only collects

    return nbformat.read(path, as_version=4)


def outputs(notebook):
    return [output for cell in notebook.cells for output in cell.get("outputs", ())]


def shown(notebook):
    """Everything printed or displayed, pictures left out."""
    texts = []
    for output in outputs(notebook):
        texts.append(output.get("text", ""))
        texts += [text for kind, text in output.get("data", {}).items() if not kind.startswith("image/")]
    return "\n".join(texts)


def test_all_notebooks_are_known():
    assert sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb")) == sorted(NAMES)


def test_case_ids_would_be_recognised():
    cases = synthetic_cases(n=3, year=2025, seed=1)
    for name in ("case_id", "patient_id"):
        assert cases[name].str.fullmatch(IDS).all()


def kinds(notebook):
    return [[output.output_type for output in cell.get("outputs", ())] for cell in notebook.cells]


@pytest.mark.slow  # .ci/long executes them
def test_it_runs(executed):
    name, notebook = executed
    problems = [
        output
        for output in outputs(notebook)
        if output.output_type == "error" or output.get("name") == "stderr"
    ]
    assert problems == []
    assert not IDS.search(shown(notebook))
    assert not MACHINE.search(shown(notebook))
    kept = read(NOTEBOOKS / f"{name}.ipynb")
    assert [cell.source for cell in notebook.cells] == [cell.source for cell in kept.cells]
    assert kinds(notebook) == kinds(kept)


def test_what_is_stored_was_executed_in_order(stored):
    code = [cell for cell in stored.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert all(output.output_type != "error" and output.get("name") != "stderr" for output in outputs(stored))
    assert any("image/png" in output.get("data", {}) for output in outputs(stored))


def test_what_is_stored_shows_no_case_and_no_machine(stored):
    whole = shown(stored) + "\n".join(cell.source for cell in stored.cells)
    assert not IDS.search(whole)
    assert not MACHINE.search(whole)
    assert stored.metadata.kernelspec == {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    assert set(stored.metadata) == {"kernelspec", "language_info"}
    assert all(cell.metadata == {} for cell in stored.cells)


def test_prose_is_in_both_languages(stored):
    prose = [cell.source for cell in stored.cells if cell.cell_type == "markdown"]
    assert all(re.search(r"[一-鿿]", text) and re.search(r"[A-Za-z]{3}", text) for text in prose)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_stored_is_small(name):
    assert (NOTEBOOKS / f"{name}.ipynb").stat().st_size < MOST_BYTES
