"""The page on DIP runs as it is written."""

import re
import shlex
from pathlib import Path

import numpy as np

from drgsim import DipCatalogue
from drgsim.cli import main
from drgsim.dip import RuleSet

PAGE = (Path(__file__).parents[2] / "docs" / "dip.md").read_text(encoding="utf-8")


def test_the_python_of_the_page_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE, flags=re.S):
        exec(compile(block, "docs/dip.md", "exec"), names)
    printed = capsys.readouterr().out
    assert "of cases in core types" in printed
    assert "riv" in printed
    assert (names["grouped"]["status"] == "grouped").mean() > 0.99
    assert DipCatalogue.load("my-city") == names["builder"].catalogue_
    points = names["paid"].frame["payment"] / 9.5
    assert np.isfinite(points).mean() > 0.99
    # scores are by mean cost with base 1000, so the points of a region come near 1,000 a case
    assert 0.5 < np.nanmean(points) / 1000 < 2


def test_the_commands_of_the_page_are_those_there_are(tmp_path, capsys):
    (commands,) = re.findall(r"```\n(drgsim dip .*?)```", PAGE, flags=re.S)
    for line in commands.splitlines():
        words = shlex.split(line)[1:]
        assert main_help(words[:2], capsys) == 0
        if "--dx" in words:  # the only one that needs no file
            assert main(words) == 0
            assert "K80.1-51.2300" in capsys.readouterr().out.splitlines()[-1]


def main_help(words, capsys):
    try:
        main([*words, "--help"])
    except SystemExit as done:
        capsys.readouterr()
        return done.code
    return 1


def test_every_rule_set_stands_on_the_page():
    listed = set(re.findall(r"^\| `([a-z0-9.-]+)` \|", PAGE, flags=re.M))
    assert set(RuleSet.published()) <= listed
