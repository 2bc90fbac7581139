"""The options that state what an export leaves out of one's hospital."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ._say import say

if TYPE_CHECKING:
    from ..cases.hospital_facts import HospitalFacts


def add_hospital_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the facts that fill what the cases leave empty."""
    group = parser.add_argument_group("what the file leaves out 文件所缺的医院信息")
    group.add_argument(
        "--hospital", metavar="TOML", help="a file of facts on the hospital: level, region … 医院信息"
    )
    group.add_argument("--hospital-level", metavar="LEVEL", help="3, 2, 1 or 三级 医院等级")
    group.add_argument("--insurance", metavar="WORD", help="insurance of stays that state none 医保类型")
    group.add_argument("--region", metavar="CODE", help="the region the hospital is in 统筹区")


def hospital_facts(arguments: argparse.Namespace) -> HospitalFacts:
    """The facts of the file, those of single options over them."""
    from ..cases.hospital_facts import HospitalFacts

    single: dict[str, Any] = {
        "level": arguments.hospital_level,
        "insurance": arguments.insurance,
        "region": arguments.region,
    }
    stated = HospitalFacts.of({name: value for name, value in single.items() if value is not None})
    given = {name: getattr(stated, name) for name, value in single.items() if value is not None}
    return replace(HospitalFacts.of(arguments.hospital), **given)


def with_hospital_facts(cases: Any, arguments: argparse.Namespace) -> Any:
    """The cases with the facts given, each that was filled told on stderr."""
    cases, told = hospital_facts(arguments).without_coefficient().fill(cases)
    if not getattr(arguments, "quiet", False):
        for line in told:
            say(line, file=sys.stderr)
    return cases
