"""`drgsim scheme`: list the schemes, show one, check it, compare two, import one, move one."""

from __future__ import annotations

import argparse
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..language import either, language, stated_language
from ..words import word_in
from ._reading import add_reading_arguments, reading_options
from ._say import both, say, table_text

if TYPE_CHECKING:
    from ..schemes.scheme import Scheme


def add_parser(commands: Any) -> None:
    """Add `scheme` and its actions to the command line."""
    parser = commands.add_parser(
        "scheme",
        help="list, show, check, compare, import and move grouping schemes 分组方案",
        description="A scheme is named by its id, by its family and a day, or by the folder of its pack.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="the schemes that are installed 列出")
    listing.add_argument("--json", action="store_true", help="one JSON object a scheme, for programs")
    listing.set_defaults(run=_list)
    show = actions.add_parser("show", help="a scheme, or some of its rows and code sets 显示")
    show.add_argument("scheme", metavar="ID")
    show.add_argument(
        "rows", metavar="CODE", nargs="*", help="an MDC, ADRG, DRG or code set, or how it begins"
    )
    _add_day(show)
    show.set_defaults(run=_show)
    check = actions.add_parser("check", help="what looks wrong in a scheme 检查")
    check.add_argument("scheme", metavar="ID")
    check.add_argument(
        "--level", choices=("error", "warning", "note"), default="warning", help="from which level on"
    )
    _add_day(check)
    _add_language(check)
    check.set_defaults(run=_check)
    diff = actions.add_parser("diff", help="what B has otherwise than A 比较")
    diff.add_argument("before", metavar="A")
    diff.add_argument("after", metavar="B")
    diff.add_argument(
        "--limit", type=int, default=10, help="differences of one kind shown (0: all; default 10)"
    )
    diff.add_argument("--csv", metavar="FILE", help="write every difference to a table")
    _add_language(diff)
    diff.set_defaults(run=_diff)
    _add_import(actions)
    _add_refine(actions)
    _add_rebase(actions)


def _add_rebase(actions: Any) -> None:
    parser = actions.add_parser(
        "rebase",
        help="a first overlay of a local scheme on another national edition 移到新国家版",
        description="Writes what of the local scheme still applies as a pack, and every local difference with"
        " what became of it as a table beside the pack, for the expert.",
    )
    parser.add_argument("scheme", metavar="LOCAL")
    parser.add_argument("--onto", metavar="ID", required=True, help="the edition to stand on, chs-drg-3.0")
    parser.add_argument("--id", help="id of the new pack (default: LOCAL-on-VERSION)")
    parser.add_argument("--out", metavar="FOLDER", help="the folder to write the pack to")
    parser.add_argument(
        "--overlap", type=float, default=0.5, help="least share of common codes of one group (default 0.5)"
    )
    parser.add_argument("--limit", type=int, default=10, help="differences shown of each end (0: all)")
    _add_language(parser)
    parser.set_defaults(run=_rebase)


def _add_refine(actions: Any) -> None:
    parser = actions.add_parser(
        "refine",
        help="cut a local scheme from one's own cases 由本地病例细分",
        description="Looks in every ADRG for the split of cost that the cases support on hospitals left out, "
        "and writes an overlay pack with its report. "
        "在每个 ADRG 内寻找本地病例支持的细分，写成方案包和报告。",
        epilog="example: drgsim scheme refine cases.parquet --base chs-drg-3.0 --out our-city",
    )
    add_reading_arguments(parser)
    parser.add_argument("--base", default="chs-drg-3.0", metavar="ID", help="the scheme to refine")
    parser.add_argument("--constraints", metavar="FILE", help="a constraints file of your own")
    parser.add_argument("--id", help="id of the new scheme (default: the name of the folder)")
    parser.add_argument("--title", default="", help="title of the new scheme")
    parser.add_argument("--out", required=True, metavar="FOLDER", help="the folder for pack and report")
    parser.set_defaults(run=_refine)


def _refine(arguments: argparse.Namespace) -> int:
    from ..cases import read_cases
    from ..grouping.refine.features import Constraints
    from ..grouping.refine.refine import refine

    folder = Path(arguments.out)
    constraints = Constraints.load(arguments.constraints)
    cases = read_cases(arguments.file, **reading_options(arguments))
    found = refine(
        cases,
        arguments.base,
        id=arguments.id or folder.name,
        title=arguments.title,
        constraints=constraints,
    )
    found.write(folder)
    for zh, en in found.notes:
        say(both(zh, en))
    say(found)
    say(table_text(found.summary().rename(index=lambda name: word_in(name, "refined")), "refine"))
    say(folder)
    return 0


def _add_import(actions: Any) -> None:
    parser = actions.add_parser(
        "import",
        help="make a pack of the official workbook or of neutral tables 导入",
        description="The pack is written to a folder that drgsim looks in, unless --out says another.",
    )
    parser.add_argument("source", metavar="FILE.xlsx|FOLDER")
    parser.add_argument("--id", help="id of the pack (default: chs-drg-3.0, or the name of the folder)")
    parser.add_argument("--title", help="title of the pack")
    parser.add_argument("--version", help="edition (default: 3.0 for a workbook)")
    parser.add_argument("--base", metavar="ID", help="write only what differs from this scheme")
    parser.add_argument("--out", metavar="FOLDER", help="the folder to write the pack to")
    parser.add_argument("--lenient", action="store_true", help="leave out what cannot be used, and say so")
    parser.set_defaults(run=_import)


def _add_day(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--on", metavar="DATE", help="for a family: the edition of this day (default: today)")


def _add_language(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--lang",
        choices=("zh", "en"),
        default=stated_language() or "zh",
        help="language of the text",
    )


def _list(arguments: argparse.Namespace) -> int:
    from ..schemes.registry import list_schemes

    table = list_schemes()
    if arguments.json:
        print(table.to_json(orient="records", lines=True, force_ascii=False, default_handler=str), end="")
        return 0
    for row in table.to_dict("records"):
        ambiguous = f", {row['ambiguous']} QY" if row["ambiguous"] else ""
        counts = f"{row['mdc']} MDC, {row['adrg']} ADRG, {row['drg']} DRG{ambiguous}"
        title, since = either(row["title"], row["title_en"] or row["title"]), row["valid_from"] or "?"
        said = f"自 {since}" if language() == "zh" else f"from {since}"
        say(f"{row['id']:22} {title}  [{counts}; {said}; {word_in(row['trust'], 'trust')}]")
    return 0


def _show(arguments: argparse.Namespace) -> int:
    from ..schemes.describe import describe, describe_rows

    scheme = _load(arguments.scheme, arguments.on)
    say(describe_rows(scheme, arguments.rows) if arguments.rows else describe(scheme))
    return 0


def _check(arguments: argparse.Namespace) -> int:
    from ..schemes.check import problems

    scheme = _load(arguments.scheme, arguments.on)
    found = problems(scheme)
    levels = ("error", "warning", "note")
    shown = [problem for problem in found if levels.index(problem.level) <= levels.index(arguments.level)]
    for problem in shown:
        where = f"{word_in(problem.table, 'scheme_table')} {problem.row}"
        say(f"{word_in(problem.level, 'severity'):8}{where}: {getattr(problem, arguments.lang)}")
    told = [(sum(problem.level == level for problem in found), level) for level in levels]
    counts = ", ".join(f"{count} {level}s" for count, level in told)
    if language() == "zh":
        counts = "、".join(f"{word_in(level, 'severity')} {count}" for count, level in told)
    say(f"{scheme.id} ({word_in(scheme.trust, 'trust')}): {counts}", file=sys.stderr)
    return int(any(problem.level != "note" for problem in found))


def _diff(arguments: argparse.Namespace) -> int:
    found = _load(arguments.before).diff(_load(arguments.after))
    say(found.text(arguments.lang, limit=arguments.limit or None))
    if arguments.csv:
        from ..cases.write import write_table

        write_table(found.frame, Path(arguments.csv))
    return 0


def _rebase(arguments: argparse.Namespace) -> int:
    from ..schemes.rebase import rebase

    onto = _load(arguments.onto)
    found = rebase(_load(arguments.scheme), onto, overlap=arguments.overlap, id=arguments.id)
    folder = found.write(_folder_for(found.scheme, arguments.out))
    say(found.text(arguments.lang, limit=arguments.limit or None))
    say(f"\n{found.scheme!r}\n  -> {folder}\n  -> {found.table_path(folder)}")
    return 0


def _folder_for(scheme: Scheme, out: str | None) -> Any:
    """Where a pack is written: as the user says, or to the first folder of own packs."""
    from ..errors import ArgumentError
    from ..schemes.metadata import folder_name
    from ..schemes.registry import user_roots

    roots = user_roots()
    if not roots and not out:
        raise ArgumentError("no folder of your own packs to write to", do="say where: --out FOLDER")
    return Path(out) if out else roots[0] / folder_name(scheme.id)


def _import(arguments: argparse.Namespace) -> int:
    from ..schemes.check import refuse_absent
    from ..schemes.pack_write import write_pack

    source = Path(arguments.source)
    base = _load(arguments.base) if arguments.base else None
    scheme = _imported(source, arguments, base)
    folder = _folder_for(scheme, arguments.out)
    refuse_absent(scheme, source.name)
    write_pack(scheme, folder, base=base)
    for note in scheme.notes:
        say(note)
    say(f"{scheme!r}\n  -> {folder}")
    _beside_shipped(scheme)
    say(f"drgsim scheme show {scheme.id if not arguments.out else folder}")
    return 0


def _beside_shipped(scheme: Scheme) -> None:
    """Say what a pack has otherwise than the shipped one of the same id, before which it is found."""
    from .._paths import data_path
    from ..schemes.metadata import FILE, folder_name
    from ..schemes.registry import load

    shipped = data_path("schemes") / folder_name(scheme.id)
    if not (shipped / FILE).is_file():
        return
    found = load(shipped).diff(scheme)
    say(f"与自带方案相比 beside the shipped {scheme.id}: {found or '规则相同 the same rules'}")


def _imported(source: Any, arguments: argparse.Namespace, base: Scheme | None) -> Scheme:
    from ..schemes.import_tables import import_tables
    from ..schemes.scheme import Scheme

    given: dict[str, Any] = {
        key: value for key in ("id", "title", "version") if (value := getattr(arguments, key))
    }
    if not source.is_dir():
        return Scheme.from_official_workbook(source, strict=not arguments.lenient, **given)
    id = given.pop("id", source.resolve().name.replace("_", "-"))
    if base:
        given |= {"switches": base.switches, "switch_sources": base.switch_sources}
    return import_tables(source, id=id, title=given.pop("title", id), **given)


def _load(name: str, on: str | None = None) -> Scheme:
    """Load a scheme; what it warns of is said in one line."""
    from ..schemes.registry import load

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        scheme = load(name, on=on)
    for text in dict.fromkeys(str(warning.message) for warning in caught):
        say(f"drgsim: {text}", file=sys.stderr)
    return scheme
