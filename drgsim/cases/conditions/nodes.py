"""What a condition is made of, once parsed. Values have a kind; tests are true, false or unknown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["any", "first", "other", "all"]
Sign = Literal["=", "!=", "<", "<=", ">", ">="]
Bound = float | None


@dataclass(frozen=True, slots=True)
class Number:
    value: float


@dataclass(frozen=True, slots=True)
class Text:
    value: str


@dataclass(frozen=True, slots=True)
class Day:
    """A date, as days since 1970-01-01."""

    days: int


@dataclass(frozen=True, slots=True)
class Name:
    """A fact; `column` is what it is called in the columns: its name, or `name[key]`."""

    name: str
    kind: str
    key: str = ""
    values: tuple[str, ...] = ()  # of a band, lowest first
    blank_is_none: bool = False

    @property
    def column(self) -> str:
        return f"{self.name}[{self.key}]" if self.key else self.name


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`left` and `right` joined by +, -, * or /. A number; a date when days are added to one."""

    sign: str
    left: Value
    right: Value


@dataclass(frozen=True, slots=True)
class Call:
    """A function of numbers: min, max, abs, floor, ceil, year, month."""

    function: str
    arguments: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many of several tests hold: `count(a > 1, b in {x})`."""

    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Size:
    """How many codes of a row are in a set: `size(procedures in {39.95})`."""

    test: CodesIn


@dataclass(frozen=True, slots=True)
class Truth:
    value: bool


@dataclass(frozen=True, slots=True)
class Flag:
    name: Name


@dataclass(frozen=True, slots=True)
class Known:
    """Whether a fact is stated at all; never unknown itself."""

    name: Name


@dataclass(frozen=True, slots=True)
class Compared:
    """`a < b <= c`: each sign between its neighbours, all of them must hold."""

    values: tuple[Value, ...]
    signs: tuple[Sign, ...]


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high`, both inside unless `open_high`; None leaves an end out."""

    low: Bound
    high: Bound
    open_high: bool = False


@dataclass(frozen=True, slots=True)
class NumberIn:
    """A number or date inside one of several intervals."""

    value: Value
    intervals: tuple[Interval, ...]
    dates: bool = False


@dataclass(frozen=True, slots=True)
class TextIn:
    """A text that is one of several; one that ends in `*` stands for all that begin so."""

    value: Name
    words: tuple[str, ...]
    lists: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def all_words(self) -> tuple[str, ...]:
        return self.words + tuple(word for _, words in self.lists for word in words)


@dataclass(frozen=True, slots=True)
class CodesIn:
    """Whether the codes of a role are in a set of prefixes (`I10`), ranges (`F20-F29`) and lists."""

    value: Name
    role: Role
    words: tuple[str, ...]
    lists: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def all_words(self) -> tuple[str, ...]:
        return self.words + tuple(word for _, words in self.lists for word in words)


@dataclass(frozen=True, slots=True)
class Not:
    test: Test


@dataclass(frozen=True, slots=True)
class And:
    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Or:
    tests: tuple[Test, ...]


Value = Number | Text | Day | Name | Arithmetic | Call | Count | Size
Test = Truth | Flag | Known | Compared | NumberIn | TextIn | CodesIn | Not | And | Or
