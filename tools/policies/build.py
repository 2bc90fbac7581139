"""`python -m tools.policies.build [--reference DIR]`: write the schema, the cities and the weight tables.

Without a reference folder only what depends on our own files is built: the JSON Schema of policy documents.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from drgsim._paths import data_dir

from .cities import city_documents
from .schema import json_schema
from .weights import weight_tables


def build(reference: Path | None, target: Path) -> list[Path]:
    """Write what can be built below `target` (a folder like `data/`); returns the files written."""
    texts = {"policies/schema.json": json.dumps(json_schema(), ensure_ascii=False, indent=1) + "\n"}
    if reference is not None:
        texts |= {f"policies/cities/{name}": text for name, text in city_documents(reference).items()}
        texts |= {f"weights/{name}": text for name, text in weight_tables(reference).items()}
    for name, text in texts.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return [target / name for name in texts]


def main(argv: list[str] | None = None) -> int:
    """The command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.policies.build", description=__doc__)
    parser.add_argument("--reference", type=Path, help="the folder the tables were gathered in")
    parser.add_argument(
        "--target", type=Path, default=None, help="where to write (default: the shipped data)"
    )
    arguments = parser.parse_args(argv)
    files = build(arguments.reference, arguments.target or data_dir())
    sys.stdout.write(f"{len(files)} files written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
