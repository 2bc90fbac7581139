"""Trials of a kernel against the kernel as it is: both built here and run in turns in one process.

    python benchmarks/kernel_pairs.py [--cases 100_000] [--turns 60] [--trial NAME] [--instructions]

A trial is the source with some lines changed, or other flags of the compiler, or both. Printed is the median
over the turns of the thread's processor time, as a ratio to the kernel as it is, which also runs against
itself: what that ratio is off 1 is what the machine adds. Answers are compared. Trials use instructions only
some processors have (AVX2); a kernel that ships would choose at run time: they say what could be won at most.

`--instructions` counts the instructions of the shipped kernel for a case, by valgrind.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import pickle
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from case_mix import case_mix

from drgsim import DrgGrouper, Scheme
from drgsim._kernels import _encode, _group
from drgsim.codes import encoder
from drgsim.grouping import kernel as grouping_kernel
from drgsim.grouping.kernel import Answers

KERNELS = Path(_encode.__file__).parent
SCHEME = "chs-drg-2.0"

# the bit tests of a line of candidates: two registers of 32 bytes in place of four of 16
_BITS = (
    "_group_search.pxd",
    "    #if defined(__SSE2__) || defined(_M_X64)\n",
    """    #if defined(__AVX2__)
    #include <immintrin.h>
    static inline int drgsim_first_open(const uint64_t *a, const uint64_t *b, const uint64_t *c) {
        __m256i low = _mm256_and_si256(_mm256_loadu_si256((const __m256i *)a),
            _mm256_and_si256(_mm256_loadu_si256((const __m256i *)b), _mm256_loadu_si256((const __m256i *)c)));
        __m256i high = _mm256_and_si256(_mm256_loadu_si256((const __m256i *)a + 1),
            _mm256_and_si256(_mm256_loadu_si256((const __m256i *)b + 1),
                             _mm256_loadu_si256((const __m256i *)c + 1)));
        unsigned empty = _mm256_movemask_pd(_mm256_castsi256_pd(
            _mm256_cmpeq_epi64(low, _mm256_setzero_si256())));
        empty |= (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(
            _mm256_cmpeq_epi64(high, _mm256_setzero_si256()))) << 4;
        return drgsim_low_bit(~(uint64_t)empty);
    }
    #elif defined(__SSE2__) || defined(_M_X64)
""",
)
# the words of eight further codes at a time, by gathering
_GATHER = (
    "_group_scan.pxd",
    "cdef inline uint32_t scan_procedures(",
    '''cdef extern from *:
    """
    #include <immintrin.h>
    static inline uint32_t drgsim_gathered(
        const uint32_t *words, const int32_t *codes, int64_t *k, int64_t n
    ) {
        __m256i bits = _mm256_setzero_si256();
        __m128i half;
        for (; *k + 8 <= n; *k += 8)
            bits = _mm256_or_si256(bits, _mm256_i32gather_epi32(
                (const int *)words, _mm256_loadu_si256((const __m256i *)(codes + *k)), 4));
        half = _mm_or_si128(_mm256_castsi256_si128(bits), _mm256_extracti128_si256(bits, 1));
        half = _mm_or_si128(half, _mm_srli_si128(half, 8));
        half = _mm_or_si128(half, _mm_srli_si128(half, 4));
        return (uint32_t)_mm_cvtsi128_si32(half);
    }
    static inline uint32_t drgsim_left(const uint32_t *words, const signed char *left, const int32_t *codes,
                                       int64_t *k, int64_t n) {
        __m256i bits = _mm256_setzero_si256();
        __m128i half;
        for (; *k + 8 <= n; *k += 8) {
            __m256i word = _mm256_i32gather_epi32(
                (const int *)words, _mm256_loadu_si256((const __m256i *)(codes + *k)), 4);
            __m256i mask = _mm256_i32gather_epi32((const int *)left, _mm256_srli_epi32(word, 8), 1);
            mask = _mm256_srai_epi32(_mm256_slli_epi32(mask, 24), 24);
            bits = _mm256_or_si256(bits, _mm256_and_si256(word, mask));
        }
        half = _mm_or_si128(_mm256_castsi256_si128(bits), _mm256_extracti128_si256(bits, 1));
        half = _mm_or_si128(half, _mm_srli_si128(half, 8));
        half = _mm_or_si128(half, _mm_srli_si128(half, 4));
        return (uint32_t)_mm_cvtsi128_si32(half);
    }
    """
    uint32_t drgsim_gathered(const uint32_t* words, const code_t* codes, int64_t* k, int64_t n) noexcept nogil
    uint32_t drgsim_left(
        const uint32_t* words, const int8_t* left, const code_t* codes, int64_t* k, int64_t n
    ) noexcept nogil


cdef inline uint32_t scan_procedures(''',
)
_GATHERED = (
    "_group_scan.pxd",
    "    cdef uint32_t word\n    cdef int64_t k\n    for k in range(1, n):\n        word",
    "    cdef uint32_t word\n    cdef int64_t k = 1\n"
    "    bits = drgsim_left(t.diagnosis_word, left, codes, &k, n)\n    for k in range(k, n):\n        word",
)


@dataclass(frozen=True)
class Trial:
    """What differs from the kernel as it is: (file, old, new) and flags of the compiler."""

    flags: tuple[str, ...] = ()
    changes: tuple[tuple[str, str, str], ...] = ()
    kernel: str = "_group"


TRIALS = {
    "itself": Trial(),
    "native": Trial(("-march=native",)),
    "avx2-bits": Trial(("-mavx2",), (_BITS,)),
    "avx2-bits-and-gather": Trial(("-mavx2",), (_BITS, _GATHER, _GATHERED)),
    "encode-itself": Trial(kernel="_encode"),
    "encode-native": Trial(("-march=native",), kernel="_encode"),
    "encode-waiting-32": Trial(
        changes=(("_encode.pyx", "WAITING = 16 ", "WAITING = 32 "),), kernel="_encode"
    ),
    "encode-waiting-8": Trial(changes=(("_encode.pyx", "WAITING = 16 ", "WAITING = 8 "),), kernel="_encode"),
}


def built(trial: Trial, folder: Path) -> Any:
    """The kernel of a trial, compiled and loaded."""
    package = folder / "trial"
    package.mkdir(parents=True)
    for source in (*KERNELS.glob("*.pxd"), KERNELS / f"{trial.kernel}.pyx"):
        text = source.read_text(encoding="utf-8")
        for name, old, new in trial.changes:
            if name == source.name:
                if text.count(old) != 1:
                    raise SystemExit(f"{name} has changed: the trial no longer fits it")
                text = text.replace(old, new)
        (package / source.name).write_text(text, encoding="utf-8")
    (package / "__init__.py").touch()
    code = f"""
from Cython.Build import cythonize
from setuptools import Extension, setup
directives = dict.fromkeys(["boundscheck", "wraparound", "initializedcheck"], False)
directives |= dict(language_level=3, cdivision=True)
flags = ["-O3", *{trial.flags!r}]
made = Extension("trial.{trial.kernel}", ["trial/{trial.kernel}.pyx"], extra_compile_args=flags)
modules = cythonize([made], compiler_directives=directives)
setup(name="trial", packages=[], ext_modules=modules, script_args=["-q", "build_ext", "--inplace"])
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"a trial does not compile\n{done.stdout}{done.stderr}")
    path = next(each for each in package.iterdir() if each.suffix in (".so", ".pyd"))
    spec = importlib.util.spec_from_file_location(trial.kernel, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def grouping(cases: Any) -> Any:
    """A function that groups the cases by a kernel, and returns the answers."""
    grouper = DrgGrouper(SCHEME, threads=1)
    encoded = grouper.encode(cases)
    kernels: dict[Any, grouping_kernel.Kernel] = {}

    def run(module: Any) -> bytes:
        grouping_kernel._group = module
        if module not in kernels:
            kernels[module] = grouping_kernel.Kernel(grouper.compiled, lambda: grouper.scheme)
        answers = Answers.room(len(encoded))
        kernels[module].group(encoded, answers)
        return answers.drg.tobytes()

    return run


def encoding(cases: Any) -> Any:
    """A function that encodes the diagnoses and procedures by a kernel."""
    books = DrgGrouper(SCHEME, threads=1).books
    columns = pa.array(cases["diagnoses"]), pa.array(cases["procedures"])

    def run(module: Any) -> bytes:
        encoder._encode = module
        found = books.diagnoses.encode(columns[0]), books.procedures.encode(columns[1])
        return b"".join(lists.flat.tobytes() for lists in found)

    return run


def in_turns(run: Any, modules: Mapping[str, Any], turns: int) -> dict[str, tuple[float, float]]:
    """Median seconds of each, and median of the ratios to the first in the same turn."""
    first, *_ = modules
    answer = run(modules[first])
    for name, module in modules.items():
        if run(module) != answer:
            raise SystemExit(f"{name} answers otherwise")
    took: dict[str, list[float]] = {name: [] for name in modules}
    for turn in range(turns):
        names = list(modules)
        for name in names if turn % 2 else reversed(names):
            start = time.thread_time()
            run(modules[name])
            took[name].append(time.thread_time() - start)
    return {
        name: (
            statistics.median(found),
            statistics.median(one / other for one, other in zip(found, took[first], strict=True)),
        )
        for name, found in took.items()
    }


RUN = """import importlib.util, pickle, sys
spec = importlib.util.spec_from_file_location("_group", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
rules, group = pickle.load(open(sys.argv[2], "rb"))
rules = module.Rules(*rules)
for _ in range(int(sys.argv[3])):
    module.group(rules, *group)
"""


class Recorder:
    """Stands in for the kernel once, to learn what it is given."""

    def Rules(self, *given: Any) -> Any:
        self.rules = given
        return self

    def group(self, rules: Any, *given: Any) -> None:
        self.given = given


def instructions(cases: Any, folder: Path) -> float:
    """Instructions of the shipped kernel for one case, counted by valgrind: what a run with four turns takes
    more than one with two, where the machine has no counters."""
    seen = Recorder()
    grouping(cases)(seen)
    (folder / "given").write_bytes(pickle.dumps((seen.rules, seen.given)))
    (folder / "run.py").write_text(RUN, encoding="utf-8")
    counts = []
    for turns in (2, 4):
        words = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", sys.executable, "-S"]
        words += [str(folder / "run.py"), _group.__file__, str(folder / "given"), str(turns)]
        path = {"PYTHONPATH": str(Path(np.__file__).parent.parent)}
        told = subprocess.run(words, env={**os.environ, **path}, capture_output=True, text=True, check=True)
        counts.append(int(re.findall(r"Collected : (\d+)", told.stderr)[0]))
    return (counts[1] - counts[0]) / 2 / len(cases)


def main() -> None:
    words = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    words.add_argument("--cases", type=int, default=100_000)
    words.add_argument("--turns", type=int, default=60)
    words.add_argument("--trial", choices=TRIALS, action="append", help="default: all of them")
    words.add_argument("--instructions", action="store_true", help="count them instead, by valgrind")
    given = words.parse_args()
    cases = case_mix(Scheme.load(SCHEME), given.cases)
    with tempfile.TemporaryDirectory() as scratch:
        if given.instructions:
            print(f"{instructions(cases, Path(scratch)):.0f} instructions a case")
            return
        chosen = {name: TRIALS[name] for name in given.trial or TRIALS}
        for kernel, shipped, run in (("_group", _group, grouping), ("_encode", _encode, encoding)):
            trials = {name: trial for name, trial in chosen.items() if trial.kernel == kernel}
            if trials:
                made = {name: built(trial, Path(scratch) / name) for name, trial in trials.items()}
                told = in_turns(run(cases), {"as it is": shipped, **made}, given.turns)
                for name, (seconds, ratio) in told.items():
                    print(f"{kernel:<8} {name:<22} {seconds / given.cases * 1e9:6.0f} ns a case {ratio:6.3f}")


if __name__ == "__main__":
    main()
