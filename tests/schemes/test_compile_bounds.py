"""A compiled scheme that was edited and signed again: refused, or answers that read nothing outside."""

from dataclasses import replace

import numpy as np
import pytest

from drgsim import DrgGrouper
from drgsim.errors import DrgsimError, FileFormatError
from drgsim.schemes.compile import compile_scheme
from drgsim.schemes.compile_bounds import FORM, check_codes
from drgsim.schemes.compiled import CompiledScheme, Level

from .example import SMALL


@pytest.fixture(scope="module")
def small():
    return compile_scheme(SMALL)


@pytest.fixture(scope="module")
def national():
    return DrgGrouper("chs-drg-1.1").compiled


def signed(compiled, **arrays):
    """The scheme with other arrays, as a block whose digest is right."""
    return CompiledScheme.from_block(replace(compiled, arrays={**compiled.arrays, **arrays}).block())


def edited(array, place, value):
    copy = array.copy()
    copy.reshape(-1)[place] = value
    return copy


def test_what_is_shipped_is_within_its_bounds(national):
    assert signed(national).hash == national.hash


@pytest.mark.parametrize("name", FORM)
@pytest.mark.parametrize("damage", ["missing", "type", "dimensions", "empty", "largest"])
def test_no_array_is_taken_in_another_form(small, name, damage):
    array = small.arrays[name]
    if damage == "missing":
        arrays = {key: value for key, value in small.arrays.items() if key != name}
        with pytest.raises(FileFormatError, match=name):
            CompiledScheme.from_block(replace(small, arrays=arrays).block())
        return
    if damage == "largest":
        if (
            array.dtype.kind == "f"
            or name.endswith(("_bits", "_sets"))
            or name in ("exclusion", "program_count")
        ):
            pytest.skip("any content of bits and of numbers compared with is harmless")
        if not array.size or name == "program_counted":
            pytest.skip("the small scheme has none")
        other = edited(array, -1, np.iinfo(array.dtype).max)
        if name == "program":  # the last number of a step is where it goes on
            other = edited(array, -2, len(array))
    else:
        other = {
            "type": array.astype(np.float64),
            "dimensions": array[None],
            "empty": array[:0],
        }[damage]
    if damage == "empty" and not array.size:
        pytest.skip("empty")
    with pytest.raises(FileFormatError):
        signed(small, **{name: other})


@pytest.mark.parametrize(
    ("name", "place", "value"),
    [
        ("rows", 0, -1),
        ("rows", 2, 30_000),
        ("split_start", 0, -1),
        ("row_program", 0, -3),
        ("program", 0, 9),
        ("program", 4, 0),
        ("program_count", 0, -1),
        ("program_counted", 0, 30_000),
        ("cut_weight", 0, -1),
        ("principal_row", 0, 1 << 30),
    ],
)
def test_no_index_points_outside(national, name, place, value):
    with pytest.raises(FileFormatError, match="not a compiled scheme"):
        signed(national, **{name: edited(national.arrays[name], place, value)})


def test_a_candidate_row_that_is_not_there(national):
    bits = national.arrays["principal_bits"]
    assert len(national.arrays["rows"]) < bits.shape[1] * 64
    with pytest.raises(FileFormatError, match="principal_bits points outside"):
        signed(national, principal_bits=edited(bits, bits.shape[1] - 1, np.uint64(1 << 63)))


def test_levels_and_names_belong_together(small):
    for level in (Level(("0000",), ()), Level((), ())):
        with pytest.raises(FileFormatError):
            CompiledScheme.from_block(replace(small, drgs=level).block())
    with pytest.raises(FileFormatError, match="variable"):
        CompiledScheme.from_block(replace(small, variables=("NO_SUCH",)).block())


def test_other_catalogues_are_told(small):
    check_codes(
        small.arrays,
        diagnoses=len(small.arrays["diagnosis_word"]) - 2,
        procedures=len(small.arrays["procedure_word"]) - 2,
    )
    words = {name: small.arrays[name][:-5].copy() for name in ("principal_word", "diagnosis_word")}
    with pytest.raises(FileFormatError, match="other catalogues"):
        DrgGrouper(signed(small, **words))


def test_random_edits_end_in_an_error_or_an_answer(national):
    """Whatever was changed, the kernel ends and stays inside its memory."""
    draw = np.random.default_rng(16)
    case = {"sex": 2, "age": 60, "diagnoses": "K80.101|I50.900|E11.900", "procedures": "51.2300|54.5100x005"}
    refused = 0
    for _ in range(150):
        name = str(draw.choice(list(FORM)))
        array = national.arrays[name]
        kind = array.dtype
        if not array.size:
            continue
        value = draw.random() * 100 if kind.kind == "f" else draw.integers(0, np.iinfo(kind).max, dtype=kind)
        try:
            made = signed(national, **{name: edited(array, int(draw.integers(array.size)), value)})
            DrgGrouper(made, threads=1).group(case)
        except DrgsimError:
            refused += 1
    assert refused > 20
