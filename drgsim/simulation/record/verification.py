"""What checking a run record found, one thing looked at after another."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any, Literal

import pandas as pd

State = Literal["same", "differs", "note"]
_SIGNS = {"same": "✓", "differs": "✗", "note": "·"}
_LONG = 60  # characters of a value before the rest is cut


@dataclass(frozen=True)
class Check:
    """One thing looked at: its names, what the record says, what was found, and whether they are the same.

    A `note` is a difference that need not change a result, or something that was not looked at.
    """

    check: str
    zh: str
    en: str
    expected: str
    got: str
    state: State

    @property
    def ok(self) -> bool:
        return self.state != "differs"


@dataclass(frozen=True, repr=False)
class Verification:
    """What `verify` found; `ok` when nothing differs."""

    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)

    @property
    def frame(self) -> pd.DataFrame:
        """A row a check: check, what_zh, what_en, expected, got, state (same, differs, note), ok."""
        names = ["check", "what_zh", "what_en", "expected", "got", "state", "ok"]
        rows = [(c.check, c.zh, c.en, c.expected, c.got, c.state, c.ok) for c in self.checks]
        return pd.DataFrame(rows, columns=names)

    def __repr__(self) -> str:
        lines = [self._headline()]
        for check in self.checks:
            lines.append(f"{_SIGNS[check.state]} {check.zh} {check.en}: {_told(check)}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{_SIGNS[check.state]}</td><td>{escape(f'{check.zh} {check.en}')}</td>"
            f"<td>{escape(_told(check))}</td></tr>"
            for check in self.checks
        )
        return f"<p><b>{escape(self._headline())}</b></p><table><tbody>{rows}</tbody></table>"

    def _headline(self) -> str:
        wrong = sum(not check.ok for check in self.checks)
        if wrong:
            return (
                f"The record does not hold: {wrong} of {len(self.checks)} checks differ. 记录与核对结果不符。"
            )
        return f"The record holds: {len(self.checks)} checks, none differs. 记录核对一致。"


def same(check: str, zh: str, en: str, expected: Any, got: Any) -> Check:
    """The check that two values are equal."""
    return Check(check, zh, en, str(expected), str(got), "same" if expected == got else "differs")


def _told(check: Check) -> str:
    """Hashes and lists short; differences with both sides."""
    expected, got = _short(check.expected), _short(check.got)
    if check.state == "same":
        return got or "same 一致"
    return f"{expected} → {got}" if check.expected else got


def _short(text: str) -> str:
    if len(text) == 64 and " " not in text:
        return text[:16]
    return text if len(text) <= _LONG else f"{text[:_LONG]} …"
