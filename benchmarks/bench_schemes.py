"""From a pack to a scheme in memory, and what is done with one.

Goals: a national edition read in under half a second, a local one in half that on top of its base, and
the hash that finds a compiled scheme again in under 5 ms.
"""

import pytest

from drgsim.schemes.check import problems
from drgsim.schemes.diff import diff
from drgsim.schemes.identity import pack_hash
from drgsim.schemes.pack import read_pack
from drgsim.schemes.registry import chain, files_hash, load
from drgsim.schemes.rules.parse import parse_rule
from drgsim.schemes.rules.walk import print_rule


@pytest.mark.parametrize("id", ["chs-drg-1.1", "chs-drg-2.0", "chs-drg-3.0"])
def test_read_a_national_edition(benchmark, id):
    (folder,) = chain(id)
    benchmark.pedantic(read_pack, (folder,), rounds=5, warmup_rounds=1)


def test_read_a_local_scheme_on_its_base(benchmark):
    folder, base, _ = chain("beijing-2022")
    benchmark.pedantic(read_pack, (folder,), {"base": load(base)}, rounds=5, warmup_rounds=1)


def test_hash_of_the_files(benchmark):
    benchmark(files_hash, "beijing-2022")


def test_hash_of_the_content(benchmark):
    benchmark.pedantic(pack_hash, (load("chs-drg-2.0"),), rounds=3)


def test_check(benchmark):
    benchmark.pedantic(problems, (load("chs-drg-2.0"),), rounds=3)


def test_diff(benchmark):
    benchmark.pedantic(diff, (load("chs-drg-1.1"), load("chs-drg-2.0")), rounds=3)


def test_parse_every_rule_of_an_edition(benchmark):
    scheme = load("chs-drg-2.0")
    texts = [print_rule(row.rule) for row in (*scheme.mdcs, *scheme.adrgs, *scheme.drgs)]
    benchmark.extra_info["rules"] = len(texts)
    benchmark(lambda: [parse_rule(text) for text in texts])
