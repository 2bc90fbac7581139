"""Grouping cases by CHS-DRG.

Goals on one core: encoded cases 50 ns each under 1.1, 70 ns under 2.0 and 3.0, answers written; a compiled
scheme loaded in 50 ms; 100,000 cases from frame to frame in 0.1 s; at most 100 bytes a case over the input;
two threads within 10 % of two processes. Cases are drawn from the schemes' own lists (`case_mix`).
`extra_info` holds nanoseconds a case of the best round. The two MS-DRG libraries group another system's
cases, for scale only.
"""

import multiprocessing
import time
import tracemalloc
from importlib.util import find_spec

import pytest
from case_mix import case_mix

from drgsim import DrgGrouper, Scheme
from drgsim.schemes.compile_cache import load_compiled

SCHEMES = ("chs-drg-1.1", "chs-drg-2.0", "chs-drg-3.0")
CASES = 100_000
ROUNDS = 20  # of threads and of processes


@pytest.fixture(scope="module", params=SCHEMES)
def grouper(request):
    return DrgGrouper(request.param, threads=1)


@pytest.fixture(scope="module")
def cases(grouper):
    return case_mix(grouper.scheme, CASES)


@pytest.fixture(scope="module")
def encoded(grouper, cases):
    return grouper.encode(cases)


def note(benchmark, cases):
    benchmark.extra_info["ns_per_case"] = round(benchmark.stats.stats.min / cases * 1e9, 1)


def test_encoded_cases(benchmark, grouper, encoded):
    answers = benchmark(grouper.group_encoded, encoded)
    assert (answers.status == 0).mean() > 0.9
    note(benchmark, CASES)
    benchmark.extra_info["diagnoses_per_case"] = round(len(encoded.diagnoses.ids) / CASES, 2)
    benchmark.extra_info["procedures_per_case"] = round(len(encoded.procedures.ids) / CASES, 2)


def test_frame_to_frame(benchmark, grouper, cases):
    assert len(benchmark(grouper.group, cases)) == CASES
    note(benchmark, CASES)


def test_arrow_to_arrow(benchmark, grouper, cases):
    pa = pytest.importorskip("pyarrow")
    assert benchmark(grouper.group, pa.Table.from_pandas(cases)).num_rows == CASES
    note(benchmark, CASES)


def test_memory_over_the_input(benchmark, grouper, cases):
    grouper.group(cases)
    tracemalloc.start()
    answer = benchmark.pedantic(grouper.group, args=(cases,), rounds=1)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    benchmark.extra_info["peak_bytes_per_case"] = round(peak / CASES, 1)
    benchmark.extra_info["answer_bytes_per_case"] = round(answer.memory_usage(deep=True).sum() / CASES, 1)


def test_explain_one_case(benchmark, grouper):
    case = {"sex": 2, "age": 60, "diagnoses": "K80.101|I50.900", "procedures": "51.2300"}
    benchmark(grouper.explain, case)


def test_load_a_compiled_scheme(benchmark, grouper):
    benchmark(load_compiled, grouper.compiled.id)


def test_two_threads_beside_two_processes(benchmark):
    """`threads_over_processes`: cases a second of two threads over those of two processes, same run."""
    scheme = SCHEMES[0]
    whole = DrgGrouper(scheme, threads=1).encode(case_mix(Scheme.load(scheme), 10 * CASES))
    threaded = DrgGrouper(scheme, threads=2)
    half = len(whole) // 2
    context = multiprocessing.get_context("fork")
    barrier, found = context.Barrier(2), context.Queue()

    def one_process(part):
        alone = DrgGrouper(scheme, threads=1)
        alone.group_encoded(part)
        times = []
        for _ in range(ROUNDS):
            barrier.wait()  # both at once, as the threads are
            start = time.perf_counter()
            alone.group_encoded(part)
            times.append(time.perf_counter() - start)
        found.put(times)

    processes = [context.Process(target=one_process, args=(part,)) for part in (whole[:half], whole[half:])]
    for process in processes:
        process.start()
    in_processes = min(map(max, zip(found.get(), found.get(), strict=True)))  # a round ends with the slower
    for process in processes:
        process.join()
    benchmark.pedantic(threaded.group_encoded, args=(whole,), rounds=ROUNDS, warmup_rounds=2)
    note(benchmark, len(whole))
    benchmark.extra_info["threads_over_processes"] = round(in_processes / benchmark.stats.stats.min, 2)


# A few plain claims of another country's system: principal and further diagnoses, procedures.
# The same few again and again are kind to the caches of those who keep any.
CLAIMS = [
    (["I5021", "E1165", "N179", "I480"], []),
    (["K8000", "I5023", "E119"], ["0FT44ZZ"]),
    (["J189", "J9601", "E871", "I10"], ["5A1945Z"]),
    (["I214", "E785", "I2510", "Z87891"], ["027034Z"]),
    (["S72001A", "I10", "F0390"], ["0SR90J9"]),
    (["A419", "R6521", "N390", "J9600", "E872"], []),
]


def each_claim(work):
    def all_claims():
        for diagnoses, procedures in CLAIMS * 100:
            work(diagnoses, procedures)

    return all_claims


@pytest.mark.skipif(find_spec("msdrg") is None, reason="msdrg is not installed: pip install msdrg")
def test_msdrg(benchmark):
    import msdrg

    with msdrg.MsdrgGrouper() as other:

        def work(diagnoses, procedures):
            other.group(
                msdrg.create_claim(
                    version=431,
                    age=65,
                    sex=0,
                    discharge_status=1,
                    pdx=diagnoses[0],
                    sdx=diagnoses[1:],
                    procedures=procedures,
                )
            )

        benchmark(each_claim(work))
    note(benchmark, 100 * len(CLAIMS))


@pytest.mark.skipif(find_spec("drgpy") is None, reason="drgpy is not installed: pip install drgpy")
def test_drgpy(benchmark):
    from drgpy.msdrg import DRGEngine

    engine = DRGEngine()
    benchmark(each_claim(engine.get_drg))
    note(benchmark, 100 * len(CLAIMS))
