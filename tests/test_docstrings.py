"""What users call says its parameters and runs an example."""

import inspect
import re

import drgsim


def callables():
    """(name, callable, docstring, docstring of its class) of every public name and method."""
    for name in sorted(drgsim.__all__):
        known = getattr(drgsim, name)
        if inspect.ismodule(known) or not callable(known):  # a room that can be called says so where it is
            continue
        own = inspect.getdoc(known) or ""
        above = "\n".join(inspect.getdoc(each) or "" for each in _ours(known))
        yield name, known, own, ""
        for member, value in sorted(_members(known).items()) if inspect.isclass(known) else ():
            plain = value.__func__ if isinstance(value, classmethod | staticmethod) else value
            if not member.startswith("_") and inspect.isfunction(plain):
                yield f"{name}.{member}", plain, inspect.getdoc(plain) or "", above


def _members(known):
    """What a class has of its own and of the bases that are ours."""
    return {name: value for base in reversed(_ours(known)) for name, value in vars(base).items()}


def _ours(known):
    return [each for each in getattr(known, "__mro__", ()) if each.__module__.startswith("drgsim.")]


def lacking():
    """`name: what` for each thing a docstring lacks."""
    for name, known, text, above in callables():
        if not text:
            yield f"{name}: docstring"
            continue
        try:
            parameters = [each for each in inspect.signature(known).parameters if each not in ("self", "cls")]
        except (TypeError, ValueError):
            parameters = []
        told = re.search(r"^(Parameters|Attributes)\n-+$", text, re.MULTILINE)
        if parameters and not told and not all(re.search(rf"\b{each}\b", text) for each in parameters):
            yield f"{name}: parameters"
        method = name.rpartition(".")[2]
        if ">>>" not in text and not re.search(rf"^(>>>|\.\.\.).*\.{method}\b", above, re.MULTILINE):
            yield f"{name}: example"


def test_every_callable_says_its_parameters_and_runs_an_example():
    assert sorted(lacking()) == []


def test_the_callables_users_meet_are_many():
    assert sum(1 for _ in callables()) > 150
