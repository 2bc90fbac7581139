"""`drgsim.transition`: what another scheme changes, with its charts, page and workbook."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._atomic import replacing
from .._excel import COUNT, MONEY, RATIO, SHARE, workbook
from ..cases.values import value_labels
from ..language import either
from ..transition.flows import MOVES
from ..transition.transition import Transition, column_words, find_transition
from ..transition.watch import WATCHED
from ..words import chinese, headers, title_in
from .figures.gains import gains
from .transition_page import transition_page

if TYPE_CHECKING:
    import pandas as pd

    from ..policy.policy import Policy
    from ..weights.weights import Weights

_SHEETS = chinese("transition_sheet")
_BY = headers(
    "all", "mdc", "department", "hospital_id", "hospital_level", "insurance", "insured_region", "group_a"
)
_VALUES: dict[str, dict[Any, str]] = {
    "move": {name: zh for name, (zh, _) in MOVES.items()},
    "look_at": {name: zh for name, (zh, _) in WATCHED.items()},
    "insurance": dict(value_labels("insurance")),
    "all": {"all": "全部"},
    "mdc": {"all": "全部"},
}
_COUNTS = ("cases", "moved", "not_payable", "n")
_SHARES = ("share_of_a", "moved_share", "change_share")
_MONEY = ("before", "change", "cost")


@dataclass(frozen=True, eq=False, repr=False)
class TransitionReport(Transition):
    """A `Transition` that draws, prints and writes itself."""

    def plot_gains(self, by: str = "hospital_id", *, shown: int = 8, lang: str | None = None) -> Any:
        """Who gains and who loses by a column of `money`, as a matplotlib Figure."""
        return gains(self._money(by), shown=shown, lang=lang)

    def to_html(self, path: Any = None, *, lang: str | None = None) -> str:
        """The page as text, written to `path` where one is given. Sums only; no case rows."""
        text = transition_page(self, lang=lang)
        if path is not None:
            with replacing(Path(path)) as part:
                part.write_text(text, encoding="utf-8")
        return text

    def to_excel(self, path: Any, *, cases: bool = False) -> None:
        """Every table on a sheet of its own; `cases` adds those to look at, for their hospital's desk."""
        with workbook(path) as book:
            book.lines("说明", [either(*said) for said in (self.headline(), *self.notes)])
            _sheet(book, "汇总", self.summary().reset_index())
            for name, zh in _SHEETS.items():
                table = getattr(self, name)
                if len(table):
                    _sheet(book, zh, table.reset_index() if table.index.name else table)
            for key, zh in _BY.items():
                for what, tables in (("换组", self.shares), ("金额", self.money)):
                    if key in tables:
                        _sheet(book, f"{title_in(what)}-{title_in(zh)}", tables[key].reset_index())
            if cases:
                _sheet(book, "核对病例", self.worklist)


def _sheet(book: Any, name: str, table: pd.DataFrame) -> None:
    """A table with Chinese headers and words; what stands in English beside its Chinese is left out."""
    shown = table.drop(columns=[either("en", "zh")], errors="ignore")
    for column, words in _VALUES.items():
        if column in shown.columns:
            shown[column] = shown[column].astype(object).map(lambda cell, words=words: words.get(cell, cell))
    book.table(name, shown, headers=column_words([str(each) for each in shown.columns]), code=_code)


def transition(
    cases: Any,
    from_scheme: Any,
    to_scheme: Any,
    *,
    policy: Policy | str | None = None,
    weights: Weights | str | None = None,
    new_weights: Weights | str | None = None,
    hospital: Any = None,
    draws: int = 200,
    seed: int = 0,
) -> TransitionReport:
    """What moving from one scheme to another does to the same cases.

    Parameters
    ----------
    cases : DataFrame or Arrow table of cases (`drgsim.read_cases`), money in yuan. `total_cost` and
        `insurance` are needed for money; `hospital_id`, `hospital_level`, `department` for the views by them.
    from_scheme, to_scheme : any two of: id of a scheme, Scheme, DrgGrouper, DIP catalogue or its name,
        DipGrouper.
    policy : the rules that pay both groupings, so that only the scheme differs; the national default (mostly
        `assumed`) where none is given. A DIP type is paid by its measured weight at the same rate.
    weights : of the first scheme, a table or its id; None: measured on these cases.
    new_weights : of the second. None: measured on these cases and scaled to spend what the fund spent before
        (`neutral_factor`). Weights carried over by the migrated mix stand beside either way.
    hospital : facts on one's hospital that the cases leave out, as for `drgsim.estimate`: level, insurance,
        region. What they fill is told in the notes.
    draws : draws of whole hospitals for the bands of `explained`; 0 for none.
    seed : keys the draws.

    Returns
    -------
    TransitionReport, frozen: `.flows`, `.reasons`, `.shares`, `.weights`, `.money`, `.explained`, `.look_at`,
    `.worklist`; `summary()`, `matrix()`, `winners()`, `losers()`, `plot_gains()`, `to_html()`, `to_excel()`.

    Raises
    ------
    ArgumentError, ColumnError, NotFoundError (no such scheme, policy or table).

    Examples
    --------
    >>> import drgsim
    >>> cases = drgsim.synthetic_cases(n=2_000, year=2025, seed=1)
    >>> found = drgsim.transition(cases, "chs-drg-1.1", "chs-drg-2.0", draws=0)
    >>> int(found.flows["cases"].sum())
    2000
    """
    found = find_transition(
        cases,
        from_scheme,
        to_scheme,
        policy=policy,
        weights=weights,
        new_weights=new_weights,
        hospital=hospital,
        draws=draws,
        seed=seed,
    )
    return TransitionReport(**{each.name: getattr(found, each.name) for each in fields(found)})


def _code(column: str) -> str:
    if column in _COUNTS or "newly" in column or "severity" in column:
        return COUNT
    if column in _SHARES:
        return SHARE
    return MONEY if any(word in column for word in _MONEY) else RATIO
