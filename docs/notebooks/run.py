"""Execute the notebooks in an empty folder and store them with what they printed.

    python docs/notebooks/run.py                      # all three, stored in place
    python docs/notebooks/run.py analyst --out DIR    # one, stored elsewhere

A warning ends a run as an error does. What is stored names no machine, no time and no version.
"""

import argparse
import os
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
NAMES = sorted(path.stem for path in HERE.glob("*.ipynb"))
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
SECONDS = 600  # a cell; only so that a run that hangs ends
# warnings of the notebook are errors; those of the kernel about itself are not the notebook's
STRICT = (
    "(lambda w: (w.simplefilter('error'), w.filterwarnings('ignore', module='ipykernel')))"
    "(__import__('warnings'))"
)
KERNEL_OPTIONS = [
    f"--IPKernelApp.exec_lines={STRICT}",
    "--IPKernelApp.log_level=40",
    "--HistoryManager.enabled=False",
]


def execute(name, target):
    """Execute one notebook and write it, outputs included, to `target`."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(HERE / f"{name}.ipynb", as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        for variable in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR"):
            os.environ[variable] = str(Path(folder) / variable.lower())
        work = Path(folder) / "work"
        work.mkdir()
        NotebookClient(
            notebook,
            timeout=SECONDS,
            kernel_name="python3",
            record_timing=False,
            coalesce_streams=True,  # whether two prints arrive as one depends on the moment
            resources={"metadata": {"path": str(work)}},
            extra_arguments=KERNEL_OPTIONS,
        ).execute()
    notebook.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    for number, cell in enumerate(notebook.cells, start=1):
        cell.id, cell.metadata = f"cell-{number:02d}", {}
    nbformat.validate(notebook)
    nbformat.write(notebook, target)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; default: all")
    parser.add_argument("--out", type=Path, default=HERE, help="folder to store in (default: in place)")
    asked = parser.parse_args()
    if unknown := sorted(set(asked.names) - set(NAMES)):
        parser.error(f"no notebook {', '.join(unknown)}; there are {', '.join(NAMES)}")
    for name in asked.names or NAMES:
        execute(name, asked.out / f"{name}.ipynb")


if __name__ == "__main__":
    main()
