"""`drgsim value`: a fund over thirty years, what moves it, what would balance it, and how well we knew."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ..fund.words import pots, with_names
from ..language import either, stated_language, told
from ..words import chinese, unit_text, word_in, words
from ._say import both, say, table_text


def add_parser(commands: Any) -> None:
    """Add `value` to the command line."""
    parser = commands.add_parser(
        "value",
        help="the fund over the years: reserves, deficits, levers, goals 基金长期测算",
        description="Values a fund: income, spending, balance and reserve of every pot by year, under the "
        "baseline and any scenarios; without a file the country's as published. 基金三十年测算：收入、支出、结余、"  # noqa: E501
        "可支付月数、首次赤字；情景、目标求解、敏感性、压力、回测。",
        epilog="example: drgsim value --scenario resident_premium@2027=20 --draws 1000 --seed 1 --out results; "  # noqa: E501
        "drgsim value --goal 'resident_premium: reserve_months.resident >= 6 until 2040'; drgsim value --backtest",  # noqa: E501
    )
    parser.add_argument(
        "fund", nargs="?", metavar="FILE", help="a bureau's workbook or folder of tables 本地表格"
    )
    parser.add_argument(
        "--scenario", action="append", default=[], metavar="ID|FILE|NAME[@DAY]=VALUE",
        help="a shipped scenario, a YAML file, or levers and assumptions; may be given again",
    )  # fmt: skip
    parser.add_argument("--years", type=int, default=30, help="years ahead (30)")
    parser.add_argument("--draws", type=int, default=0, help="draws for bands (none)")
    parser.add_argument("--seed", type=int, help="needed with --draws")
    parser.add_argument("--as-of", metavar="DAY", help="what was known on that day, such as 2023-12-31")
    parser.add_argument(
        "--place", metavar="NAME", help="a place whose yearly figures ship, instead of the country"
    )
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="another assumption")
    parser.add_argument(
        "--goal", action="append", default=[], metavar="LEVER: MEASURE.POT >= NUMBER until YEAR"
    )
    parser.add_argument(
        "--cases", metavar="FILE",
        help="stays: what a scenario's levers assume of them is measured on these 病例文件",
    )  # fmt: skip
    parser.add_argument(
        "--reform", metavar="[BASELINE:]ID|FILE|path=value",
        help="with --cases: what `simulate` compares; alone, a scenario of payment_reform from --from",
    )  # fmt: skip
    parser.add_argument("--from", dest="since", metavar="DAY", help="the day --reform holds from")
    parser.add_argument(
        "--sensitivity", metavar="MEASURE.POT", help="what moves this measure most, a tornado"
    )
    parser.add_argument(
        "--stress", action="store_true", help="also an epidemic, a recession and a cost shock"
    )
    parser.add_argument("--last", metavar="RECORD", help="reconcile with the record of the last valuation")
    parser.add_argument(
        "--backtest", action="store_true", help="value past years with what was known, and compare"
    )
    parser.add_argument("--list", action="store_true", help="the levers, scenarios and assumptions there are")
    parser.add_argument("--template", metavar="FILE", help="write the blank tables of a fund 写出空白模板")
    parser.add_argument("--out", metavar="FOLDER", help="write tables, workbook, page and record")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    if arguments.list:
        return _list()
    if arguments.template:
        from ..fund.valuation_workbook import write_template

        write_template(arguments.template)
        say(both(f"模板已写入 {arguments.template}", f"written to {arguments.template}"))
        return 0
    if arguments.backtest:
        return _backtest(arguments)
    import pandas as pd

    from ..fund.fund import Fund
    from ..fund.goal import seek
    from ..fund.record import reconcile
    from ..fund.scenario import FundScenario, assignments
    from ..fund.sensitivity import sensitivity, stressed
    from ..fund.value import value

    fund = _fund(arguments, Fund)
    for text in arguments.set:
        fund = fund.with_assumptions(assignments(text))
    scenarios: list[Any] = [FundScenario.of(word) for word in arguments.scenario]
    scenarios = _measured(arguments, scenarios)
    if arguments.stress:
        scenarios += stressed(fund.year + 1)
    valued = value(fund, scenarios, years=arguments.years, draws=arguments.draws, seed=arguments.seed)
    with pd.option_context("display.width", 200, "display.max_columns", 20):
        for zh, en, state in valued.notes:
            say(f"{both('说明', 'note')}: {both(zh, en, '; ')} ({_trust(state)})")
        assumed = sum(each.state == "assumed" for each in fund.assumptions.values())
        say(f"{assumed} of {len(fund.assumptions)} assumptions are assumed 其中{assumed}项为假定")
        say(table_text(with_names(valued.summary()), "valuation", index=False))
        for course in valued.courses[1:]:
            if course.scenario.order:
                bars = valued.waterfall(course.scenario.id)
                say(f"\n{_of_bars(course.scenario.id, bars.attrs)}")
                say(table_text(with_names(bars), "valuation", index=False, float_format="{:,.2f}".format))
        for text in arguments.goal:
            lever, _, goal = text.partition(":")
            chosen = scenarios[0] if len(scenarios) == 1 else None
            say(f"\n{seek(fund, lever.strip(), goal or text, scenario=chosen)}")
        told = reconciled = None
        if arguments.sensitivity:
            told = sensitivity(fund, arguments.sensitivity, years=arguments.years)
            say(f"\n{told!r}")
        if arguments.last:
            reconciled = reconcile(arguments.last, valued)
            say(f"\n{reconciled!r}")
    if arguments.out:
        _write(valued, Path(arguments.out), told, reconciled)
    return 0


def _measured(arguments: argparse.Namespace, scenarios: list[Any]) -> list[Any]:
    """The scenarios with what their levers assume of stays measured on those of `--cases`."""
    from ..errors import ArgumentError
    from ..fund.scenario import FundScenario
    from ..simulation.fund_levers import STAYS, measured
    from ._reading import read_grouped_cases
    from .simulate import baseline, reform

    if not arguments.cases:
        if arguments.reform or arguments.since:
            raise ArgumentError("--reform and --from say what to measure on stays", do="add --cases FILE")
        return scenarios
    simulated: tuple[Any, ...] = ()
    if arguments.reform:
        first, colon, second = arguments.reform.partition(":")
        whole = not colon or "=" in first
        words = ("baseline-drg", arguments.reform) if whole else (first, second)
        simulated = (baseline(words[0]), reform(words[1]))
        if not scenarios:
            amount = {arguments.since: 1} if arguments.since else 1
            scenarios = [FundScenario.of({"payment_reform": amount}, id="reform")]
    if not any(name in STAYS for each in scenarios for name in each.uses):
        raise ArgumentError("no scenario here rests on stays", allowed=list(STAYS), do="leave out --cases")
    cases = read_grouped_cases(arguments.cases)
    found = []
    for scenario in scenarios:
        if any(name in STAYS for name in scenario.uses):
            of_stays = measured(scenario, cases, simulated=simulated)
            for zh, en in of_stays.told:
                say(both(zh, en, "\n"))
            scenario = of_stays.scenario
        found.append(scenario)
    return found


def _fund(arguments: argparse.Namespace, kind: Any) -> Any:
    from ..errors import ArgumentError

    if arguments.fund and (arguments.place or arguments.as_of):
        raise ArgumentError(
            "a file of one's own has no --place or --as-of", got=arguments.place or arguments.as_of
        )
    if arguments.fund:
        return kind.read(arguments.fund)
    if arguments.place:
        return kind.place(arguments.place, as_of=arguments.as_of)
    return kind.national(as_of=arguments.as_of)


def _write(valued: Any, folder: Path, told: Any, reconciled: Any) -> None:
    from .._atomic import together
    from ..cases.texts import neutral_frame
    from ..fund.record import write_record
    from ..report.valuation_page import write_valuation

    tables = {
        "funds": valued.frame, "lines": valued.lines, "people": valued.people,
        "present_value": valued.present_value(), "assumptions": valued.fund.assumptions.frame,
    }  # fmt: skip
    if valued.draws:
        tables["bands"] = valued.bands
    with together(folder) as part:
        for name, table in tables.items():
            neutral_frame(table).to_csv(part / f"{name}.csv", index=False)
        write_record(valued, part / "valuation.json")
        valued.to_excel(part / "valuation.xlsx")
        write_valuation(valued, part / "valuation.html", told=told, reconciliation=reconciled)
    if not valued.draws:
        (folder / "bands.csv").unlink(missing_ok=True)
    say("\n" + both(f"结果已写入 {folder}", f"written to {folder}"))


def _of_bars(scenario: str, of: Any) -> str:
    measure, pot = words().get(of["measure"]), pots().get(of["pot"])
    if stated_language() is None or measure is None or pot is None:
        return f"{scenario}: {of['measure']} of {of['pot']}, {of['year']}, yuan"
    scenario = word_in(scenario, "scenario")
    return either(
        f"{scenario}：{of['year']} 年{pot.zh}的{measure.zh}，元",
        f"{scenario}: {measure.en} of the {pot.en}, {of['year']}, yuan",
    )


def _trust(state: str) -> str:
    return chinese("trust").get(state, state) if stated_language() == "zh" else state


def _backtest(arguments: argparse.Namespace) -> int:
    from ..fund.backtest import back_test

    tested = back_test(draws=arguments.draws or 500, seed=1 if arguments.seed is None else arguments.seed)
    say(tested.to_markdown(stated_language() or "en"))
    say()
    say(table_text(with_names(tested.summary()), "valuation", index=False, float_format="{:.3f}".format))
    if arguments.out:
        from .._atomic import together

        with together(arguments.out) as part:
            tested.frame.to_csv(part / "backtest.csv", index=False)
    return 0


def _list() -> int:
    from ..fund.assumptions import parameters
    from ..fund.lever import levers
    from ..fund.scenario import FundScenario

    say(both("杠杆（0 表示不变）：", "levers (0 changes nothing):"))
    for name, lever in levers().items():
        unit, trust = unit_text(lever.unit), _trust(lever.state)
        say(f"  {name}  {both(lever.zh, lever.en)} [{unit}] {lever.source} {trust}")
        say(f"      {told(lever.evidence)}")
        for key, setting in lever.settings.items():
            trust = _trust(setting.state)
            say(f"      {name}.{key} = {setting.value:g}  {both(setting.zh, setting.en)} ({trust})")
    say(f"{both('情景', 'scenarios')}: {', '.join(FundScenario.available())}")
    say(f"{both('假设', 'assumptions')}:")
    for name, what in parameters().items():
        unit, trust = unit_text(what.unit), _trust(what.state)
        say(f"  {name} = {what.value:g} [{unit}]  {both(what.zh, what.en)} ({trust})")
    return 0
