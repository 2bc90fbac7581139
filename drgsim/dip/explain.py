"""How one case came to its type, as a tree that a coder can read, in Chinese or English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import isnan
from typing import Any

from ..errors import ArgumentError
from .answers import EncodedCases
from .classes import CCI, NEEDED
from .expressions import print_conditions, print_expression, print_patterns
from .prepared import Prepared, code_of_answer
from .readable import Matcher
from .readable_case import CATALOGUE_ORDER, Account, Candidate, DipCase, Loss
from .stages import TIE_BREAKS, Auxiliary, Choose, ClassOrder, Composite, Entries, Fallback
from .words import Pool, Status, TreatmentClass

_SHOWN = 12  # entries of one pool that are listed before the rest is only counted

WHY_LOST: dict[str, tuple[str, str]] = {
    "procedure": ("缺少手术操作 {}", "lacks the procedure {}"),
    "related": ("缺少相关手术 {}", "lacks the related procedure {}"),
    "position": ("主要手术操作 {} 不在该条目中", "does not name the principal procedure {}"),
    "condition": ("条件不满足：{}", "its condition does not hold: {}"),
    "other_diagnoses": ("其他诊断中没有 {}", "no secondary diagnosis of {}"),
    "class": ("治疗方式须为{}", "is for {} stays"),
    "narrower": ("已有诊断更具体的条目匹配", "an entry of a narrower diagnosis was met"),
    "not_conservative": ("仅限保守治疗", "is for conservative stays"),
    "others_hit": ("已有条目匹配", "another entry was met"),
    "order": ("类别次序在后", "its class comes later"),
    CATALOGUE_ORDER: ("目录中排列在后", "stands later in the catalogue"),
    **{name: (f"不及他者：{zh}", f"beaten on: {en}") for name, (en, zh) in TIE_BREAKS.items()},
}
_MARKS = {"zh": ("：", "；", "，", "（{}）"), "en": (": ", "; ", ", ", " ({})")}
_WHY_LEFT_OUT: dict[str, tuple[str, str]] = {
    "empty": ("空", "empty"),
    "excluded": ("不纳入分组", "excluded"),
    "conservative": ("按保守治疗入组，不作相关手术", "counts as conservative, not as a related procedure"),
    "not_principal": ("没有可作主要手术的操作", "no procedure that may be principal"),
}
_LABELS: dict[str, tuple[str, str]] = {
    "diagnosis": ("主要诊断", "principal diagnosis"),
    "treatment": ("治疗方式", "treatment class"),
    "none": ("无条目", "no entry"),
    "more": ("……另有 {} 条未匹配", "... and {} more that are not met"),
    "left_out": ("剔除", "left out"),
    "matched": ("匹配 {}", "names {}"),
    "unmatched": ("未匹配 {}", "leaves {}"),
    "chosen": ("选中", "chosen"),
    "no_factor": ("不适用", "none applies"),
    "applies": ("适用", "applies"),
    "smaller": ("系数较小", "smaller"),
    "result": ("结果", "result"),
    "score": ("分值", "score"),
    "no_score": ("目录未给出", "not stated by the catalogue"),
    "primary_care": ("在基层病种清单内", "on the list of primary care"),
    "needs": ("需要：{}", "needs {}"),
}


@dataclass(frozen=True)
class DipExplanation:
    """The account of one case. `lines` is the tree; `account` the same as data."""

    lines: tuple[str, ...]
    account: Account
    dip_code: str | None

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"


def read_case(row: Mapping[str, Any], encoded: EncodedCases, columns: Sequence[str]) -> DipCase:
    """One case with its facts, from its row, and from that row encoded by a catalogue of these columns."""
    return DipCase(
        _codes(row.get("diagnoses")),
        _codes(row.get("procedures")),
        dict(zip(columns, encoded.facts[0].tolist(), strict=True)),
        float(encoded.cost[0]),
    )


def explain(prepared: Prepared, case: DipCase, listed: bool, language: str) -> DipExplanation:
    """How a case, on the list of primary care or not, came to its type; see `DipGrouper.explain`."""
    if language not in ("zh", "en"):
        raise ArgumentError("explanations are written in two languages", got=language, allowed=("zh", "en"))
    account = Matcher(prepared).match(case)
    return _Tree(prepared, case, account, language, listed).explanation()


def _codes(value: Any) -> tuple[str, ...]:
    """The codes of a cell as the encoder takes them: an empty one counts in the first place only."""
    if isinstance(value, str):
        pieces = value.split("|") if value else []
    else:
        pieces = [str(piece) for piece in value] if hasattr(value, "__iter__") else []
    return tuple(piece for place, piece in enumerate(pieces) if piece or place == 0)


class _Tree:
    def __init__(
        self, prepared: Prepared, case: DipCase, account: Account, language: str, listed: bool
    ) -> None:
        self.prepared = prepared
        self.catalogue = prepared.catalogue
        self.case = case
        self.account = account
        self.language = language
        self.listed = listed
        self.colon, self.stop, self.comma, self.brackets = _MARKS[language]
        self.lines: list[str] = []

    def explanation(self) -> DipExplanation:
        account, code = self.account, None
        principal = self.case.diagnoses[0] if self.case.diagnoses else ""
        self.line(0, f"{self.word('diagnosis')}{self.colon}{principal or '—'}")
        self.cleaning()
        if account.status in (Status.GROUPED, Status.NO_ENTRY):
            self.line(0, f"{self.word('treatment')}{self.colon}{account.treatment.named(self.language)}")
            for step in self.prepared.rules.steps:
                if isinstance(step.stage, Entries):
                    self.pool(step.stage.pool, step.note(self.language))
                if isinstance(step.stage, Composite):
                    self.pool(Pool.COMPOSITE, step.note(self.language))
            self.choice()
        if account.chosen is not None:
            code = code_of_answer(self.prepared, self.catalogue.keys[account.chosen.key], principal)
            self.auxiliary(account.chosen)
        if self.listed:
            self.line(0, self.word("primary_care"))
        self.line(0, self.result(code))
        return DipExplanation(tuple(self.lines), account, code)

    def line(self, depth: int, text: str) -> None:
        self.lines.append("  " * depth + ("- " if depth else "") + text)

    def word(self, name: str) -> str:
        return _LABELS[name][self.language == "en"]

    def cleaning(self) -> None:
        for place, why in self.account.left_out.items():
            note, _, code = why.partition(": ")
            words = _WHY_LEFT_OUT.get(note, (note, note))[self.language == "en"]
            shown = self.case.procedures[place] or "—"
            detail = self.brackets.format(code) if code else ""
            self.line(1, f"{self.word('left_out')} {shown}{self.colon}{words}{detail}")

    def pool(self, pool: Pool, note: str) -> None:
        met = [item for item in self.account.candidates if item.pool is pool]
        missed = [(place, loss) for place, where, loss in self.account.missed if where is pool]
        self.line(0, note)
        for candidate in met:
            fate = f"{self.stop}{self.coverage(candidate)}{self.fate(candidate)}"
            self.line(1, f"[+] {self.entry(candidate.key)}{fate}")
        for place, loss in missed[:_SHOWN]:
            self.line(1, f"[ ] {self.entry(place)}{self.colon}{self.why(loss)}")
        if len(missed) > _SHOWN:
            self.line(1, self.word("more").format(len(missed) - _SHOWN))
        if not met and not missed:
            self.line(1, self.word("none"))

    def entry(self, place: int) -> str:
        """A key in one line: its type, and what it asks for."""
        key = self.catalogue.keys[place]
        asked = (
            print_patterns(key.diagnoses),
            print_expression(key.procedures),
            f"({print_expression(key.related)})" if key.related else "",
            key.treatment_class.named(self.language) if key.treatment_class else "",
            print_conditions(key.conditions),
        )
        return f"{key.type} [{' '.join(filter(None, asked))}]"

    def coverage(self, candidate: Candidate) -> str:
        matched = [self.case.procedures[place] for place in sorted(candidate.matched)]
        unmatched = [
            self.case.procedures[place] for place in self.account.counting if place not in candidate.matched
        ]
        parts = [
            self.word("matched").format("|".join(matched)) if matched else "",
            self.word("unmatched").format("|".join(unmatched)) if unmatched else "",
            candidate.treatment.named(self.language),
        ]
        return self.comma.join(filter(None, parts))

    def fate(self, candidate: Candidate) -> str:
        if candidate is self.account.chosen:
            return f" => {self.word('chosen')}"
        return f"{self.stop}{self.why(candidate.loss)}" if candidate.loss else ""

    def why(self, loss: Loss) -> str:
        detail = loss.detail
        if loss.reason == "class" and detail:
            detail = TreatmentClass(detail).named(self.language)
        return WHY_LOST[loss.reason][self.language == "en"].format(detail)

    def choice(self) -> None:
        """The steps that chose, each with its own words."""
        chosen = self.account.chosen
        for step in self.prepared.rules.steps:
            if isinstance(step.stage, Choose | ClassOrder):
                self.line(0, step.note(self.language))
            if isinstance(step.stage, Fallback) and (chosen is None or chosen.pool in step.stage.pools):
                self.line(0, step.note(self.language))
                for pool in step.stage.pools:
                    self.pool(pool, pool.named(self.language))

    def auxiliary(self, chosen: Candidate) -> None:
        step = self.prepared.rules.step(Auxiliary)
        if step is None:
            return
        self.line(0, step.note(self.language))
        for place in self.account.in_classes:
            factor = self.catalogue.auxiliary[place]
            item = self.catalogue.auxiliary_classes[factor.name]
            fate = self.word("applies" if place == self.account.auxiliary else "smaller")
            name = item.zh if self.language == "zh" and item.zh else item.name
            self.line(
                1, f"{name} [{print_conditions(item.conditions)}] × {factor.factor:g}{self.colon}{fate}"
            )
        if not self.account.in_classes:
            self.line(1, self.word("no_factor"))
        if isnan(self.case.numbers.get(CCI, 0.0)):
            self.line(1, f"CCI: {self.word('needs').format(NEEDED)}")

    def result(self, code: str | None) -> str:
        head = f"{self.word('result')}{self.colon}{code or '—'}"
        if self.account.chosen is None:
            return head + self.brackets.format(self.account.status.named(self.language))
        kind = self.catalogue.types[self.catalogue.keys[self.account.chosen.key].type]
        score = self.word("no_score") if kind.score is None else f"{kind.score:g}"
        return f"{head} {kind.name}" + self.brackets.format(f"{self.word('score')} {score}")
