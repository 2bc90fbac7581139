"""`FundScenario`: what is asked: assumptions stated and levers moved, each with its day."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .._paths import data_path, is_file
from ..errors import DrgsimError, FileFormatError
from ..policy.library import located
from ..policy.policy_errors import Mistake, as_text, shown
from ..policy.yaml_text import plain_yaml, read_yaml
from .assumptions import checked, parameters
from .draws import Dated
from .fund_errors import FundError
from .lever import Use, levers

BASELINE = "baseline"
FIELDS = ("drgsim_fund_scenario", "id", "title", "note", "changes")


@dataclass(frozen=True, eq=False)
class FundScenario:
    """Changes against what is expected, in the order they were stated; each is one bar of the waterfall.

    `stated` are assumptions (absolute, from their day on), `uses` are levers (0 changes nothing).

    Attributes
    ----------
    id, title : str, {"zh": …, "en": …}
    stated : mapping of assumption to dated values
    uses : mapping of lever to its amounts
    order : tuple of names, as they were stated

    Examples
    --------
    >>> FundScenario.of("resident_premium@2027=20").id
    'resident_premium=20@2027'
    >>> "premium-20" in FundScenario.available()
    True
    >>> scenario = FundScenario.of("premium-20")
    >>> scenario.to_document()["changes"], scenario.up_to(0).order
    ({'resident_premium': {'2027-01-01': 20.0}}, ())
    """

    id: str
    title: Mapping[str, str]
    stated: Mapping[str, Dated]
    uses: Mapping[str, Use]
    order: tuple[str, ...]

    @classmethod
    def baseline(cls) -> FundScenario:
        """The scenario that changes nothing.

        Examples
        --------
        >>> FundScenario.baseline().order
        ()
        """
        return cls(BASELINE, {"zh": "基线", "en": "baseline"}, {}, {}, ())

    @classmethod
    def available(cls) -> tuple[str, ...]:
        """Ids of the shipped scenarios, each a question a bureau asks."""
        return tuple(sorted(path.stem for path in data_path("fund", "scenarios").glob("*.yaml")))

    @classmethod
    def of(cls, stated: Any, *, id: str | None = None) -> FundScenario:
        """A scenario; a shipped id; a YAML file; a mapping of names to values, or a whole document; or
        assignments `name=value`, `name@2027=value`, joined by commas.

        Raises FundError (unknown names, values out of bounds), FileFormatError, NotFoundError.

        Parameters
        ----------
        stated : FundScenario, str, Path or mapping
        id : str, optional
            its name; else made of what is stated
        """
        if isinstance(stated, FundScenario):
            return stated
        if isinstance(stated, Path) or (isinstance(stated, str) and "=" not in stated):
            return cls._read(stated)
        if isinstance(stated, str):
            changes = assignments(stated)
            document: dict[str, Any] = {"changes": changes}
        elif isinstance(stated, Mapping):
            document = dict(stated) if "changes" in stated else {"changes": dict(stated)}
        else:
            raise FundError(
                "not a scenario", got=type(stated).__name__,
                allowed="a shipped id, a YAML file, {name: value}, or name=value",
            )  # fmt: skip
        unknown = [name for name in document if name not in FIELDS]
        if unknown:
            raise FileFormatError(
                "a scenario has an unknown field", got=unknown[0], allowed=FIELDS, nearest=FIELDS
            )
        return cls._of_changes(document, id)

    @classmethod
    def _of_changes(cls, document: Mapping[str, Any], id: str | None) -> FundScenario:
        changes = document["changes"]
        if not isinstance(changes, Mapping):
            raise FileFormatError("changes of a scenario are names with values", got=type(changes).__name__)
        settings: dict[str, dict[str, Any]] = {}
        plain: dict[str, Any] = {}
        for name, value in changes.items():
            head, _, rest = str(name).partition(".")
            if name in parameters() or not rest or head not in levers():
                plain[str(name)] = value
            else:
                settings.setdefault(head, {})[rest] = value
        stated: dict[str, Dated] = {}
        uses: dict[str, Use] = {}
        for name, value in plain.items():
            if name in levers():
                uses[name] = Use.of(name, value, settings.pop(name, {}))
            elif name in parameters():
                stated[name] = Dated.of(value, name=name)
                for number in stated[name].values():
                    checked(name, number)
            else:
                names = [*levers(), *parameters()]
                raise FundError("no such lever or assumption", got=name, nearest=names, allowed=sorted(names))
        if settings:
            raise FundError("settings of a lever that is not moved", got=sorted(settings))
        problems: list[Mistake] = []
        ident = id or as_text(document.get("id"), "id", problems) or _named(plain)
        given = document.get("title") or ident
        texts = given if isinstance(given, Mapping) else {"zh": given, "en": given}
        title = {key: as_text(text, f"title.{key}", problems) for key, text in texts.items()}
        if {*title} - {"zh", "en"}:
            problems.append(Mistake("title", "not a title", shown(given), "zh and en, or one text for both"))
        if (version := document.get("drgsim_fund_scenario", 1)) != 1 or isinstance(version, bool):
            problems.append(
                Mistake("drgsim_fund_scenario", "a form this drgsim does not know", shown(version), "1")
            )
        as_text(document.get("note"), "note", problems)
        if problems:
            first = problems[0]
            got = f"{first.path}: {first.got!r}"
            raise FileFormatError(first.message, got=got, allowed=first.allowed)
        one = title.get("zh") or title.get("en") or ident
        title = {key: title.get(key) or one for key in ("zh", "en")}
        return cls(ident, title, stated, uses, tuple(plain))

    @classmethod
    def _read(cls, word: str | Path) -> FundScenario:
        path = Path(word)
        if not is_file(path):
            if str(word) == BASELINE:
                return cls.baseline()
            if str(word) not in cls.available():
                raise FundError(
                    "no such scenario: not shipped, and no file of that name", got=str(word),
                    allowed=cls.available(), nearest=cls.available(),
                )  # fmt: skip
            path = data_path("fund", "scenarios", f"{word}.yaml")
        document = read_yaml(path)
        whole = document if "changes" in document else {"changes": document, "id": path.stem}
        try:
            return cls.of(whole)
        except (FundError, FileFormatError) as error:
            error.where = f"{path.name}{_line(whole['changes'], document, error)}"
            raise

    def to_document(self) -> dict[str, Any]:
        """A document that `of` reads back."""
        changes: dict[str, Any] = {}
        for name in self.order:
            if name in self.uses:
                changes[name] = self.uses[name].amount.to_plain()
                used = self.uses[name]
                changes |= {f"{name}.{key}": each.to_plain() for key, each in used.settings.items()}
            else:
                changes[name] = self.stated[name].to_plain()
        return {"drgsim_fund_scenario": 1, "id": self.id, "title": dict(self.title), "changes": changes}

    def up_to(self, count: int) -> FundScenario:
        """The scenario with its first `count` changes alone."""
        order = self.order[:count]
        return FundScenario(
            f"{self.id}[{count}]", self.title,
            {name: each for name, each in self.stated.items() if name in order},
            {name: each for name, each in self.uses.items() if name in order}, order,
        )  # fmt: skip

    def adding(self, name: str, value: Any) -> FundScenario:
        """With one more change; one of the same name is replaced.

        Parameters
        ----------
        name : str
            a lever or an assumption
        value : number, or {year or day: number}
            in the unit of the lever

        Raises
        ------
        FundError
            for a name that is none, or a value out of its bounds.

        Examples
        --------
        >>> FundScenario.baseline().adding("resident_premium", 20).order
        ('resident_premium',)
        """
        document = self.to_document()
        changes = {**document["changes"], name: value}
        return FundScenario.of({**document, "changes": changes}, id=f"{self.id}+{name}")

    def __repr__(self) -> str:
        return f"FundScenario {self.id}: {json.dumps(self.to_document()['changes'], ensure_ascii=False)}"


def assignments(text: str) -> dict[str, Any]:
    """`name=value` or `name@day=value`, several joined by commas.

    >>> assignments("resident_premium@2027=20,resident_premium@2029=40")
    {'resident_premium': {'2027': 20, '2029': 40}}

    Raises FundError for what is not of that form.
    """
    found: dict[str, Any] = {}
    for part in text.split(","):
        name, equals, value = part.strip().partition("=")
        name, at, since = name.strip().partition("@")
        try:
            number = plain_yaml(value, name="value") if equals else None
        except FileFormatError:
            number = None
        if isinstance(number, bool) or not isinstance(number, int | float) or not name:
            raise FundError("not an assignment", got=part, allowed="name=number or name@2027=number")
        if not at:
            found[name] = number
        elif isinstance(found.get(name), dict):
            found[name][since] = number
        else:
            found[name] = {since: number}
    return found


def _line(changes: Any, document: Mapping[str, Any], error: DrgsimError) -> str:
    """Where the fault stands: the first change that is refused alone, else the field that the error names."""
    named = isinstance(changes, Mapping)
    suspect = str(error.got).partition(":")[0] if named else "changes"
    for name in changes if named else ():
        try:
            FundScenario.of({"changes": {name: changes[name]}})
        except DrgsimError:
            suspect = f"changes.{name}" if "changes" in document else str(name)
            break
    line = located([Mistake(suspect, "")], getattr(document, "text", ""))[0].line
    return "" if line is None else f", line {line}"


def _named(changes: Mapping[str, Any]) -> str:
    words = []
    for name, value in changes.items():
        if isinstance(value, Mapping):
            words += [f"{name}={number}@{since}" for since, number in value.items()]
        else:
            words.append(f"{name}={value}")
    return ",".join(words) or BASELINE
