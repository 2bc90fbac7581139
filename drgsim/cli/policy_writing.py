"""`drgsim policy new | explain | test`: write a document, look up what it may say, run its examples."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ._say import say


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
    path.write_text(template(arguments.region, like=arguments.like), encoding="utf-8")
    say(f"{path}: fill in the values, then `drgsim policy check {path}` 填写后运行检查")
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
        say(f"{policy.id}: {len(policy.document.examples)} examples 例题")
        for result in results:
            say(f"  {result}")
            failed += not result.agrees
        total += len(results)
    say(f"{total - failed} of {total} results agree 相符" + (f", {failed} do not 不符" if failed else ""))
    return 1 if failed or not total else 0
