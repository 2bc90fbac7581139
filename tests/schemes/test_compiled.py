"""A compiled scheme as one block of bytes: whole or refused."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

from drgsim.errors import FileFormatError
from drgsim.schemes.compile import compile_scheme
from drgsim.schemes.compiled import CompiledScheme
from drgsim.schemes.model import NewbornWeight, Switches

from .example import SMALL


def same(one, other):
    assert one.hash == other.hash
    for name in (
        "id",
        "mdcs",
        "adrgs",
        "drgs",
        "variables",
        "departments",
        "newborn_weight",
        "extra_diagnoses",
    ):
        assert getattr(one, name) == getattr(other, name), name
    assert one.arrays.keys() == other.arrays.keys()
    for name, array in one.arrays.items():
        assert array.dtype == other.arrays[name].dtype
        np.testing.assert_array_equal(array, other.arrays[name])


@pytest.mark.parametrize("weight", NewbornWeight)
def test_it_survives_bytes_pickle_and_file(weight, tmp_path):
    made = compile_scheme(replace(SMALL, switches=Switches(newborn_weight=weight)))
    same(CompiledScheme.from_block(made.block()), made)
    same(pickle.loads(pickle.dumps(made)), made)
    path = tmp_path / "one.scheme"
    path.write_bytes(made.block())
    same(CompiledScheme.from_file(path), made)
    assert "DRGs" in repr(made)


def test_its_arrays_need_not_lie_well_in_memory():
    block = compile_scheme(SMALL).block()
    shifted = np.empty(len(block) + 1, dtype=np.uint8)
    shifted[1:] = np.frombuffer(block, dtype=np.uint8)
    for array in CompiledScheme.from_block(shifted[1:]).arrays.values():
        assert array.ctypes.data % 64 == 0


@pytest.mark.parametrize("damage", ["empty", "short", "magic", "bit", "head", "text"])
def test_damage_is_noticed(damage, tmp_path):
    block = bytearray(compile_scheme(SMALL).block())
    if damage == "empty":
        block.clear()
    elif damage == "short":
        del block[-1:]
    elif damage == "magic":
        block[0] ^= 1
    elif damage == "bit":
        block[len(block) // 2] ^= 1
    elif damage == "head":
        block[17] ^= 255
    else:
        block = bytearray(b"not a compiled scheme at all, but a text that somebody put here" * 3)
    with pytest.raises(FileFormatError, match="a block of memory"):
        CompiledScheme.from_block(bytes(block))
    path = tmp_path / "damaged.scheme"
    path.write_bytes(block)
    with pytest.raises(FileFormatError, match=r"damaged\.scheme"):
        CompiledScheme.from_file(path)
