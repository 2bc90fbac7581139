"""A catalogue as a folder of text: read, written, and fingerprinted."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Callable, Iterable
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

from .._atomic import scratch, together
from .._damaged import read_toml
from .._paths import data_path, is_file
from ..errors import FileFormatError, NotFoundError
from . import catalogue_tables as tables
from .check import findings
from .dip_errors import DipCatalogueError, DipCatalogueWarning
from .expressions import Pattern
from .model import AnyCatalogue, CatalogueRecord

META = "catalogue.toml"
_META_FIELDS = (
    "id",
    "title",
    "title_zh",
    "version",
    "region",
    "rules",
    "score_base",
    "valid_from",
    "valid_to",
    "trust",
    "source",
    "notes",
)
_SHOWN = 12  # problems a message lists before it only counts the rest


def published() -> tuple[str, ...]:
    """Names of the shipped catalogues."""
    folders = (path.parent.name for path in data_path("dip", "catalogues").glob(f"*/{META}"))
    return tuple(sorted(name.replace("_", ".") for name in folders))  # a folder's name has no dot


def folder_of(source: str | Path) -> Path:
    """The folder of a catalogue, given itself or by the name of a shipped one. NotFoundError for neither."""
    folder = Path(source)
    if not is_file(folder / META):
        if str(source) not in published():
            raise NotFoundError(
                "no such DIP catalogue",
                got=str(source),
                allowed=published(),
                nearest=published(),
                do=f"give the name of a shipped catalogue, or a folder that holds {META}",
            )
        folder = data_path("dip", "catalogues", str(source).replace(".", "_"))
    return folder


def rules_of(catalogue: CatalogueRecord | str | Path) -> str:
    """The name of the rule set that a catalogue, or one named, is for. NotFoundError where there is none."""
    if isinstance(catalogue, str | Path):
        return str(_read_meta(folder_of(catalogue) / META).get("rules", "base"))
    return catalogue.rules


def load(make: type[AnyCatalogue], source: str | Path, *, strict: bool) -> AnyCatalogue:
    """The catalogue in a folder, or a shipped one by name, made of the class given."""
    folder = folder_of(source)
    problems: list[str] = []
    catalogue = _read(make, folder, problems)
    settle(catalogue, problems, where=str(source), strict=strict)
    return catalogue


def load_same(
    make: type[AnyCatalogue], source: str | Path, *, strict: bool, same: Callable[[], bool]
) -> AnyCatalogue:
    """As `load`, once more. DipCatalogueError when the files are no longer the `same`."""
    catalogue = load(make, source, strict=strict)
    if not same():
        raise DipCatalogueError(
            "the files of a catalogue have changed since its grouper was made",
            got=catalogue.id,
            do="make the grouper anew",
        )
    return catalogue


def settle(
    catalogue: CatalogueRecord,
    problems: Iterable[str],
    *,
    where: str,
    strict: bool,
    doubtful: Iterable[str] = (),
) -> None:
    """Raise for what makes a catalogue unusable; raise or warn for what is only doubtful.

    `problems` and `doubtful` are what the reader found, beside what the check of the catalogue finds.
    """
    found = findings(catalogue)
    errors = [*problems, *(str(finding) for finding in found if finding.severity == "error")]
    doubts = [*doubtful, *(str(finding) for finding in found if finding.severity == "doubt")]
    if errors or (strict and doubts):
        every = (*errors, *doubts)
        error = DipCatalogueError(
            f"the DIP catalogue has {len(every)} problems: " + listed(every),
            where=where,
            do="correct the tables" if errors else "correct the tables, or load with strict=False",
        )
        error.problems = every
        raise error
    if doubts:
        warnings.warn(
            f"{where}: {len(doubts)} doubtful entries: {listed(doubts)}", DipCatalogueWarning, stacklevel=4
        )


def listed(problems: Iterable[str]) -> str:
    """The first problems, and how many more there are."""
    problems = list(problems)
    more = len(problems) - _SHOWN
    return " | ".join(problems[:_SHOWN]) + (f" | and {more} more" if more > 0 else "")


def save(catalogue: CatalogueRecord, folder: Path, beside: Callable[[Path], None] | None = None) -> Path:
    """Write every table; a table left from an earlier save that is now empty goes. `beside` writes more into
    the folder it is called with: all of it is there, or none."""
    with together(folder) as part:
        (part / META).write_text(_meta_text(catalogue), encoding="utf-8")
        for table, records in _records_of(catalogue):
            table.write(part, records)
        if beside is not None:
            beside(part)
        for table, _ in _records_of(catalogue):  # the disk was not full: what goes now goes for good
            if not (part / table.file).exists():
                (folder / table.file).unlink(missing_ok=True)
    return folder


def fingerprint(catalogue: CatalogueRecord) -> str:
    """SHA-256 over the saved form."""
    digest = hashlib.sha256()
    with scratch() as folder:
        for path in sorted(save(catalogue, folder).iterdir()):
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _read(make: type[AnyCatalogue], folder: Path, problems: list[str]) -> AnyCatalogue:
    meta = _read_meta(folder / META)

    def mapped(table: tables.Table, key: str, value: Callable[[Any], Any] = lambda record: record) -> Any:
        records = table.read(folder, problems)
        found: dict[str, Any] = {}
        for record in records:
            name = getattr(record, key)
            if name in found:
                problems.append(f"{table.file}: {key} {name!r} is doubled")
            found.setdefault(name, value(record))
        return found

    return make(
        **meta,
        types=mapped(tables.TYPES, "code"),
        keys=tuple(tables.KEYS.read(folder, problems)),
        excluded_diagnoses=mapped(tables.EXCLUDED_DIAGNOSES, "code", lambda record: record.label),
        excluded_procedures=mapped(tables.EXCLUDED_PROCEDURES, "code"),
        auxiliary_classes=mapped(tables.AUXILIARY_CLASSES, "name"),
        auxiliary=tuple(tables.AUXILIARY.read(folder, problems)),
        diagnosis_facts=tables.gather_facts(tables.DIAGNOSIS_FACTS.read(folder, problems), problems),
        complications=mapped(tables.COMPLICATIONS, "code"),
        exclusion_lists=_gather_lists(tables.EXCLUSION_LISTS.read(folder, problems)),
        procedure_facts=mapped(tables.PROCEDURE_FACTS, "code"),
        crosswalk=mapped(tables.CROSSWALK, "cases", lambda record: record.catalogue),
        hospital_coefficients=mapped(tables.COEFFICIENTS, "level", lambda record: record.coefficient),
        level_means=tuple(tables.LEVEL_MEANS.read(folder, problems)),
        primary_care=tuple(tables.PRIMARY_CARE.read(folder, problems)),
        comorbidity_classes=tuple(tables.COMORBIDITY_CLASSES.read(folder, problems)),
        extra_codes=mapped(tables.EXTRA_CODES, "code", lambda record: record.label),
    )


def _read_meta(path: Path) -> dict[str, Any]:
    meta = read_toml(path)
    unknown = set(meta) - set(_META_FIELDS)
    if unknown or not {"id", "title"} <= set(meta):
        raise FileFormatError(
            f"{META} states id and title, and nothing it may not",
            got=sorted(meta),
            allowed=_META_FIELDS,
            where=str(path),
        )
    meta["notes"] = tuple(meta.get("notes", ()))
    return meta


def _gather_lists(rows: Iterable[tables.ListedDiagnosis]) -> dict[str, tuple[Pattern, ...]]:
    lists: dict[str, list[Pattern]] = {}
    for row in rows:
        lists.setdefault(row.list, []).extend(row.diagnosis)
    return {name: tuple(patterns) for name, patterns in lists.items()}


def _records_of(catalogue: CatalogueRecord) -> list[tuple[tables.Table, Iterable[Any]]]:
    facts = [
        row
        for fact in catalogue.diagnosis_facts.values()
        for row in (
            *([] if fact.default is None else [tables.FactRow(fact.name, fact.scope, (), fact.default)]),
            *(tables.FactRow(fact.name, fact.scope, (pattern,), value) for pattern, value in fact.values),
        )
    ]
    return [
        (tables.TYPES, catalogue.types.values()),
        (tables.KEYS, catalogue.keys),
        (
            tables.EXCLUDED_DIAGNOSES,
            [tables.NamedCode(*item) for item in catalogue.excluded_diagnoses.items()],
        ),
        (tables.EXCLUDED_PROCEDURES, catalogue.excluded_procedures.values()),
        (tables.AUXILIARY_CLASSES, catalogue.auxiliary_classes.values()),
        (tables.AUXILIARY, catalogue.auxiliary),
        (tables.DIAGNOSIS_FACTS, facts),
        (tables.COMPLICATIONS, catalogue.complications.values()),
        (
            tables.EXCLUSION_LISTS,
            [
                tables.ListedDiagnosis(name, (pattern,))
                for name, patterns in catalogue.exclusion_lists.items()
                for pattern in patterns
            ],
        ),
        (tables.PROCEDURE_FACTS, catalogue.procedure_facts.values()),
        (tables.CROSSWALK, [tables.CrosswalkRow(*item) for item in catalogue.crosswalk.items()]),
        (
            tables.COEFFICIENTS,
            [tables.CoefficientRow(*item) for item in catalogue.hospital_coefficients.items()],
        ),
        (tables.LEVEL_MEANS, catalogue.level_means),
        (tables.PRIMARY_CARE, catalogue.primary_care),
        (tables.COMORBIDITY_CLASSES, catalogue.comorbidity_classes),
        (tables.EXTRA_CODES, [tables.NamedCode(*item) for item in catalogue.extra_codes.items()]),
    ]


def _meta_text(catalogue: CatalogueRecord) -> str:
    defaults = {item.name: item.default for item in fields(catalogue)}
    lines = []
    for name in _META_FIELDS:
        value = getattr(catalogue, name)
        if name in ("id", "title") or value != defaults[name]:
            lines.append(f"{name} = {_toml(value)}")
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
