"""What `demo` and `simulate` share: their options, telling how far a run is, and writing what it found."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._atomic import aside
from ..cases.beside import table_beside
from ..errors import ArgumentError
from ..language import language
from ..words import pairs
from ._say import both, say

if TYPE_CHECKING:
    import pandas as pd

    from ..simulation.comparison.comparison import Comparison
    from ..simulation.progress import Progress


_HEADERS = {
    "统筹区": "region",
    "地区": "region",
    "参保地": "region",
    "险种": "insurance",
    "医保类型": "insurance",
    "预算": "budget",
    "总额预算": "budget",
    "收入": "income",
    "基金收入": "income",
    "其他支出": "other_spending",
    "累计结余": "reserve",
}
_INSURANCES = {
    "职工": "employee",
    "职工医保": "employee",
    "居民": "resident",
    "居民医保": "resident",
    "城乡居民医保": "resident",
}
_TEXT = ("region", "insurance")


def read_fund_table(path: str | None) -> pd.DataFrame | None:
    """A CSV in UTF-8 or GB18030, its regions as text; None for no path. Raises ArgumentError."""
    if path is None:
        return None
    table = table_beside(path)
    table = table.rename(columns=lambda name: _HEADERS.get(str(name).strip(), str(name).strip()))
    for name in table.columns:
        words = table[name].str.strip()
        table[name] = words if name in _TEXT else _numbers(words, name, path)
    if "insurance" in table.columns:
        table["insurance"] = table["insurance"].replace(_INSURANCES)
    return table


def _numbers(words: pd.Series[str], name: str, path: str) -> pd.Series[float]:
    """1,234.5 as Excel writes it is a number too; a column that is none is left for nobody to read."""
    import pandas as pd

    numbers = pd.to_numeric(words.str.replace(",", ""), errors="coerce")
    wrong = int((numbers.isna() & words.notna()).sum())
    if wrong and name in {*_HEADERS.values()}:
        raise ArgumentError(
            "a table holds money that is no number",
            got=f"{wrong} of {len(words)}",
            where=f"{Path(path).name}, column {name}",
            allowed="yuan, such as 1234567.89",
        )
    return numbers


REPORT, WORKBOOK, RECORD, SCENARIOS = "report.html", "results.xlsx", "record.json", "scenarios"
_STAGES = pairs("running")


def add_running_arguments(parser: argparse.ArgumentParser, *, out: str | None) -> None:
    """Add how far to look and where to write."""
    parser.add_argument(
        "--out",
        default=out,
        required=out is None,
        metavar="DIR",
        help="folder to write to" + (f" (default: {out})" if out else ""),
    )
    parser.add_argument("--years", type=int, default=5, help="years to project (default: 5; 0: none)")
    parser.add_argument(
        "--draws", type=int, default=1000, help="draws for the bands (default: 1000; 0: no bands)"
    )
    parser.add_argument("--seed", type=int, default=0, help="keys every draw (default: 0)")
    parser.add_argument("--budgets", metavar="FILE", help="CSV: region, insurance, budget (yuan)")
    parser.add_argument(
        "--funds", metavar="FILE", help="CSV: region, insurance, income, other_spending, reserve (yuan)"
    )
    parser.add_argument(
        "--lang",
        choices=("zh", "en"),
        help="language of charts (default: Chinese where a font for it is installed)",
    )
    parser.add_argument("--quiet", action="store_true", help="no progress")


def ready(arguments: argparse.Namespace) -> None:
    """Find out before a long run what would stop it at the end: libraries, the folder, tables, numbers."""
    from .._optional import require

    require("xlsxwriter", extra="excel", feature="writing the workbook")
    require("matplotlib", extra="plot", feature="drawing the report's charts")
    out = Path(arguments.out)
    if out.exists() and not out.is_dir():
        raise ArgumentError("--out must be a folder", got=str(out))
    for name in ("years", "draws"):
        if getattr(arguments, name) < 0:
            raise ArgumentError(f"--{name} must be 0 or more", got=getattr(arguments, name))
    for path in (arguments.budgets, arguments.funds):
        read_fund_table(path)
    with aside(out):
        pass


def run(
    cases: Any,
    scenarios: list[Any],
    arguments: argparse.Namespace,
    *,
    recipe: dict[str, Any] | None,
    more: Callable[[], str] | None = None,
) -> Comparison:
    """Simulate, write report, workbook, scenarios and record, and print what came out.

    `more` makes a further section of the report. The files are written aside and take their
    places together: a run that is stopped leaves those of the run before as they were.
    """
    from ..report import fonts
    from ..report.page import page
    from ..report.page_charts import charts_to_draw
    from ..simulation.record.record import write_record
    from ..simulation.simulate import simulate

    out = Path(arguments.out)
    tell = None if arguments.quiet else Teller()
    result = simulate(
        cases,
        scenarios,
        years=arguments.years,
        draws=arguments.draws,
        seed=arguments.seed,
        budgets=read_fund_table(arguments.budgets),
        funds=read_fund_table(arguments.funds),
        progress=tell,
    )
    if tell is not None:
        tell.say("write", str(out))
    invented = recipe is not None
    with aside(out) as part:
        (part / SCENARIOS).mkdir()
        for scenario in result.scenarios:
            scenario.to_yaml(part / SCENARIOS / f"{scenario.id}.yaml")
        further = () if more is None else (more(),)
        facts, lang = result.facts(synthetic=invented), fonts.language(arguments.lang)
        _, *drawn, _ = divided(
            partial(result.to_excel, part / WORKBOOK, synthetic=invented),
            *charts_to_draw(result, facts, lang=lang),
            partial(write_record, result, part / RECORD, recipe=recipe),
        )
        text = page(result, facts, lang=lang, more=further, drawn=chain.from_iterable(drawn))
        (part / REPORT).write_text(text, encoding="utf-8")
        _into_place(part, out)
    if tell is not None:
        tell.done()
    say(result)
    _print_supervision(result)
    for told in result.cautions():
        say(_now(f"  注意: {told[0]}", f"  note: {told[1]}"))
    print(f"\n{out / REPORT}\n{out / WORKBOOK}\n{out / SCENARIOS}\n{out / RECORD}")
    return result


def divided(*works: Callable[[], Any]) -> list[Any]:
    """The results of several works. Of this process and one beside it, each takes the next when it is free.

    >>> divided(lambda: 6 * 7, lambda: "seven")
    [42, 'seven']
    """
    from ..simulation.progress import beside

    left, places = os.pipe()
    os.write(places, bytes(range(len(works))))
    os.close(places)

    def taken() -> dict[int, Any]:
        return {number: works[number]() for (number,) in iter(partial(os.read, left, 1), b"")}

    try:
        other = beside(taken)
        found = taken() | other()
    finally:
        os.close(left)
    return [found[number] if number in found else work() for number, work in enumerate(works)]


def _print_supervision(result: Comparison) -> None:
    """What levers of supervision bring, with the band of their shares."""
    table = result.supervision()
    for (scenario, lever), rows in table.groupby(["scenario", "lever"], sort=False):
        head = both(
            "基金监管, 当年金额 (元), 占比区间取 90 %",
            "supervision, yuan of the year, 90 % of the shares' intervals",
        )
        say(f"\n{scenario}/{lever}: {head}")
        for row in rows.to_dict("records"):
            band = f"{row['low']:,.2f} … {row['high']:,.2f}"
            say(f"  {both(row['title_zh'], row['title_en'])}: {row['value']:,.2f} [{band}]")
        told = both("疑点不等于违规", "a suspicion is no guilt")
        state = both(*pairs("trust")[rows["state"].iloc[0]])
        say(f"  {rows['source'].iloc[0]} {state}; {told}")


def _into_place(part: Path, out: Path) -> None:
    """Move what was written to where it belongs; scenarios of the run before do not stay among the new."""
    for old in _scenarios_before(out):
        old.unlink(missing_ok=True)
    (out / SCENARIOS).mkdir(exist_ok=True)
    for file in sorted((part / SCENARIOS).iterdir()):
        file.replace(out / SCENARIOS / file.name)
    for name in (WORKBOOK, REPORT, RECORD):
        (part / name).replace(out / name)


def _scenarios_before(out: Path) -> list[Path]:
    """The documents an earlier run wrote here, by its record; other files are the user's."""
    from ..simulation.record.record import read_record
    from ..simulation.scenario_errors import RecordError

    try:
        record = read_record(out / RECORD)
        return [out / SCENARIOS / f"{Path(str(each['id'])).name}.yaml" for each in record["scenarios"]]
    except (RecordError, KeyError, TypeError):
        return []


class Teller:
    """Prints a line a stage, with the time it took; a moving line on a terminal."""

    def __init__(self) -> None:
        self.start = time.perf_counter()
        self.stage = ""

    def __call__(self, progress: Progress) -> None:
        self.say(progress.stage, progress.what, progress.done, progress.total)

    def say(self, stage: str, what: str, done: int = 0, total: int = 0) -> None:
        seconds = time.perf_counter() - self.start
        zh, en = _STAGES.get(stage, (stage, stage))
        line = _now(f"{seconds:5.0f} 秒  {zh} {what}".rstrip(), f"{seconds:5.0f} s  {en} {what}".rstrip())
        if sys.stderr.isatty():
            share = f"  {done}/{total}" if total else ""
            say(f"\r\x1b[K{line}{share}", end="", file=sys.stderr, flush=True)
        elif stage != self.stage:
            say(line, file=sys.stderr, flush=True)
        self.stage = stage

    def done(self) -> None:
        seconds = time.perf_counter() - self.start
        end = "\r\x1b[K" if sys.stderr.isatty() else ""
        say(f"{end}{_now(f'{seconds:5.0f} 秒  完成', f'{seconds:5.0f} s  done')}", file=sys.stderr)


def _now(zh: str, en: str) -> str:
    """What is said while a run goes on: a short line, in one language."""
    return zh if language() == "zh" else en
