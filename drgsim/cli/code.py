"""`drgsim code`: find diagnosis and procedure codes, and show one."""

from __future__ import annotations

import argparse
from typing import Any

from ..codes import Catalogue, Kind, clinical_changes
from ..language import CODE_NAMES, stated_language, told
from ..sources import resolve
from ..words import word_in
from ._say import aligned, both, say

KINDS: dict[Kind, tuple[str, str]] = {
    "diagnosis": ("诊断", "diagnosis"),
    "procedure": ("手术操作", "procedure"),
}


def add_parser(commands: Any) -> None:
    """Add `code` and its two actions to the command line."""
    parser = commands.add_parser(
        "code",
        help="find and show diagnosis and procedure codes 编码查询",
        description="Diagnosis (ICD-10) and procedure (ICD-9-CM-3) codes of the insurance edition 2.0. "
        "医保版 2.0 疾病诊断与手术操作编码查询。The tables come from public programs (secondary).",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    search = actions.add_parser("search", help="by the beginning of a code, or by words of the name 查找")
    search.add_argument("text", metavar="TEXT", nargs="+", help="胆囊, K80.1, 腹腔镜 胆囊")
    search.add_argument("--kind", choices=KINDS, help="only diagnoses, or only procedures")
    search.add_argument("-n", type=int, default=20, help="at most so many of a kind (default: 20)")
    search.set_defaults(run=_search)
    show = actions.add_parser("show", help="name, gray or not, and the code in the other edition 显示")
    show.add_argument("code", metavar="CODE")
    show.set_defaults(run=_show)


def _search(arguments: argparse.Namespace) -> int:
    text = " ".join(arguments.text)
    found = False
    for kind in [arguments.kind] if arguments.kind else KINDS:
        frame = Catalogue.load(kind).search(text, n=arguments.n)
        if len(frame):
            found = True
            rows = [
                (code, name, both("灰码", "gray") if gray else "")
                for code, name, gray in frame.itertuples(index=False)
            ]
            say(f"{both(*KINDS[kind])}\n{aligned(rows)}")
    if not found:
        say(f"没有找到 nothing found: {text}")
    return 0


def _show(arguments: argparse.Namespace) -> int:
    kind, code = _located(arguments.code)
    catalogue = Catalogue.load(kind)
    if code != arguments.code:
        say(f"{arguments.code} → {code}")
    if code in catalogue:
        state = f"  {both('灰码', 'gray')}" if catalogue.gray[catalogue.id_of(code)] else ""
        say(f"{code}  {catalogue.name_of(code)}  [{both(*KINDS[kind])}]{state}")
    changes = clinical_changes(kind)
    if code in changes:
        say(f"国临版 clinical edition: {code} → {changes[code]} {catalogue.name_of(changes[code])}")
    clinical_codes = [clinical for clinical, insurance in changes.items() if insurance == code]
    if clinical_codes:
        say(f"由国临版转来 what it is in the clinical edition: {', '.join(clinical_codes)}")
    source = resolve(catalogue.source)
    say(f"来源 source: {told(source.title)} [{word_in(source.state, 'trust')}]")
    if stated_language() == "en":
        say(CODE_NAMES)
    return 0


def _located(text: str) -> tuple[Kind, str]:
    """The kind and the spelling of a code; raises NotFoundError when no catalogue can mean it."""
    from ..codes.repairs import repairer

    for kind in KINDS:
        code = repairer(kind, "clinical").repair(text).text
        if code in Catalogue.load(kind) or code in clinical_changes(kind):
            return kind, code
    likely: Kind = "procedure" if text[:1].isdigit() else "diagnosis"
    raise Catalogue.load(likely).not_found(text)
