"""`drgsim policy`: list the policies, show one, check a file, compare two; write, explain and test."""

from __future__ import annotations

import argparse
import sys
import warnings
from pathlib import Path
from typing import Any

from .._atomic import replacing
from ..words import word_in
from ._say import both, say


def add_actions(actions: Any) -> None:
    """Add the three actions to `policy`."""
    new = actions.add_parser("new", help="a commented document to start from 新建")
    new.add_argument("region", metavar="REGION", help="its id: letters, digits, hyphens, such as weihai-2024")
    new.add_argument(
        "--like", metavar="ID", help="a policy it takes over and whose values it repeats as comments"
    )
    new.add_argument("-o", "--out", metavar="FILE", help="where to write it (default: REGION.yaml)")
    new.set_defaults(run=_new)
    explain = actions.add_parser("explain", help="the manual page of a parameter, effect or fact 说明")
    explain.add_argument("name", metavar="PARAMETER|EFFECT|FACT")
    explain.set_defaults(run=_explain)
    test = actions.add_parser("test", help="run the examples of a document 运行例题")
    test.add_argument(
        "policies", metavar="ID|FILE", nargs="*", help="default: every shipped policy that has some"
    )
    test.set_defaults(run=_test)


def _new(arguments: argparse.Namespace) -> int:
    from ..errors import ArgumentError
    from ..policy.manual import template

    path = Path(arguments.out or f"{arguments.region}.yaml")
    if path.exists():
        raise ArgumentError("the file is there already", got=path.name, do="choose another with --out")
    with replacing(path) as part:
        part.write_text(template(arguments.region, like=arguments.like), encoding="utf-8")
    say(f"{path}: fill in the values, then `drgsim policy check {path}`")
    return 0


def _explain(arguments: argparse.Namespace) -> int:
    from ..policy.manual import manual

    say(manual(arguments.name))
    return 0


def _test(arguments: argparse.Namespace) -> int:
    from ..policy.library import shipped
    from ..policy.policy import Policy
    from ..settlement.examples import run_examples

    named = arguments.policies or [
        name for name, path in shipped().items() if "\nexamples:" in path.read_text(encoding="utf-8")
    ]
    failed = total = 0
    for name in named:
        policy = Policy.load(name)
        results = run_examples(policy)
        count = len(policy.document.examples)
        say(f"{policy.id}: {both(f'{count} 个例题', f'{count} examples')}")
        for result in results:
            say(f"  {result}")
            failed += not result.agrees
        total += len(results)
    agree = both(f"{total} 个结果中 {total - failed} 个相符", f"{total - failed} of {total} results agree")
    say(agree + (f", {both(f'{failed} 个不符', f'{failed} do not')}" if failed else ""))
    return 1 if failed or not total else 0


def add_parser(commands: Any) -> None:
    """Add `policy` and its four actions to the command line."""
    parser = commands.add_parser(
        "policy",
        help="list, show, check and compare policies 政策文档",
        description="Policies are dated, sourced documents; each value says how far it is to be trusted.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="the shipped policies 列出")
    listing.set_defaults(run=_list)
    show = actions.add_parser("show", help="the values in force 显示")
    show.add_argument("policy", metavar="ID", help="a shipped policy or a YAML file")
    show.add_argument("--all", action="store_true", help="also parameters at their neutral default")
    show.add_argument("--yaml", action="store_true", help="as one whole document")
    _add_changes(show)
    show.set_defaults(run=_show)
    check = actions.add_parser("check", help="every problem of a file 检查")
    check.add_argument("file", metavar="FILE|ID")
    check.add_argument(
        "--with", dest="parts", metavar="PART", action="append", default=[], help="lay a part over it"
    )
    check.set_defaults(run=_check)
    diff = actions.add_parser("diff", help="what B says differently 比较")
    diff.add_argument("before", metavar="A")
    diff.add_argument("after", metavar="B")
    diff.set_defaults(run=_diff)
    add_actions(actions)


def _add_changes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--on", metavar="DATE", help="the day to read it for (default: the last it is known to hold)"
    )
    parser.add_argument(
        "--with", dest="parts", metavar="PART", action="append", default=[], help="lay a part over it"
    )
    parser.add_argument(
        "--set",
        dest="changes",
        metavar="PATH[@DATE]=VALUE",
        action="append",
        default=[],
        help="reform a value, in YAML; PATH/KEY for one cell",
    )


def _list(arguments: argparse.Namespace) -> int:
    from ..policy.display import trust_text
    from ..policy.library import shipped
    from ..policy.policy import Policy
    from ..weights.runnable import lacking, unpriced

    for name in shipped():
        policy = Policy.load(name)
        method = word_in(policy.method or "part", "method")
        say(f"{name}  {both(policy.title['zh'], policy.title['en'])}  [{method}]")
        say(f"    {trust_text(policy.states)}")
        if policy.method:
            missing = lacking(policy)
            left = None if missing else unpriced(policy)
            told = [both(one.zh, one.en) for one in [*missing, *([left] if left else [])]]
            say(f"    {'; '.join(told if missing else [both('可运行', 'can be run'), *told])}")
    return 0


def _show(arguments: argparse.Namespace) -> int:
    from ..policy.policy import Policy
    from ..policy.reform import parse_assignments

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        policy = Policy.load(arguments.policy, on=arguments.on)
    for warning in caught:
        say(f"drgsim: {warning.message}", file=sys.stderr)
    for part in arguments.parts:
        policy = policy.including(part)
    policy = policy.reform(parse_assignments(arguments.changes))
    if arguments.yaml:
        print(policy.to_yaml(), end="")
    else:
        say(policy.show(every=arguments.all))
        say(f"hash {policy.hash}")
    return 0


def _check(arguments: argparse.Namespace) -> int:
    from ..errors import FileFormatError
    from ..policy.policy import Policy
    from ..policy.policy_errors import PolicyError
    from ..policy.remarks import remarks

    try:
        policy = Policy.load(arguments.file)
        for part in arguments.parts:
            policy = policy.including(part)
    except (PolicyError, FileFormatError) as error:
        say(error)
        return 1
    for zh, en in remarks(policy):
        say(f"  {both(zh, en)}")
    counts = len(policy.document.parameters), len(policy.document.rules)
    zh = f"没有问题；参数 {counts[0]} 个，规则 {counts[1]} 条"
    en = f"no problems; {counts[0]} parameters, {counts[1]} rules"
    say(f"{policy.id}: {both(zh, en)}; hash {policy.hash}")
    return 0


def _diff(arguments: argparse.Namespace) -> int:
    from ..policy.policy import Policy

    say(Policy.load(arguments.before).diff(Policy.load(arguments.after)))
    return 0
