"""`drgsim dip`: learn a DIP catalogue, group cases by one, explain a case, list and check catalogues."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..errors import ArgumentError
from ..language import either, stated_language, told
from ..words import word_in
from ._reading import ReadTally, add_reading_arguments, case_of_file, reading_options
from ._say import aligned, say
from .explain import INPUTS

if TYPE_CHECKING:
    from ..cases.read_chunk import ChunkToRead
    from ..dip import DipGrouper
    from ..dip.learn import DipFitReport
    from ..dip.street import DipChunk

CHUNK_ROWS = 1 << 17
EXIT_PROBLEMS = 1


def add_parser(commands: Any) -> None:
    """Add `dip` and its own commands to the command line."""
    parser = commands.add_parser(
        "dip",
        help="DIP: learn a catalogue, group, explain 病种分值付费",
        description="Disease types (DIP): learn a catalogue from cases, group cases by a catalogue under a "
        "region's rules, show why a case is in its type. 由病例测算目录, 按目录与地区规则入组, 逐例说明。",
    )
    own = parser.add_subparsers(dest="dip_command", metavar="COMMAND", required=True)
    _add_fit(own)
    _add_group(own)
    _add_explain(own)
    _add_import(own)
    _add_list(own)
    _add_check(own)


def _add_fit(commands: Any) -> None:
    parser = commands.add_parser(
        "fit",
        help="learn a catalogue from cases 测算目录",
        description="Learns disease types, scores, auxiliary factors and hospital coefficients, and writes "
        "them as a catalogue of text tables. Defaults and their sources: data/dip/builder.toml.",
        epilog="example: drgsim dip fit 'years/*.csv' --library --out my-city --title 'My city 2027' "
        "--set year_weights=1,2,7",
    )
    add_reading_arguments(parser)
    parser.add_argument("-o", "--out", required=True, metavar="DIR", help="folder for the catalogue")
    parser.add_argument("--id", help="id of the catalogue (default: the folder's name)")
    parser.add_argument("--title", help="its title")
    parser.add_argument(
        "--library",
        nargs="?",
        const="dip-national-3.0",
        metavar="CATALOGUE",
        help="score the types of this catalogue (alone: the national 3.0 library) 以国家病种库测算",
    )
    parser.add_argument(
        "--rules", metavar="NAME", help="rule set it is for (default: the library's, else base)"
    )
    parser.add_argument(
        "--comorbidity", metavar="CSV", help="the classes of the comorbidity index: name, weight, diagnoses"
    )
    parser.add_argument("--complications", metavar="SCHEME", help="DRG scheme whose CC and MCC count")
    parser.add_argument("--benchmark", metavar="TYPE", help="the type of --set score_method=benchmark")
    parser.add_argument("--fixed-sum", type=float, metavar="YUAN", help="of --set score_method=fixed_sum")
    parser.add_argument(
        "--exclude", action="append", default=[], metavar="CODE", help="a procedure that tells no types apart"
    )
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a parameter of the builder"
    )
    parser.add_argument("--against", metavar="CATALOGUE", help="also say what changed against this one")
    parser.set_defaults(run=_fit)


def _add_group(commands: Any) -> None:
    parser = commands.add_parser(
        "group",
        help="find the disease type of every case of a file 病种入组",
        description="Writes the cases with their disease type, score, status, matched procedures and "
        "auxiliary factor. No row is ever left out. 不丢一行, 不改一个编码。",
        epilog="example: drgsim dip group cases.csv -o grouped.csv --catalogue my-city",
    )
    add_reading_arguments(parser)
    parser.add_argument("-o", "--out", required=True, metavar="OUT", help=".csv, .csv.gz or .parquet")
    _add_catalogue(parser)
    parser.add_argument("--normalise", action="store_true", help=argparse.SUPPRESS)  # what is done anyway
    parser.add_argument("--threads", type=int, metavar="N", help="default: one for each core")
    parser.add_argument("--quiet", action="store_true", help="no progress and no summary")
    parser.set_defaults(run=_group)


def _add_explain(commands: Any) -> None:
    parser = commands.add_parser(
        "explain",
        help="why one case is in its type 单病例入组说明",
        description="Shows every entry that was considered for a case and why each lost. Give the case by "
        "--dx, --proc, --age …, or a FILE and the --case in it.",
    )
    add_reading_arguments(parser, required=False)
    parser.add_argument("--case", metavar="CASE_ID", help="the case_id in FILE; only this case is shown")
    _add_catalogue(parser)
    for option, column, text in INPUTS:
        parser.add_argument(f"--{option}", dest=column, metavar=option.upper(), help=text)
    parser.add_argument("--cost", dest="total_cost", metavar="YUAN", help="cost of the stay 总费用")
    parser.add_argument("--lang", choices=("zh", "en"), default=stated_language() or "zh")
    parser.set_defaults(run=_explain)


def _add_catalogue(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--catalogue", required=True, metavar="ID", help="a folder, or see `drgsim dip list`")
    parser.add_argument("--rules", metavar="NAME", help="rule set (default: the one the catalogue names)")


def _add_import(commands: Any) -> None:
    parser = commands.add_parser(
        "import",
        help="the national 3.0 workbook as a catalogue 导入国家病种库",
        description="Reads the workbook as NHSA publishes it; what cannot be read is listed, all of it.",
        epilog="example: drgsim dip import official.xlsx --out national",
    )
    parser.add_argument("file", metavar="WORKBOOK", help="the .xlsx")
    parser.add_argument("-o", "--out", required=True, metavar="DIR", help="folder for the catalogue")
    parser.set_defaults(run=_import)


def _add_list(commands: Any) -> None:
    parser = commands.add_parser("list", help="the catalogues and rule sets that ship 目录与规则一览")
    parser.set_defaults(run=_list)


def _add_check(commands: Any) -> None:
    parser = commands.add_parser(
        "check", help="what is wrong with a catalogue 目录检查", description="Ends with 1 when anything is."
    )
    parser.add_argument("catalogue", metavar="ID", help="a folder, or a catalogue that ships")
    parser.set_defaults(run=_check)


def _fit(arguments: argparse.Namespace) -> int:
    from pathlib import Path

    from ..cases import read_cases
    from ..dip import DipCatalogue, DipCatalogueBuilder
    from ..dip.classes import read_comorbidity
    from ..dip.pack import save

    folder = Path(arguments.out)
    name = arguments.id or folder.name
    builder = DipCatalogueBuilder(
        id=name,
        title=arguments.title or name,
        title_zh="",
        library=arguments.library,
        rules=arguments.rules,
        complications=arguments.complications,
        comorbidity_classes=read_comorbidity(arguments.comorbidity) if arguments.comorbidity else (),
        excluded_procedures=arguments.exclude,
        benchmark=arguments.benchmark,
        fixed_sum=arguments.fixed_sum,
        **dict(_parameter(word) for word in arguments.set),
    )
    against = DipCatalogue.load(arguments.against, strict=False) if arguments.against else None
    builder.fit(read_cases(arguments.file, **reading_options(arguments)))
    save(builder.catalogue_, folder, lambda part: builder.report_.to_excel(part / "report.xlsx"))
    _tell_fit(builder.report_)
    if against is not None:
        say(builder.report_.changes(against))
    say(f"written to {folder}, its report to {folder / 'report.xlsx'}")
    return 0


def _parameter(word: str) -> tuple[str, Any]:
    """`name=value`: a number, several joined by commas, or a word."""
    name, sign, text = word.partition("=")
    if not sign:
        raise ArgumentError("--set is not understood", got=word, allowed="NAME=VALUE")
    values = [_number(part) for part in text.split(",")]
    return name, values if len(values) > 1 else values[0]


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _tell_fit(report: DipFitReport) -> None:
    rows = [
        [word_in(name, "dip_fit"), f"{value:,.4g}" if isinstance(value, float) else f"{value:,}"]
        for name, value in report.summary().items()
    ]
    say(aligned(rows))
    for reason, count in filter(lambda each: each[1], report.left_out.items()):
        say(f"left out: {count:,} with {reason}")
    for _, row in report.stability.iterrows():
        years = f"{row['year']:.0f} to {row['next_year']:.0f}"
        change = f"median change of mean cost {row['median_change']:.1%}"
        ranks = f"rank correlation {row['rank_correlation']:.2f}"
        say(f"{years}: {row['types']:.0f} types in both, {change}, {ranks}")
    for note in report.catalogue.notes:
        say(f"- {told(note)}")
    for step, needed in report.needs.items():
        say(f"{step} was not tried: it needs {needed}")
    say(f"trust 可信度: {_titled(report.catalogue)[0]}, learned from these cases and no publication")


def _group(arguments: argparse.Namespace) -> int:
    from .._optional import installed
    from .._parallel import overlapped, reuse_memory, thread_count
    from ..cases.chunk_writer import chunk_writer
    from ..cases.read import chunks_to_read

    threads = thread_count(arguments.threads)
    options = reading_options(arguments)
    chunks = chunks_to_read(arguments.file, chunk_rows=CHUNK_ROWS, keep="all", **options)
    if installed("pyarrow"):
        reuse_memory()
    made: list[DipGrouper] = []

    def first() -> None:
        made.append(_grouper(arguments))  # a thread groups whole chunks

    def work(chunk: ChunkToRead) -> DipChunk:
        from ..dip import street

        group = street.group_chunk if installed("pyarrow") else street.group_chunk_in_pandas
        return group(made[0], chunk)

    status: Counter[str] = Counter()
    scoreless, needs, reading = 0, {}, ReadTally()
    start = time.perf_counter()
    with chunk_writer(arguments.out) as write:
        for done in overlapped(chunks, work, threads=threads, first=first):
            write(done.table)
            status.update(done.status)
            reading.add(done.report)
            scoreless += done.told["without_score"]
            needs = done.told["needs"]
            if not arguments.quiet and sys.stderr.isatty():
                say(f"\r{status.total():,} cases", end="", file=sys.stderr)
    if not arguments.quiet:
        reading.tell("\r" * sys.stderr.isatty())
        _tell_group(made[0], status, time.perf_counter() - start)
        _tell_missing(scoreless, needs)
    return 0


def _tell_group(grouper: DipGrouper, status: Counter[str], seconds: float) -> None:
    named = {word_in(name, "case_status"): count for name, count in status.items()}
    shares = ", ".join(f"{name} {count:,} ({count / status.total():.1%})" for name, count in named.items())
    lines = [f"{status.total():,} cases in {seconds:.1f} s: {shares or 'none'}"]
    (trust, title), (rules_trust, rules) = _titled(grouper.ready), _titled(grouper.rules)
    lines.append(f"by catalogue {grouper.ready.id} ({title}), trust: {trust}")
    lines.append(f"rule set {grouper.rules.id} ({rules}), trust: {rules_trust}")
    say("\n".join(lines), file=sys.stderr)


def _tell_missing(scoreless: int, needs: Mapping[str, str]) -> None:
    if scoreless:
        say(
            f"{scoreless:,} cases are in types for which the catalogue states no score; "
            "learn scores from your own years: drgsim dip fit --library",
            file=sys.stderr,
        )
    for step, needed in needs.items():
        say(f"{step} needs {needed}", file=sys.stderr)


def _explain(arguments: argparse.Namespace) -> int:
    names = (*(column for _, column, _ in INPUTS), "total_cost")
    given = {name: getattr(arguments, name) for name in names if getattr(arguments, name) is not None}
    if arguments.file is None and "diagnoses" not in given:
        raise ArgumentError("no case is given", allowed=("--dx … --proc … --age …", "FILE --case CASE_ID"))
    if arguments.file is not None and (given or arguments.case is None):
        raise ArgumentError(
            "with a FILE, the case is named by --case and nothing else", got=sorted(given) or None
        )
    case = case_of_file(arguments).iloc[0] if arguments.file is not None else given
    say(_grouper(arguments).explain(case, lang=arguments.lang))
    return 0


def _import(arguments: argparse.Namespace) -> int:
    from ..dip import DipCatalogue

    catalogue = DipCatalogue.from_official_workbook(arguments.file)
    say(aligned([[name, str(value)] for name, value in catalogue.summary().items()]))
    for note in catalogue.notes:
        say(f"- {told(note)}")
    say(f"written to {catalogue.save(arguments.out)}")
    return 0


def _grouper(arguments: argparse.Namespace, *, threads: int | None = 1) -> DipGrouper:
    from ..dip.grouper import DipGrouper

    return DipGrouper(arguments.catalogue, rules=arguments.rules, threads=threads, strict=False)


def _list(arguments: argparse.Namespace) -> int:
    from ..dip import DipCatalogue, RuleSet

    catalogues = map(DipCatalogue.load, DipCatalogue.published())
    said = [[item.id, str(len(item.types)), *_titled(item)] for item in catalogues]
    say(aligned([[word_in(name, "dip") for name in ("catalogue", "types", "trust", "title")], *said]))
    said = [[item.id, *_titled(item)] for item in map(RuleSet.load, RuleSet.published())]
    say("\n" + aligned([[word_in(name, "dip") for name in ("rules", "trust", "title")], *said]))
    return 0


def _titled(item: Any) -> tuple[str, str]:
    title = either(item.title_zh or item.title, item.title or item.title_zh)
    return word_in(item.trust, "trust"), title


def _check(arguments: argparse.Namespace) -> int:
    from ..dip import DipCatalogue
    from ..dip.dip_errors import DipCatalogueError

    try:
        catalogue = DipCatalogue.load(arguments.catalogue)
    except DipCatalogueError as error:
        say("\n".join(error.problems))
        return EXIT_PROBLEMS
    say(catalogue)
    return 0
