"""Who gains and who loses: the money of the same stays before, regrouped and at the new weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..payment.faces.standing import priced_alone
from .flows import places
from .prices import Priced, fund_of, payable, payment_of
from .sides import Side

if TYPE_CHECKING:
    from ..policy.policy import Policy

_FEN = ("before", "regrouped", "after", "fund_before", "fund_after")
COLUMNS = (
    "cases", "not_payable", "before", "regrouped_change", "repriced_change", "change", "change_share",
    "fund_change", "cmi_before", "cmi_after",
)  # fmt: skip


def stay_money(priced: Priced, index: pd.Index) -> pd.DataFrame:
    """A row a stay: what is paid for it in the three states and of it by the fund (int64 fen), its weights,
    and whether it can be paid in all three. Money of a stay that cannot is 0 and counted beside."""
    states = {"before": priced.before, "regrouped": priced.regrouped, "after": priced.after}
    known = np.logical_and.reduce([payable(paid) for paid in states.values()])
    columns = {name: np.where(known, payment_of(paid), 0) for name, paid in states.items()}
    columns["fund_before"] = np.where(known, fund_of(priced.before), 0)
    columns["fund_after"] = np.where(known, fund_of(priced.after), 0)
    columns["payable"] = known
    columns["weight_before"] = np.where(known, priced.before.findings.weight, np.nan)
    columns["weight_after"] = np.where(known, priced.after.findings.weight / priced.factor, np.nan)
    return pd.DataFrame(columns, index=index)


def money_table(money: pd.DataFrame, key: pd.Series | None, name: str) -> pd.DataFrame:
    """Sums by a key, in yuan, the largest gain first: `COLUMNS`."""
    keys = (
        np.full(len(money), "all") if key is None else key.astype(object).where(key.notna(), "–").to_numpy()
    )
    whole = money[list(_FEN)].assign(
        cases=1,
        not_payable=(~money["payable"]).astype(np.int64),
        weighted=(money["weight_before"].notna() & money["weight_after"].notna()).astype(np.int64),
    )
    sums = whole.groupby(keys, sort=True).sum()
    # weights are added up by their own order, so that the order of the stays cannot show
    for state in ("before", "after"):
        column = f"weight_{state}"
        sorted_rows = (
            pd.DataFrame({"key": keys, "w": money[column].to_numpy()}).dropna().sort_values(["key", "w"])
        )
        sums[column] = sorted_rows.groupby("key", sort=True)["w"].sum()
    count = sums["weighted"].replace(0, np.nan)
    table = pd.DataFrame(
        {
            "cases": sums["cases"],
            "not_payable": sums["not_payable"],
            "before": sums["before"] / 100,
            "regrouped_change": (sums["regrouped"] - sums["before"]) / 100,
            "repriced_change": (sums["after"] - sums["regrouped"]) / 100,
            "change": (sums["after"] - sums["before"]) / 100,
            "change_share": (sums["after"] - sums["before"]) / sums["before"].replace(0, np.nan),
            "fund_change": (sums["fund_after"] - sums["fund_before"]) / 100,
            "cmi_before": sums["weight_before"] / count,
            "cmi_after": sums["weight_after"] / count,
        }
    )
    return table.rename_axis(name).sort_values("change", ascending=False, kind="stable")


def flow_money(money: pd.DataFrame, a: Side, b: Side) -> pd.DataFrame:
    """What each flow moves, in yuan: group_a, group_b, change, change_a_stay; the largest amount first."""
    change = (money["after"] - money["before"]).to_numpy()
    keys = pd.DataFrame({"group_a": places(a).to_numpy(), "group_b": places(b).to_numpy(), "fen": change})
    keys["payable"] = money["payable"].to_numpy(np.int64)
    sums = keys.groupby(["group_a", "group_b"], sort=True)[["fen", "payable"]].sum().reset_index()
    sums["change"] = sums.pop("fen") / 100
    sums["change_a_stay"] = sums["change"] / sums["payable"].replace(0, np.nan)
    order = np.argsort(-sums["change"].abs().to_numpy(), kind="stable")
    return sums.drop(columns="payable").iloc[order].reset_index(drop=True)


def weight_table(priced: Priced, b: Side) -> pd.DataFrame:
    """A row a group of `b`: its weight carried over and anew, and what the new one was measured on."""
    table = pd.DataFrame(
        {"carried": priced.carried.frame["weight"], "new": priced.new.frame["weight"]}
    ).sort_index()
    table["ratio"] = table["new"] / table["carried"]
    measured = priced.new.frame
    for name in ("n", "mean_cost", "cv", "stable"):
        if name in measured:
            table[name] = measured[name]
    table.insert(0, "name", [b.name_of(str(group)) for group in table.index])
    return table.rename_axis("group")


def money_notes(priced: Priced, money: pd.DataFrame, policy: Policy) -> list[tuple[str, str]]:
    """What the money rests on and leaves out, (中文, English) each."""
    notes = [
        (
            f"按 {policy.id} 支付；{priced.before.trust_in('zh')}",
            f"paid by {policy.id}; {priced.before.trust_in('en')}",
        ),
        (
            f"“换组”按旧权重结转（迁移病例的均值），“换价”按新权重乘 {priced.factor:.6f}，使基金支出不变",
            "regrouped: at weights carried over from the old groups by the mix that moved; repriced: at the "
            f"new weights times {priced.factor:.6f}, at which the fund spends what it spent",
        ),
    ]
    notes += priced.before.other_dates
    rest = int(money["fund_after"].sum() - money["fund_before"].sum())
    if abs(rest) > 1e-4 * max(int(money["fund_before"].sum()), 1):
        notes.append(
            (f"基金支出仍差 {rest / 100:,.2f} 元", f"the fund still differs by {rest / 100:,.2f} yuan")
        )
    if alone := int((priced_alone(priced.before) & money["payable"].to_numpy()).sum()):
        levels = priced.before.stays.labels("hospital_level").codes < 0
        why = ("（医院等级缺失）", ": the hospital level is missing") if levels.any() else ("", "")
        notes.append(
            (
                f"{alone:,} 例的个人负担无法测算{why[0]}：按病组的支付照算，基金支出的变化即支付的变化",
                f"what the patient bears is not known in {alone:,} stays{why[1]}; payment by the scheme "
                "stands, and the fund changes by what it changes",
            )
        )
    left_out = int((~money["payable"]).sum())
    if left_out:
        notes.append(
            (
                f"{left_out:,} 例在任一状态下无法付费，不计入金额，另行列示",
                f"{left_out:,} stays cannot be paid in one of the states: counted beside the money",
            )
        )
    return notes
