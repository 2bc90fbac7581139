"""What users call says its parameters and runs an example; what does not yet stands in a falling list."""

import inspect
import re
from pathlib import Path

import drgsim

LIST = Path(__file__).with_name("docstrings_to_write.txt")
FEW = 110  # lines the list may have at most; lower it when the list falls


def callables():
    """(name, callable, docstring, docstring of its class) of every public name and method."""
    for name in sorted(drgsim.__all__):
        known = getattr(drgsim, name)
        if inspect.ismodule(known) or not callable(known):  # a room that can be called says so where it is
            continue
        own = inspect.getdoc(known) or ""
        yield name, known, own, ""
        for member, value in sorted(vars(known).items()) if inspect.isclass(known) else ():
            plain = value.__func__ if isinstance(value, classmethod | staticmethod) else value
            if not member.startswith("_") and inspect.isfunction(plain):
                yield f"{name}.{member}", plain, inspect.getdoc(plain) or "", own


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
        if ">>>" not in text and not re.search(rf">>>.*\.{method}\b", above):
            yield f"{name}: example"


def test_the_list_of_docstrings_to_write_only_falls():
    listed = LIST.read_text(encoding="utf-8").splitlines()
    found = sorted(lacking())
    assert len(listed) <= FEW
    assert sorted(set(found) - set(listed)) == [], "say its parameters with units, and run an example"
    assert sorted(set(listed) - set(found)) == [], "written: take them off the list"


def test_the_callables_users_meet_are_many():
    assert sum(1 for _ in callables()) > 150
