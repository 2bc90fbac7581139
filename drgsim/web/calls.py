"""The calls of the service: path, words in both languages, options, and what answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .answers import Answer, Answers, Options
from .taking import Read

Run = Callable[[Answers, Read, Options], Answer]


@dataclass(frozen=True)
class Call:
    """One call on cases.

    Attributes
    ----------
    path, zh, en : where it is, and what it is for
    options : the names of what may be asked beside the cases, in the query or beside `cases`
    run : what answers
    whole : whether the cases must be seen together (quotas, doubled cases, flows); others go piece by piece
    quick : whether one case is answered so fast that no thread is worth its while
    reads : whether cases are always read as a file of them is
    """

    path: str
    zh: str
    en: str
    options: tuple[str, ...]
    run: Run
    whole: bool = False
    quick: bool = False
    reads: bool = False


CALLS: tuple[Call, ...] = (
    Call("/group", "分组", "Group cases by a DRG scheme", ("scheme",), Answers.group, quick=True),
    Call(
        "/explain",
        "解释入组过程",
        "Why a case is in its group",
        ("scheme", "lang"),
        Answers.explain,
        quick=True,
    ),
    Call(
        "/what-if",
        "其他选择会怎样",
        "The group under each other choice that the codes leave open",
        ("scheme", "lang"),
        Answers.what_if,
    ),
    Call(
        "/estimate",
        "测算支付",
        "What cases will be paid, and by whom",
        ("policy", "scheme", "weights", "catalogue"),
        Answers.estimate,
        whole=True,
        quick=True,
    ),
    Call(
        "/case",
        "一次完成分组、解释、测算",
        "One case grouped, explained and estimated at once",
        ("policy", "scheme", "weights", "catalogue", "lang"),
        Answers.case,
        whole=True,
        quick=True,
    ),
    Call(
        "/check",
        "核查病案首页与结算清单",
        "What is wrong in cases",
        (),
        Answers.check,
        whole=True,
        reads=True,
    ),
    Call("/dip", "按病种分值（DIP）分组", "Disease type and score", ("catalogue",), Answers.dip, quick=True),
    Call(
        "/transition",
        "分组方案切换的影响",
        "What another scheme changes for the same cases",
        ("from", "to", "policy", "weights"),
        Answers.transition,
        whole=True,
    ),
)
