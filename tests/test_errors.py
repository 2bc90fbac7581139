"""Errors say what was got, what is allowed, where, and what to do; codes are stable and unique."""

import importlib
import pickle
import pkgutil

import pytest

import drgsim
from drgsim.errors import ArgumentError, DrgsimError, NotFoundError


def test_the_parts_make_one_paragraph():
    error = NotFoundError(
        "no such scheme",
        got="chs-drg-1.2",
        nearest=["chs-drg-1.1", "leshan-2023"],
        where="the shelf",
        do="choose",
    )
    text = str(error)
    assert "\n" not in text
    assert text.startswith("[DS001] no such scheme")
    for part in ("'chs-drg-1.2'", "did you mean 'chs-drg-1.1'", "the shelf", "choose"):
        assert part in text


def test_long_lists_of_allowed_values_are_counted():
    assert "and 12 more" in str(ArgumentError("bad", allowed=list(range(20))))


def test_errors_are_also_the_builtin_and_survive_pickling():
    error = ArgumentError("bad", got=3, allowed="1 or 2", where="here", do="change it")
    assert isinstance(error, ValueError)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is ArgumentError
    assert str(again) == str(error)


def test_codes_are_unique():
    for module in pkgutil.walk_packages(drgsim.__path__, "drgsim."):
        if module.name.endswith(".errors"):
            importlib.import_module(module.name)

    def family(kind):
        yield kind
        for child in kind.__subclasses__():
            yield from family(child)

    kinds = [kind for kind in family(DrgsimError) if kind.__module__.startswith("drgsim")]
    owners = {}
    for kind in kinds:
        owners.setdefault(kind.code, []).append(kind.__name__)
    assert {code: names for code, names in owners.items() if len(names) > 1} == {}


def test_no_part_of_an_error_is_longer_than_anyone_reads():
    long = "x" * 1_000_000
    error = DrgsimError(long, got=long, allowed=[long], where=long, do=long)
    assert len(str(error)) < 60_000
    assert str(DrgsimError("a" * 5_000)).endswith("a" * 5_000)  # a list of mistakes is whole
    with pytest.raises(DrgsimError) as caught:
        drgsim.Policy.load({"drgsim_policy": 1, "id": "a", "scheme": long})
    assert len(str(caught.value)) < 10_000
