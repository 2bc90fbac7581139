"""All rules: those that ship, and those of own folders."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from .._damaged import read_text
from .._paths import data_path, is_dir
from ..errors import NotFoundError, nearest_name
from ..policy.yaml_text import loader, plain_yaml
from .audit_errors import AuditRuleError
from .packs import Rows, load_rows
from .rule import Parameter, Rule, rule_of


class Library(Sequence[Rule]):
    """Rules in the order of their files, and the published rows they take codes from.

    >>> Library.load()["drug-sex"].name.en
    'Drug for one sex only'
    """

    def __init__(self, rules: Iterable[Rule], rows: Rows) -> None:
        self.rules = tuple(rules)
        self.rows = rows
        self._by_id = {rule.id: rule for rule in self.rules}
        if len(self._by_id) != len(self.rules):
            doubled = sorted(
                {rule.id for rule in self.rules if [r.id for r in self.rules].count(rule.id) > 1}
            )
            raise AuditRuleError("two rules have one id", got=doubled)

    @classmethod
    def load(cls, *folders: str | Path, only_own: bool = False) -> Library:
        """The shipped rules with those of `folders`; an own rule of a shipped id takes its place.

        A folder holds `*.yaml` files of rules and folders of rows (`pack.toml`, `rows.csv`). Raises
        AuditRuleError, NotFoundError, FileFormatError.
        """
        for folder in folders:
            if not is_dir(folder):
                raise NotFoundError("no such folder of rules", got=str(folder))
        paths = tuple(Path(folder).resolve() for folder in folders)
        shipped = () if only_own else _rules_below(data_path("audit", "rules"))
        own = [rule for path in paths for rule in _rules_below(path)]
        taken = {rule.id for rule in own}
        return cls([*(rule for rule in shipped if rule.id not in taken), *own], load_rows(*paths))

    def __len__(self) -> int:
        return len(self.rules)

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            if key not in self._by_id:
                families = sorted({rule.family for rule in self.rules})
                raise NotFoundError(
                    "no such rule",
                    got=key,
                    nearest=list(self._by_id),
                    allowed=f"a rule of {', '.join(families)}",
                    do="drgsim audit rules list",
                )
            return self._by_id[key]
        return self.rules[key]

    def __contains__(self, key: object) -> bool:
        return key in self._by_id or key in self.rules

    def only(self, names: Iterable[str]) -> Library:
        """The rules of these ids or families. Raises NotFoundError."""
        names = list(names)
        families = {rule.family for rule in self.rules}
        for name in names:
            if name not in self._by_id and name not in families:
                known = [*self._by_id, *families]
                raise NotFoundError(
                    "no such rule or family", got=name, nearest=known, allowed=sorted(families)
                )
        return Library([r for r in self.rules if r.id in names or r.family in names], self.rows)

    def in_force(self, day: datetime.date | None) -> Library:
        """The rules that hold on a day."""
        return Library([rule for rule in self.rules if rule.in_force(day)], self.rows)

    def with_levers(self, values: dict[str, Any]) -> Library:
        """Other values for levers, each named `rule.lever`. Raises NotFoundError."""
        changed = dict(self._by_id)
        for path, value in values.items():
            name, dot, lever = path.rpartition(".")
            if not dot or name not in changed or lever not in changed[name].parameters:
                known = [f"{rule.id}.{each}" for rule in self.rules for each in rule.parameters]
                raise NotFoundError("no such lever", got=path, nearest=known, allowed="rule.lever")
            old = changed[name]
            was = old.parameters[lever]
            made = Parameter(value, was.zh, was.en, was.unit, "SV99", "assumed")
            changed[name] = replace(old, parameters={**old.parameters, lever: made})
        return Library(changed.values(), self.rows)


def _rules_below(folder: Path) -> tuple[Rule, ...]:
    stamp = tuple((path, path.stat().st_mtime_ns) for path in sorted(folder.glob("*.yaml")))
    return _parsed(stamp)


@lru_cache(maxsize=32)
def _parsed(files: tuple[tuple[Path, int], ...]) -> tuple[Rule, ...]:
    found = []
    for path, _ in files:
        text = read_text(path)
        loaded = plain_yaml(text, name=path.name)
        records = loaded.get("rules") if isinstance(loaded, dict) else loaded
        if not isinstance(records, list):
            raise AuditRuleError("a file of rules holds no list `rules:`", where=path.name)
        for number, record in enumerate(records):
            try:
                found.append(rule_of(record, file=path.name))
            except AuditRuleError as error:
                error.where = f"line {_line(text, number)}, {error.where}"
                raise
    return tuple(found)


def _line(text: str, number: int) -> int:
    """The line on which a record of a file of rules begins."""
    import yaml

    root = yaml.compose(text, Loader=loader())
    listed = root if isinstance(root, yaml.SequenceNode) else None
    if isinstance(root, yaml.MappingNode):
        listed = next((value for key, value in root.value if key.value == "rules"), None)
    return listed.value[number].start_mark.line + 1 if isinstance(listed, yaml.SequenceNode) else 1


def nearest(name: str, library: Library) -> str | None:
    """The id most like a name."""
    return nearest_name(name, [rule.id for rule in library])
