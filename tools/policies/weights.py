"""The gathered weight tables in one form: group, name, weight, coefficient columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from drgsim._paths import data_path
from drgsim.policy.yaml_text import read_yaml


def weight_tables(reference: Path) -> dict[str, str]:
    """File name → CSV for every table of the recipe, rows by group, numbers as the source writes them."""
    recipe = read_yaml(data_path("policies", "recipes", "weights.yaml"))
    return {f"{name}.csv": _table(reference / plan["file"], plan["columns"]) for name, plan in recipe.items()}


def _table(path: Path, columns: Mapping[str, str]) -> str:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [
            {ours: row[theirs].strip() for theirs, ours in columns.items()} for row in csv.DictReader(file)
        ]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns.values()), lineterminator="\n")
    writer.writeheader()
    writer.writerows(sorted(rows, key=lambda row: row["group"]))
    return text.getvalue()
