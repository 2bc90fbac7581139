"""Running a question on invented cases or on those of a visit: report, workbook, scenarios, record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .desk import Visit
from .file_read import CASES, cases_of
from .file_tasks import summed
from .question_asked import scenarios_of

YEAR, REGION = 2025, "province"


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
        "text": [*str(found).splitlines(), *(pair[lang == "en"] for pair in found.cautions())],
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
