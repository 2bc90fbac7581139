"""`drgsim audit`: screen stays and claims by the supervision rules; look at, check and test the rules."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from .._optional import installed
from ..errors import ArgumentError
from ..language import stated_language
from ..words import word_in
from ._reading import (
    add_hospital_arguments,
    add_layout_arguments,
    reading_options,
    tell_reading,
    with_hospital_facts,
)
from ._say import aligned, both, say
from .estimate import weights_of

PROBLEMS_FOUND = 1
TABLES = ("items", "visits", "prescriptions", "dispensings", "members", "items-catalogue", "drugs")
PAGE_FILE = "page.html"
ACTIONS = ("list", "show", "check", "test", "measure")


def add_parser(commands: Any) -> None:
    """Add `audit` to the command line."""
    parser = commands.add_parser(
        "audit",
        help="screen stays and claims by the supervision rules 基金监管筛查与自查自纠",
        description="Screens stays, charge items, prescriptions, trace codes and members by the national "
        "rule libraries and your own rules, and writes a workbook by department and rule, a summary, a file "
        "of decisions that the next run reads. Findings are suspicions unless the rule's result kind says "
        "violation. 疑点不等于违规。",
        epilog="examples: drgsim audit cases.xlsx --policy harbin --items items.csv --out findings; "
        "drgsim audit rules list; drgsim audit rules show drug-sex; drgsim audit rules test; "
        "drgsim audit template --out tables.xlsx",
    )
    parser.add_argument(
        "what",
        metavar="CASES",
        nargs="?",
        help="a file of stays; or `rules` (list, show ID, check, test, measure), or `template`",
    )
    parser.add_argument("action", nargs="*", metavar="ACTION", help=argparse.SUPPRESS)
    parser.add_argument("--policy", metavar="ID", help="a shipped policy or a YAML file; gives the money")
    parser.add_argument("--weights", metavar="FILE", help="weight table (CSV, or the id of a published one)")
    for name in TABLES:
        parser.add_argument(f"--{name}", metavar="FILE", help=f"table of {name}")
    parser.add_argument("--map", metavar="FILE", help="CSV of local code, national code")
    parser.add_argument("--rules", metavar="DIR", action="append", default=[], help="a folder of own rules")
    parser.add_argument(
        "--only", metavar="ID", action="append", default=[], help="only these rules or families"
    )
    parser.add_argument("--lever", metavar="RULE.LEVER=VALUE", action="append", default=[])
    parser.add_argument("--on", metavar="DATE", help="the day whose rules hold (default: the newest)")
    parser.add_argument("--decisions", metavar="FILE", help="decisions on an earlier run (default: OUT's)")
    parser.add_argument("-o", "--out", metavar="DIR", help="folder to write to; the template's file")
    parser.add_argument("--n", type=int, default=20_000, help="rules measure: invented stays")
    parser.add_argument("--seed", type=int, default=0, help="rules measure: another seed, other stays")
    parser.add_argument("--lang", choices=("zh", "en"), default=stated_language() or "zh")
    add_layout_arguments(parser)
    add_hospital_arguments(parser)
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    if arguments.what == "rules":
        return _rules(arguments)
    if arguments.what == "template":
        from ..audit.schema import write_template

        path = Path(arguments.out or "audit-tables.xlsx")
        write_template(path)
        say(f"{path}", file=sys.stderr)
        return 0
    if arguments.action:
        raise ArgumentError("one file of stays is screened at a time", got=arguments.action[0])
    return _screen(arguments)


def _screen(arguments: argparse.Namespace) -> int:
    from ..audit.screening import audit
    from ..audit.self_inspection import DECISIONS_FILE

    cases = None
    if arguments.what is not None:
        from ..cases import read_cases

        read = read_cases(arguments.what, **reading_options(arguments))
        tell_reading(read)
        cases = with_hospital_facts(read, arguments)
    policy = None
    if arguments.policy:
        from ..policy.policy import Policy

        policy = Policy.load(arguments.policy)
    decisions = arguments.decisions
    if decisions is None and arguments.out and (Path(arguments.out) / DECISIONS_FILE).is_file():
        decisions = Path(arguments.out) / DECISIONS_FILE
    tables = {name.replace("-", "_"): getattr(arguments, name.replace("-", "_")) for name in TABLES}
    result = audit(
        cases,
        policy,
        rules=arguments.rules,
        only=arguments.only,
        on=_day(arguments.on),
        levers=_levers(arguments.lever),
        weights=weights_of(arguments.weights),
        mapping=_mapping(arguments.map),
        decisions=decisions,
        **tables,
    )
    say(result.text(arguments.lang), file=sys.stderr)
    if arguments.out:
        from .._atomic import together

        with together(arguments.out) as part:
            written = result.to_dir(part, lang=arguments.lang)
            if installed("matplotlib"):
                written.append(result.to_html(part / PAGE_FILE))
        for path in written:
            print(Path(arguments.out) / path.name)
        if not installed("matplotlib"):
            say('no page: pip install "drgsim[plot]"', file=sys.stderr)
    elif len(result):
        say(aligned(_words(result.summary().reset_index())))
    return PROBLEMS_FOUND if len(result) else 0


def _rules(arguments: argparse.Namespace) -> int:
    from ..audit.library import Library

    words = list(arguments.action) or ["list"]
    action, names = words[0], words[1:]
    if action not in ACTIONS:
        raise ArgumentError("rules can be", got=action, allowed=ACTIONS, nearest=ACTIONS)
    library = Library.load(*arguments.rules)
    if action == "show":
        if not names:
            raise ArgumentError("which rule is to be shown", do="drgsim audit rules show drug-sex")
        from ..audit.rule_words import rule_text

        for name in names:
            say(rule_text(library[name], library, arguments.lang))
        return 0
    chosen = library.only([*names, *arguments.only]) if names or arguments.only else library
    if action == "list":
        from ..audit.rule_words import rules_table

        say(aligned(_words(rules_table(chosen, arguments.lang))))
        return 0
    if action == "check":
        from ..audit.examples import check_rules

        problems = check_rules(chosen)
        for each in problems:
            say(each)
        count = both(
            f"{len(chosen)} 条规则，{len(problems)} 个问题", f"{len(chosen)} rules, {len(problems)} problems"
        )
        say(count, file=sys.stderr)
        return PROBLEMS_FOUND if problems else 0
    if action == "measure":
        return _measure(arguments)
    from ..audit.examples import run_examples

    done = [outcome for rule in chosen for outcome in run_examples(rule, chosen)]
    wrong = [each for each in done if not each.passed]
    for one in wrong:
        say(f"{one.rule} example {one.number} ({one.kind}): {one.said}")
    say(f"{len(chosen)} rules, {len(done)} examples, {len(wrong)} not as stated", file=sys.stderr)
    return PROBLEMS_FOUND if wrong else 0


def _measure(arguments: argparse.Namespace) -> int:
    """Precision and recall on planted fraud; an invented region, the national default and example weights."""
    from ..policy.policy import Policy
    from ..report.audit_precision import precision, ranking
    from ..weights.weights import Weights

    policy = Policy.load(arguments.policy or "national-drg-rate")
    weights = weights_of(arguments.weights) or Weights.load("chs-drg-2.0-example")
    for table in (
        precision(arguments.n, seed=arguments.seed, policy=policy, weights=weights),
        ranking(arguments.n, seed=arguments.seed, policy=policy, weights=weights),
    ):
        say(aligned(_words(table.reset_index())), end="\n\n")
    return 0


def _words(table: Any) -> list[list[str]]:
    """A frame as rows of words, its header first."""
    rows = [
        [f"{cell:,.2f}" if isinstance(cell, float) else str(cell) for cell in row] for row in table.to_numpy()
    ]
    return [[word_in(name, "audit_list") for name in table.columns], *rows]


def _day(text: str | None) -> Any:
    import datetime

    if text is None:
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise ArgumentError("a day is written 2026-01-28", got=text) from None


def _levers(words: list[str]) -> dict[str, Any]:
    levers: dict[str, Any] = {}
    for word in words:
        path, sign, value = word.partition("=")
        if not sign:
            raise ArgumentError("a lever is not understood", got=word, allowed="RULE.LEVER=VALUE")
        try:
            levers[path] = float(value)
        except ValueError:
            levers[path] = value
    return levers


def _mapping(path: str | None) -> dict[str, str] | None:
    import csv
    import io

    from .._damaged import read_text, whole

    if path is None:
        return None
    with whole(path):
        rows = [row for row in csv.reader(io.StringIO(read_text(path))) if len(row) >= 2 and row[0].strip()]
    return {row[0].strip(): row[1].strip() for row in rows}
