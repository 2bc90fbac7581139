"""The page on payment runs as it is written, and names the steps and parameters there are."""

import re
from pathlib import Path

from drgsim.payment.engine.street import STEP_NAMES
from drgsim.policy.parameters import catalogue

PAGE = (Path(__file__).parents[2] / "docs" / "payment.md").read_text(encoding="utf-8")


def test_the_python_of_the_page_runs(capsys):
    names = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE, flags=re.S):
        exec(compile(block, "docs/payment.md", "exec"), names)
    printed = capsys.readouterr().out
    assert "Payments of 2,000 stays" in printed
    assert "payment standard: standard = " in printed
    assert names["answer"].summary()["cases"].sum() == 200


def test_every_step_is_in_the_table_in_the_order_of_the_street():
    rows = re.findall(r"^\| (`[a-z_`, ]+`) \| ", PAGE, flags=re.M)
    named = [name for row in rows for name in re.findall(r"[a-z_]+", row) if name in STEP_NAMES]
    assert named == list(STEP_NAMES)


def test_every_parameter_of_the_page_exists():
    for path in re.findall(r"`([a-z_]+\.[a-z_.]+)(\*?)`", PAGE):
        prefix, star = path
        if prefix.split(".")[0] in {known.split(".")[0] for known in catalogue()}:
            assert prefix in catalogue() or (
                star and any(known.startswith(prefix) for known in catalogue())
            ), prefix


def test_the_command_of_the_page_is_understood():
    from drgsim.cli.main import build_parser

    words = re.search(r"```console\ndrgsim (.*?)\n```", PAGE).group(1).split()
    assert build_parser("estimate").parse_args(words).policy == "harbin"
