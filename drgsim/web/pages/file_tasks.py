"""What is computed of a visit: the office's month, the transition, the audit, a question's simulation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import pandas as pd

from ..._optional import installed
from ...cases.hospital_facts import HospitalFacts
from ...language import LANGUAGES, Language, speaking, told
from ...office.indicators import indicators
from ...office.month import COMPARED, shown
from ...words import named, pairs
from .desk import Visit
from .file_read import CASES, cases_of
from .policies import policy_of, weights_for
from .question_asked import scenarios_of

_MOST_ROWS = 30
_WHOLE = 1e15
SHOWN = {
    "office": (
        "department",
        "cases",
        "cmi",
        "cost_index",
        "time_index",
        "mean_cost",
        "mean_days",
        "low",
        "high",
        "payment",
        "margin",
    ),
    "audit": ("rule", "findings", "visits", "violations", "money"),
}


def office(visit: Visit, options: Mapping[str, Any], tell: Any) -> dict[str, Any]:
    """The month of the insurance office: a workbook, a page, and what it says."""
    from ...report.office import office as month_of

    cases = cases_of(visit)
    policy = policy_of(options)
    scheme = options.get("scheme") or None
    weights = weights_for(policy, scheme, options.get("weights"))
    tell("compute")
    month = month_of(
        cases,
        policy,
        month=options.get("month") or None,
        weights=weights,
        scheme=scheme,
        hospital=HospitalFacts.of(options.get("hospital")),
    )
    tell("write")
    month.to_excel(visit.out / "office.xlsx", case_ids=bool(options.get("case_ids")))
    month.to_html(visit.out / "office.html")
    table = month.summary("department") if "department" in cases else month.summary("insurance")
    return {
        "text": _month_lines(month),
        "table": summed(table.reset_index(), SHOWN["office"]),
        "files": ["office.html", "office.xlsx"],
        "weights": None if weights is None else dict(weights.facts),
    }


def transition(visit: Visit, options: Mapping[str, Any], tell: Any) -> dict[str, Any]:
    """What another scheme changes for these cases."""
    from ...report.transition import transition as moved

    cases = cases_of(visit)
    facts = HospitalFacts.of(options.get("hospital"))
    tell("compute")
    found = moved(
        cases,
        options["from"],
        options["to"],
        policy=policy_of(options) if options.get("policy") else None,
        hospital=replace(facts, coefficient=None, parameters={}),
        draws=int(options.get("draws", 0)),
    )
    tell("write")
    found.to_html(visit.out / "transition.html", lang=options.get("lang"))
    found.to_excel(visit.out / "transition.xlsx", cases=bool(options.get("case_ids")))
    return {
        "text": {lang: [line] for lang, line in zip(("zh", "en"), found.headline(), strict=True)},
        "notes": [list(pair) for pair in found.notes],
        "table": summed(_told_of(found.summary().T.reset_index(), pairs("transition_sum"))),
        "files": ["transition.html", "transition.xlsx"],
    }


def audit(visit: Visit, options: Mapping[str, Any], tell: Any) -> dict[str, Any]:
    """The list of findings by the supervision rules, for self-inspection."""
    from ...audit.screening import audit as screen

    cases = cases_of(visit)
    policy = policy_of(options)
    tell("compute")
    result = screen(
        cases,
        policy,
        weights=weights_for(policy, None, options.get("weights")),
        **cast(dict[str, Any], visit.tables),
    )
    tell("write")
    rules = {one.id: (f"{one.name.zh} ({one.id})", f"{one.name.en} ({one.id})") for one in result.library}
    lang: Any = "en" if options.get("lang") == "en" else "zh"
    files = []
    if installed("matplotlib"):
        result.to_html(visit.out / "audit.html", lang=lang)
        files.append("audit.html")
    result.to_excel(visit.out / "audit.xlsx", lang=lang)
    return {
        "text": {each: result.text(each).splitlines() for each in ("zh", "en")},
        "table": summed(_told_of(result.summary().reset_index(), rules), SHOWN["audit"]),
        "files": [*files, "audit.xlsx"],
    }


def _month_lines(month: Any) -> dict[str, list[str]]:
    """What the month says, a line each, in both languages."""
    row = indicators(month.frame).iloc[0]
    known = named(*COMPARED, room="office")
    told = [*month.notes]
    first = {"zh": f"{month.month}：{len(month):,} 例", "en": f"{month.month}: {len(month):,} stays"}
    return {
        lang: [
            first[lang],
            *(f"{known[name][place]}: {shown(name, row[name])}" for name in COMPARED),
            *(pair[place] for pair in told),
        ]
        for place, lang in enumerate(("zh", "en"))
    }


def _told_of(table: pd.DataFrame, words: Mapping[str, tuple[str, str]]) -> pd.DataFrame:
    """A table whose first column says in both languages what its rows are."""
    first = table.columns[0]
    told = [words.get(str(each), str(each)) for each in table[first]]
    return table.assign(**{str(first): pd.Series(told, index=table.index, dtype=object)})


def summed(table: pd.DataFrame, names: tuple[str, ...] | None = None) -> dict[str, Any]:
    """The first rows of a table of sums, as texts."""
    shown = [name for name in table.columns if names is None or name in names]
    short = table[shown].head(_MOST_ROWS)
    return {
        "heads": [str(name) for name in shown],
        "rows": [[_text(cell) for cell in row] for row in short.itertuples(index=False)],
        "left_off": max(0, len(table) - _MOST_ROWS),
    }


def _text(cell: Any) -> Any:
    if isinstance(cell, tuple):  # in both languages
        return list(cell)
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _WHOLE:
        return f"{cell:,.0f}"
    if cell is None or (not isinstance(cell, str) and pd.isna(cell)):
        return "–"
    if isinstance(cell, float):
        cell = round(cell, 2 if abs(cell) >= 100 else 3) + 0.0  # no sign is left of what rounds to nothing
        return f"{cell:,.2f}" if abs(cell) >= 100 else f"{cell:,.3f}".rstrip("0").rstrip(".")
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


YEAR, REGION = 2025, "province"


def _said(found: Any, lang: Language) -> list[str]:
    """What a comparison says of itself, line by line, in one language."""
    with speaking(lang):
        lines = told(str(found)).splitlines()
    return [*lines, *(pair[lang == "en"] for pair in found.cautions())]


def question(visit: Visit, options: Mapping[str, Any], tell: Any) -> dict[str, Any]:
    """Simulate the baseline and the reform; the answer holds sums only."""
    from ...simulation.record.record import write_record
    from ...simulation.simulate import simulate
    from ...synthetic.generate import synthetic_cases

    scenarios = scenarios_of(options["baseline"], options["changes"])
    own = (visit.folder / CASES).is_file()
    recipe = None
    if own:
        cases = cases_of(visit)
    else:
        tell("make")
        made = {"n": options["n"], "year": YEAR, "seed": options["seed"]}
        cases = synthetic_cases(REGION, **made)
        recipe = {"region": REGION, **made}
    found: Any = simulate(
        cases,
        scenarios,
        years=options["years"],
        draws=options["draws"],
        seed=options["seed"],
        progress=lambda at: tell(at.stage, at.done, at.total),
    )
    tell("write")
    lang = options.get("lang")
    for scenario in found.scenarios:
        scenario.to_yaml(visit.out / f"scenario-{scenario.id}.yaml")
    write_record(found, visit.out / "record.json", recipe=recipe)
    found.to_excel(visit.out / "question.xlsx", synthetic=not own)
    found.to_html(visit.out / "question.html", lang=lang, synthetic=not own)
    return {
        "text": {each: _said(found, each) for each in LANGUAGES},
        "table": summed(found.summary().T.reset_index()),
        "hashes": {scenario.id: scenario.hash for scenario in found.scenarios},
        "files": [
            "question.html",
            "question.xlsx",
            *(f"scenario-{scenario.id}.yaml" for scenario in found.scenarios),
            "record.json",
        ],
        "own": own,
    }
