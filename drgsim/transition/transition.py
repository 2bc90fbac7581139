"""`transition`: what another scheme changes for cases, weights and money. Grouping, pricing, comparing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..cases.arrays import read_money
from ..cases.columns import column_labels
from ..cases.hospital_facts import HospitalFacts
from ..errors import ArgumentError
from ..language import CODE_NAMES, both, either
from ..payment.engine.grouped import as_frame
from ..payment.engine.stays import Stays
from ..payment.faces.enough import TooFewPricedError, refuse_too_few
from ..policy.policy import Policy, policy_given
from ..weights.weights import Weights
from ..words import words
from .explained import explained
from .flows import MOVED, flow_table, moves, severity_change, share_moved
from .money import flow_money, money_notes, money_table, stay_money, weight_table
from .prices import payable, price
from .reasons import flow_reasons
from .sides import Side, side
from .watch import WATCHED, watched, worklist

DEFAULT_POLICY = "national-drg-rate"
_SMALLEST_FLOW, _MOST_FLOWS = 5, 40  # cases of a flow whose reason is told; how many such flows
_KEYS = ("department", "hospital_id", "hospital_level", "insurance", "insured_region")
_ANSWERS = ("mdc", "adrg", "severity", "status")


@dataclass(frozen=True, eq=False, repr=False)
class Transition:
    """What moving from scheme `a` to scheme `b` does to the same cases: sums, and the cases in `worklist`.

    a, b : Side, id, title, trust and answers of each scheme
    flows : a row a flow: group_a, group_b, move, cases, share_of_a
    reasons : the larger flows that move, with the commonest principals and the reason in both languages
    shares : name of a column (`all`, `mdc`, `hospital_id` …) → cases, moved, kinds of move, severity
    weights : a row a group of `b`: carried, measured, name; `weights_a` the table before
    money : name of a column → before, changes by regrouping and by repricing (yuan), CMI; empty without costs
    flow_money : what each flow moves, yuan
    explained : RIV, CV and unstable groups under both, by MDC, with bands by hospital
    look_at : kind of case to look at → cases; `worklist` the cases themselves
    notes : what was assumed, left out or not known, (中文, English) each
    refused : where under a tenth of the stays can be priced, and so no money is told: what to give
    """

    a: Side
    b: Side
    cases: int
    hospitals: int
    flows: pd.DataFrame
    reasons: pd.DataFrame
    shares: Mapping[str, pd.DataFrame]
    weights: pd.DataFrame
    money: Mapping[str, pd.DataFrame]
    flow_money: pd.DataFrame
    explained: pd.DataFrame
    look_at: pd.DataFrame
    worklist: pd.DataFrame
    neutral_factor: float
    policy: str
    notes: tuple[tuple[str, str], ...]
    refused: TooFewPricedError | None = None

    @property
    def frame(self) -> pd.DataFrame:
        """The migration matrix in long form: a row a flow."""
        return self.flows

    def matrix(self, top: int = 20) -> pd.DataFrame:
        """Cases by group of `a` (rows) and of `b` (columns), for the `top` largest of each."""
        table = self.flows.pivot_table(
            index="group_a", columns="group_b", values="cases", aggfunc="sum", fill_value=0
        )
        rows = table.sum(axis=1).sort_values(ascending=False, kind="stable").index[:top]
        columns = table.sum().sort_values(ascending=False, kind="stable").index[:top]
        return table.loc[rows, columns]

    def summary(self) -> pd.DataFrame:
        """One row: cases, moved, newly ungrouped …, money moved, CMI, RIV under both."""
        row = self.shares["all"].iloc[0].to_dict()
        if self.money:
            row |= self.money["all"].iloc[0].drop("cases").to_dict()
            row["neutral_factor"] = self.neutral_factor
        if len(self.explained):
            row |= self.explained.loc["all", ["riv_a", "riv_b"]].to_dict()
        return pd.DataFrame([row], index=pd.Index([f"{self.a.id} → {self.b.id}"], name="transition"))

    def winners(self, by: str = "hospital_id", *, top: int = 10) -> pd.DataFrame:
        """Those of a column that gain most, the largest gain first."""
        table = self._money(by)
        return table[table["change"] > 0].head(top)

    def losers(self, by: str = "hospital_id", *, top: int = 10) -> pd.DataFrame:
        """Those of a column that lose most, the largest loss first."""
        table = self._money(by)
        return table[table["change"] < 0].iloc[::-1].head(top)

    def compare(self, other: Transition) -> pd.DataFrame:
        """The summary of this transition above that of another."""
        return pd.concat([self.summary(), other.summary()])

    def _money(self, by: str) -> pd.DataFrame:
        if by not in self.money:
            raise ArgumentError(
                "no money by this column", got=by, allowed=list(self.money), nearest=list(self.money)
            )
        return self.money[by]

    def headline(self) -> tuple[str, str]:
        """The result in one sentence, Chinese and English."""
        row = self.shares["all"].iloc[0]
        moved, cases = int(row["moved"]), int(row["cases"])
        zh = f"{self.a.id} → {self.b.id}：{cases:,} 例中 {moved:,} 例（{moved / cases:.1%}）换组"
        en = f"{self.a.id} → {self.b.id}: {moved:,} of {cases:,} cases ({moved / cases:.1%}) change group"
        for name, zh_name, en_name in (
            ("newly_ungrouped", "新增未入组", "newly ungrouped"),
            ("newly_grouped", "新入组", "newly grouped"),
        ):
            if row.get(name, 0):
                zh += f"，{zh_name} {int(row[name]):,} 例"
                en += f", {int(row[name]):,} {en_name}"
        return zh + "。", en + "."

    def __repr__(self) -> str:
        row = self.summary().iloc[0]
        names = list(map(str, row.index))
        said = column_words(names, both)
        shown = {said[name]: _digits(name, row[name]) for name in names}
        rows = pd.Series(shown).to_string()
        return f"{both(*self.headline(), chr(10))}\n{rows}"

    def _repr_html_(self) -> str:
        table = self.summary().T
        table.index = pd.Index(list(column_words(list(table.index), both).values()))
        return f"<p>{both(*self.headline(), '<br>')}</p>{table.to_html(float_format='{:,.4f}'.format)}"


def column_words(names: Sequence[str], say: Callable[[str, str], str] = either) -> dict[str, str]:
    """What columns of a transition's tables are called; a column without a word keeps its name."""
    known = words()
    found = {}
    for name in names:
        places = (f"transition.{name}", f"move.{name}", name)
        found[name] = next((say(*known[each][1:3]) for each in places if each in known), name)
    return found


def _digits(name: str, value: float) -> str:
    """Counts whole, shares as percents, money in yuan and fen, the rest with four digits."""
    if name.endswith("_share"):
        return f"{round(value, 4) + 0.0:.2%}"  # a loss too small to print is no -0.00%
    if name.endswith(("change", "before")) and not name.startswith("cmi"):
        return f"{round(value, 2) + 0.0:,.2f}"
    return f"{value:,.4f}" if name.startswith(("cmi", "riv", "neutral")) else f"{value:,.0f}"


def find_transition(
    cases: Any,
    a: Any,
    b: Any,
    *,
    policy: Policy | str | None = None,
    weights: Weights | str | None = None,
    new_weights: Weights | str | None = None,
    hospital: Any = None,
    draws: int = 200,
    seed: int = 0,
) -> Transition:
    """What moving from scheme `a` to scheme `b` does; the documentation stands with `drgsim.transition`."""
    frame, filled = HospitalFacts.of(hospital).without_coefficient().fill(as_frame(cases))
    if not len(frame):
        raise ArgumentError("there are no cases", got="0 rows")
    left, right = side(frame, a), side(frame, b)
    move = moves(left, right)
    flows = flow_table(left, right, move)
    told = flows[flows["move"].isin(MOVED) & (flows["cases"] >= min(_SMALLEST_FLOW, len(frame)))].head(
        _MOST_FLOWS
    )
    keys = [name for name in _KEYS if name in frame.columns]
    if left.kind == "dip":
        shares = {name: share_moved(frame, move, left, right, name) for name in keys}
    else:
        shares = {name: share_moved(frame, move, left, right, name) for name in ("mdc", *keys)}
    shares = {"all": share_moved(frame, move, left, right, None), **shares}
    _, lost = severity_change(left, right)
    look_at = watched(left, right, move, lost)
    notes = [
        *_trust_notes(left, right),
        ("编码名称取自医保版目录", CODE_NAMES),
        *((line, f"filled from the facts on the hospital: {line}") for line in filled),
    ]
    money = _Money.find(frame, left, right, keys, policy, weights, new_weights, notes)
    hospital = frame["hospital_id"] if "hospital_id" in frame.columns else None
    mdc = (left if left.kind == "drg" else right).frame["mdc"].astype(object)
    found = _explained(frame, left, right, mdc, hospital, draws, seed, notes)
    return Transition(
        a=left,
        b=right,
        cases=len(frame),
        hospitals=0 if hospital is None else int(hospital.nunique()),
        flows=flows,
        reasons=flow_reasons(frame, left, right, told),
        shares=shares,
        weights=money.weights,
        money=money.tables,
        flow_money=money.flows,
        explained=found,
        look_at=_counts(look_at),
        worklist=worklist(frame, left, right, look_at, money.change),
        neutral_factor=money.factor,
        policy=money.policy,
        notes=tuple(notes),
        refused=money.refused,
    )


@dataclass(frozen=True, eq=False, repr=False)
class _Money:
    tables: dict[str, pd.DataFrame]
    flows: pd.DataFrame
    weights: pd.DataFrame
    change: pd.Series
    factor: float
    policy: str
    refused: TooFewPricedError | None = None

    @classmethod
    def find(
        cls,
        frame: pd.DataFrame,
        a: Side,
        b: Side,
        keys: Sequence[str],
        policy: Policy | str | None,
        weights: Weights | str | None,
        new_weights: Weights | str | None,
        notes: list[tuple[str, str]],
    ) -> _Money:
        rules = policy_given(policy or DEFAULT_POLICY)
        missing = [name for name in ("total_cost", "insurance") if name not in frame.columns]
        if missing:
            labels, asks = column_labels("zh"), missing == ["insurance"]
            named = [f"{labels[name]} ({name})" for name in missing]
            given = ("，可用 --insurance 给出", "; give --insurance") if asks else ("", "")
            notes.append(
                (
                    f"缺{'、'.join(named)}：未算金额和权重{given[0]}",
                    f"no {', '.join(missing)}: no money, no weights{given[1]}",
                )
            )
            empty = pd.DataFrame()
            return cls({}, empty, empty, pd.Series(np.nan, index=frame.index), 1.0, rules.id)
        stays = [_stays(frame, each) for each in (a, b)]
        old, new = (
            _weights(given, own, each, notes)
            for given, own, each in ((weights, stays[0], a), (new_weights, stays[1], b))
        )
        priced = price(stays[0], stays[1], rules, old, new)
        try:
            refuse_too_few(priced.before, ~payable(priced.before))
        except TooFewPricedError as error:  # who moves is known all the same; money of so few would mislead
            asked = "; ".join(filter(None, [str(error.got), error.do]))
            notes.insert(
                0, (f"可测算的病例太少，未算金额：{asked}", f"too few stays can be priced, no money: {asked}")
            )
            empty = pd.DataFrame()
            nothing = pd.Series(np.nan, index=frame.index)
            return cls({}, empty, empty, nothing, 1.0, rules.id, error)
        money = stay_money(priced, frame.index)
        tables = {"all": money_table(money, None, "all")}
        by = {"mdc": a.frame["mdc"]} if a.kind == "drg" else {}
        by |= {name: frame[name] for name in keys}
        by["group_a"] = stays[0].frame[stays[0].group_column]
        tables |= {name: money_table(money, column, name) for name, column in by.items()}
        change = (money["after"] - money["before"]) / 100
        notes += money_notes(priced, money, rules)
        return cls(tables, flow_money(money, a, b), weight_table(priced, b), change, priced.factor, rules.id)


def _stays(frame: pd.DataFrame, each: Side) -> Stays:
    """The cases with the answers of one side; a DIP type stands where a DRG would, for one policy to pay."""
    answers = {name: each.frame[name].array for name in _ANSWERS}
    group = each.frame["group"].astype(object).where(each.grouped, None)
    dropped = [name for name in ("dip_code", "score") if name in frame.columns]
    return Stays(frame.drop(columns=dropped).assign(drg=group.array, **answers), "drg")


def _weights(given: Weights | str | None, stays: Stays, each: Side, notes: list[tuple[str, str]]) -> Weights:
    if given is None:
        notes.append(
            (f"{each.id} 的权重由本批病例测算", f"the weights of {each.id} are measured on these cases")
        )
        return Weights.fit(stays.frame, group="drg")
    table = Weights.load(given) if isinstance(given, str) else given
    notes.append((f"{each.id} 的权重：{table.facts.get('title', '给定')}", f"weights of {each.id}: as given"))
    return table


def _explained(
    frame: pd.DataFrame,
    a: Side,
    b: Side,
    mdc: pd.Series,
    hospital: pd.Series | None,
    draws: int,
    seed: int,
    notes: list[tuple[str, str]],
) -> pd.DataFrame:
    if "total_cost" not in frame.columns:
        return pd.DataFrame()
    cost = read_money(frame, "total_cost").fen / 100
    if not (a.grouped & b.grouped & (cost > 0)).any():
        notes.append(("没有两版均入组且有费用的病例", "no case has a cost and a group under both"))
        return pd.DataFrame()
    return explained(a, b, cost, mdc, hospital, draws=draws, seed=seed)


def _counts(look_at: pd.Series) -> pd.DataFrame:
    counts = look_at.value_counts()
    rows = [(name, zh, en, int(counts.get(name, 0))) for name, (zh, en) in WATCHED.items()]
    return pd.DataFrame(rows, columns=["look_at", "zh", "en", "cases"]).set_index("look_at")


def _trust_notes(a: Side, b: Side) -> list[tuple[str, str]]:
    from ..policy.display import STATE_ZH

    return [
        (f"{each.id} {each.title}：{STATE_ZH.get(each.trust, each.trust)}", f"{each.id}: {each.trust}")
        for each in (a, b)
    ]
