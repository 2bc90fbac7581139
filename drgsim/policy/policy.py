"""A policy on a day: the rules by which cases are paid, each value dated and sourced."""

from __future__ import annotations

import datetime
import hashlib
import json
import warnings
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from ..errors import ArgumentError
from .dated_scheme import DatedScheme, Scheme
from .diff import PolicyDiff, differences
from .document import Document, document_yaml, refuse
from .entries import read_day, steps
from .library import load_document, missing, over
from .parameter_values import to_plain
from .parameters import catalogue
from .policy_errors import PolicyDateWarning
from .policy_on_day import PolicyOnDay
from .reading import Reading
from .reform import reformed

# parameters that no stay's price or bill reads, but only the settlement of a period
_SETTLING = ("settlement.", "cross_region.prepayment.")


class Policy(PolicyOnDay):
    """The rules of a region on one day.

    Read it by path (`policy["outlier.high.method"]`), by case (`policy.column(...)`) or as text
    (`print(policy)`). A policy never changes: `at` and `reform` return another one.

    Parameters
    ----------
    document : Document
        as `load` reads it
    on : date or ISO text, optional
        the day its values are read for

    Examples
    --------
    >>> policy = Policy.load("national-drg-rate", on="2025-06-30")
    >>> policy.method, policy["outlier.high.method"]
    ('drg_rate', 'by_item')
    >>> policy.reform({"outlier.high.threshold": 2.5}).number("outlier.high.threshold", level=3)
    2.5
    >>> policy.at("2026-01-01").on.isoformat()
    '2026-01-01'
    >>> policy.including("beijing-new-technology").diff(policy) is not None
    True
    >>> policy.show().splitlines()[0], policy.to_yaml().splitlines()[0]
    ('全国通用 DRG 费率法 National default, DRG by base rate (national-drg-rate)', 'drgsim_policy: 1')
    """

    def __init__(self, document: Document, *, on: datetime.date | str | None = None) -> None:
        day = document.valid_to if on is None else read_day(on)
        if day is None:
            raise ArgumentError("not a day", got=on, allowed="a date, or text YYYY-MM-DD")
        if not document.valid_from <= day <= document.valid_to:
            warnings.warn(
                f"the rules of {document.id} are known from {document.valid_from} to {document.valid_to}; "
                f"{day} is outside, the nearest ones are used",
                PolicyDateWarning,
                stacklevel=3,
            )
        self.document = document
        self.on = day

    @classmethod
    def load(
        cls,
        source: str | Path | Mapping[str, Any],
        *,
        on: datetime.date | str | None = None,
        as_of: datetime.date | str | None = None,
    ) -> Policy:
        """A policy from a shipped id, a YAML file or a mapping of the same form.

        `on` is the day its values are read for; without it, the last day the rules are known to hold. `as_of`
        is the day of knowing: values that became known later (`known:`) are left out.
        Raises NotFoundError, FileFormatError, or PolicyError with every problem of the document; warns
        (PolicyDateWarning) about a day outside its validity.

        Parameters
        ----------
        source : str, Path or mapping
        on : date or ISO text, optional
        as_of : date or ISO text, optional

        Examples
        --------
        >>> Policy.load("national-dip").method
        'dip'
        """
        known = None if as_of is None else read_day(as_of)
        if as_of is not None and known is None:
            raise ArgumentError("not a day", got=as_of, allowed="a date, or text YYYY-MM-DD")
        return cls(load_document(source, as_of=known), on=on)

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the rules: method, scheme and every dated value that is not the neutral default.

        Titles, notes, sources and spelling do not enter: equal rules have equal hashes.
        """
        rules = {
            "method": self.method,
            "scheme": _plain_scheme(self.document.scheme),
            "parameters": {
                path: [[str(since), to_plain(value)] for since, value in steps(timeline)]
                for path, timeline in sorted(self.document.parameters.items())
                if any(dated.value != catalogue()[path].default for dated in timeline)
            },
        }
        if self.document.rules:
            rules["rules"] = [rule.meaning() for rule in self.document.rules]
            rules["lists"] = {name: list(words) for name, words in sorted(self.document.lists.items())}
        text = json.dumps(rules, default=str, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def at(self, day: datetime.date | str) -> Policy:
        """The same document on another day."""
        return Policy(self.document, on=day)

    def changes(
        self, start: datetime.date, stop: datetime.date, *, pricing: bool = False
    ) -> tuple[datetime.date, ...]:
        """The days after `start` and up to `stop` on which some value really changes.

        `pricing` asks only for values that price or bill a case: what the settlement of the year reads
        (quotas of money, retention, cash) does not split it.

        Examples
        --------
        >>> import datetime
        >>> from drgsim import Policy
        >>> policy = Policy.load("national-drg-rate", on="2025-06-30")
        >>> policy.changes(datetime.date(2020, 1, 1), datetime.date(2020, 12, 31))
        ()
        """
        days = {
            since
            for path, timeline in self.document.parameters.items()
            if not (pricing and path.startswith(_SETTLING))
            for since, _ in steps(timeline)[1:]
        }
        for rule in self.document.rules:
            if not rule.by and rule.valid_from is not None:
                days.add(rule.valid_from)
            if not rule.by and rule.valid_to is not None and rule.valid_to < datetime.date.max:
                days.add(rule.valid_to + datetime.timedelta(1))
        if isinstance(self.document.scheme, DatedScheme):
            days.update(self.document.scheme.changes)
        return tuple(sorted(day for day in days if start < day <= stop))

    def reading(self) -> Reading:
        """A reader of this policy that remembers which parameters were read.

        Examples
        --------
        >>> from drgsim import Policy
        >>> policy = Policy.load("national-drg-rate", on="2025-06-30")
        >>> reader = policy.reading()
        >>> reader.number("outlier.high.threshold", level=3), sorted(reader.used)
        (3.0, ['outlier.high.threshold'])
        """
        return Reading(self.in_force)

    def reform(self, changes: Mapping[str, Any]) -> Policy:
        """This policy with some values replaced.

        `changes` maps a path to a value, which then holds on every day, or to `{date: value}`, which holds
        from those days on. `path/key` replaces one cell (`"outlier.high.threshold/3"`). `method` and
        `scheme` may be changed too. Values come from the source R000, a reader's own reform, unless given
        as a mapping with value, source and state. A reform that changes nothing returns equal rules.

        Raises PolicyError with all problems at once.
        """
        return self._with(reformed(self.document, changes))

    def including(self, part: str | Path | Mapping[str, Any]) -> Policy:
        """This policy with another document laid over it, such as a shipped part.

        The part's values keep their own days, sources and trust; the method stays unless the part has one.
        """
        top = load_document(part)
        merged = over(self.document, top)
        document = replace(
            self.document,
            method=merged.method,
            scheme=merged.scheme,
            coverage=(*self.document.coverage, *top.coverage),
            sources=merged.sources,
            parameters=merged.parameters,
            lists=merged.lists,
            rules=merged.rules,
        )
        refuse(missing(document), f"{self.id} including {top.id}")
        return self._with(document)

    def diff(self, other: Policy) -> PolicyDiff:
        """What `other` says differently, parameter by parameter and day by day."""
        return differences(self.document, other.document)

    def to_yaml(self) -> str:
        """One whole document, with what it extends written out; loading it gives equal rules."""
        return document_yaml(self.document)

    def _with(self, document: Document) -> Policy:
        """Another document on the same day, which has been warned about already."""
        policy = Policy.__new__(Policy)
        policy.document, policy.on = document, self.on
        return policy

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Policy) and (self.hash, self.on) == (other.hash, other.on)

    def __hash__(self) -> int:
        return hash((self.hash, self.on))

    def __repr__(self) -> str:
        return f"Policy({self.id!r}, on={str(self.on)!r}, method={self.method!r}, hash={self.hash[:12]!r})"


def _plain_scheme(scheme: Scheme) -> Any:
    if not isinstance(scheme, DatedScheme):
        return scheme
    return {str(key): name for key, name in scheme.to_plain().items()}


def policy_given(policy: Any) -> Policy:
    """The policy itself, or the one of a shipped id, a YAML file or a document as a mapping.

    Raises ArgumentError for anything else, and what `Policy.load` raises.
    """
    if isinstance(policy, Policy):
        return policy
    if isinstance(policy, str | Path | Mapping):
        return Policy.load(policy)
    raise ArgumentError(
        "not a policy",
        got=type(policy).__name__,
        allowed="a Policy, the id of a shipped one, a YAML file",
        do="drgsim.Policy.load(ID or file); `drgsim policy list` names those that ship",
    )


def policies_given(policy: Any) -> Policy | dict[str, Policy]:
    """One policy for all, or one for each region (or `"other"`): each as `policy_given` takes it."""
    if isinstance(policy, Mapping) and "drgsim_policy" not in policy:
        return {str(region): policy_given(each) for region, each in policy.items()}
    return policy_given(policy)
