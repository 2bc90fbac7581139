"""`drgsim exchange`: sums of stays between bureaus that may not share stays: pack, show, merge, settle."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ArgumentError
from ._reading import add_reading_arguments, reading_options
from ._say import both, say, table_text
from ._simulating import read_fund_table

if TYPE_CHECKING:
    import pandas as pd

    from ..exchange import Exchange

PROBLEMS_FOUND = 1


def add_parser(commands: Any) -> None:
    """Add `exchange` and its own commands to the command line."""
    parser = commands.add_parser(
        "exchange",
        help="share sums of stays between bureaus 跨统筹区统计交换",
        description="Bureaus that may not share stays share their sums: signed, too small ones pooled, "
        "settled to the same fen. 不共享病例, 只共享统计量: 签名、小格合并、清算到分一致。",
    )
    own = parser.add_subparsers(dest="exchange_command", metavar="COMMAND", required=True)
    _add_pack(own)
    _add_show(own)
    _add_merge(own)
    _add_settle(own)


def _add_pack(commands: Any) -> None:
    parser = commands.add_parser(
        "pack",
        help="sum a file of cases up and write the sums 打包统计量",
        description="Groups and prices the cases, adds them up, pools what is too small, writes one signed "
        "file. 分组、付费、汇总、合并小格, 写成一个签名文件。",
        epilog="example: drgsim exchange pack cases.parquet --policy harbin --sender 'City A' "
        "--period 2025 -o a2025.zip",
    )
    add_reading_arguments(parser)
    parser.add_argument("--policy", required=True, metavar="ID", help="a shipped policy or a YAML file")
    parser.add_argument("--weights", metavar="FILE", help="weight table (CSV, or the id of a published one)")
    parser.add_argument("--scheme", metavar="ID", help="group by this scheme instead of the policy's")
    parser.add_argument("--sender", required=True, metavar="NAME", help="who sends it")
    parser.add_argument("--period", required=True, metavar="TEXT", help="what it covers, such as 2025")
    parser.add_argument("--k", type=int, default=10, help="fewest stays of a row (default: 10, assumed)")
    parser.add_argument(
        "--small-allowed", action="store_true", help="an agreement covers rows of fewer stays 协议允许小格"
    )
    _add_key(parser)
    parser.add_argument("-o", "--out", required=True, metavar="OUT", help=".zip")
    parser.set_defaults(run=_pack)


def _add_show(commands: Any) -> None:
    parser = commands.add_parser("show", help="check a file and say what it holds 校验")
    parser.add_argument("file", nargs="+", metavar="FILE")
    _add_key(parser)
    parser.set_defaults(run=_show)


def _add_merge(commands: Any) -> None:
    parser = commands.add_parser(
        "merge",
        help="several files as one 合并",
        epilog="example: drgsim exchange merge a.zip b.zip --sender Province -o province.zip",
    )
    parser.add_argument("file", nargs="+", metavar="FILE")
    parser.add_argument("--sender", required=True, metavar="NAME", help="who sends the whole")
    parser.add_argument(
        "--small-allowed", action="store_true", help="an agreement covers rows of fewer stays"
    )
    _add_key(parser)
    parser.add_argument("-o", "--out", required=True, metavar="OUT", help=".zip")
    parser.set_defaults(run=_merge)


def _add_settle(commands: Any) -> None:
    parser = commands.add_parser(
        "settle",
        help="settle the year of one file or several 清算",
        epilog="example: drgsim exchange settle a.zip b.zip --policy harbin -o settled.xlsx",
    )
    parser.add_argument("file", nargs="+", metavar="FILE")
    parser.add_argument("--policy", required=True, metavar="ID", help="a shipped policy or a YAML file")
    parser.add_argument("--budgets", metavar="CSV", help="region, insurance, budget (yuan)")
    _add_key(parser)
    parser.add_argument("-o", "--out", required=True, metavar="OUT", help=".xlsx")
    parser.set_defaults(run=_settle)


def _add_key(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--key-file", metavar="FILE", help="the key both sides hold; it then also says who signed 签名密钥"
    )


def _pack(arguments: argparse.Namespace) -> int:
    from ..exchange import protect
    from ..payment.engine.grouped import grouped
    from ..payment.pay import pay
    from ..policy.policy import Policy
    from ..settlement.statistics import statistics
    from ._reading import read_grouped_cases
    from .estimate import weights_of

    _refuse_ending(arguments.out, ".zip")
    policy = Policy.load(arguments.policy)
    cases = read_grouped_cases(arguments.file, **reading_options(arguments))
    frame, _ = grouped(cases, policy, scheme=arguments.scheme)
    paid = pay(frame, policy, weights=weights_of(arguments.weights))
    done = protect(statistics(paid), arguments.k)
    scheme = arguments.scheme or str(policy.scheme or policy.id)
    digest = _written(
        done.frame, arguments.out, sender=arguments.sender, scheme=scheme, policy=policy.hash,
        period=arguments.period, k=arguments.k, key=_key(arguments), small_allowed=arguments.small_allowed,
    )  # fmt: skip
    say(table_text(done.summary(), index=False), file=sys.stderr)
    unpaid = paid.unpaid
    if len(unpaid):
        say(f"{len(unpaid):,} of {len(frame):,} cases have no payment and are in no sum", file=sys.stderr)
        for (zh, en), rows in unpaid.groupby(["zh", "en"]):
            say(f"  {len(rows):,} {both(str(zh), str(en))}", file=sys.stderr)
    say(f"written to {arguments.out}, {digest[:16]}…")
    return PROBLEMS_FOUND if len(unpaid) else 0


def _show(arguments: argparse.Namespace) -> int:
    from ..exchange.combine import not_by_difference

    files = _read(arguments)
    not_by_difference(files)
    for each in files:
        print(table_text(each.summary(), index=False))
        say(f"signed with the key: {'yes' if each.signed else 'not asked'}")
    return 0


def _merge(arguments: argparse.Namespace) -> int:
    from ..exchange import combine

    _refuse_ending(arguments.out, ".zip")
    files = _read(arguments)
    said = files[0].manifest
    digest = _written(
        combine(files), arguments.out, sender=arguments.sender, scheme=str(said["scheme"]),
        policy=str(said["policy"]), period=str(said["period"]), k=max(each.manifest["k"] for each in files),
        key=_key(arguments), small_allowed=arguments.small_allowed,
    )  # fmt: skip
    say(f"written to {arguments.out}, {digest[:16]}…")
    return 0


def _settle(arguments: argparse.Namespace) -> int:
    from ..exchange import combine
    from ..exchange.exchange_errors import ExchangeError
    from ..policy.policy import Policy
    from ..settlement.settle import settle

    _refuse_ending(arguments.out, ".xlsx")
    policy = Policy.load(arguments.policy)
    files = _read(arguments)
    other = sorted({str(each.manifest["policy"]) for each in files} - {policy.hash, policy.id})
    if other:
        raise ExchangeError(
            "the sums were made under another policy", got=other, allowed=[policy.hash],
            do="settle by the policy they were made under",
        )  # fmt: skip
    done = settle(combine(files), policy, budgets=read_fund_table(arguments.budgets))
    done.to_excel(arguments.out)
    say(done)
    return 0


def _written(table: pd.DataFrame, out: str, **words: Any) -> str:
    from ..exchange import write_exchange
    from ..exchange.exchange_errors import SmallCellError

    try:
        return write_exchange(table, out, **words)
    except SmallCellError as error:
        if "small_allowed" not in str(error.do):
            raise
        error.do = (
            "small sums are pooled already: these hospitals had no more stays in the period; give "
            "--small-allowed where an agreement between the bureaus covers them"
        )
        raise


def _read(arguments: argparse.Namespace) -> list[Exchange]:
    from ..exchange import read_exchange

    return [read_exchange(file, key=_key(arguments)) for file in arguments.file]


def _key(arguments: argparse.Namespace) -> bytes | None:
    if arguments.key_file is None:
        return None
    from .._damaged import whole

    with whole(arguments.key_file):
        key = Path(arguments.key_file).read_bytes().strip()
    if len(key) < 16:
        raise ArgumentError("a key of fewer than 16 bytes", where=Path(arguments.key_file).name)
    return key


def _refuse_ending(path: str, ending: str) -> None:
    if Path(path).suffix.lower() != ending:
        raise ArgumentError(
            "the ending of the file says how it is written", got=Path(path).name, allowed=ending
        )
