"""The page on scenarios runs as it is written."""

import re
from pathlib import Path

from drgsim import Scenario
from drgsim.simulation.scenario.phase_in import PROFILES, PhaseIn

PAGE = (Path(__file__).parents[2] / "docs" / "scenarios.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.S)


def test_the_python_of_the_page_runs(tmp_path, monkeypatch, capsys):
    (tmp_path / "stricter-outliers.yaml").write_text(blocks("yaml")[0], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    names = {}
    for block in blocks("python"):
        exec(compile(block, "docs/scenarios.md", "exec"), names)
    printed = capsys.readouterr().out
    assert "['outliers', 'groups']" in printed
    assert "did you mean 'cross_region.mode'?" in printed
    assert "['national-drg-rate', 'cross_region.mode']" in printed
    assert str([0.0, 0.44, 0.75, 0.94, 1.0, 1.0]) in printed


def test_the_page_names_every_shipped_scenario_and_profile():
    shipped = PAGE.partition("## Ask")[0]
    assert set(re.findall(r"^\| `([a-z0-9-]+)` \| ", shipped, flags=re.M)) == set(Scenario.available())
    for name in PROFILES:
        row = re.search(rf"^\| `{name}` .*\| (.*) \|$", PAGE, flags=re.M)[1]
        if name != "step":
            phase_in = PhaseIn(2027, 4, name)
            assert row == ", ".join(f"{phase_in.share(year) * 100:.0f} %" for year in range(2027, 2031))
