"""The page on explanations runs as it is written."""

import re
import shlex
from pathlib import Path

from drgsim.cli import main

PAGE = (Path(__file__).parents[2] / "docs" / "explain.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.S)


def test_the_python_of_the_page_says_what_the_page_says(capsys):
    names = {}
    for block in blocks("python"):
        exec(compile(block, "docs/explain.md", "exec"), names)
    printed = capsys.readouterr().out.splitlines()
    for line in blocks("text")[0].splitlines():
        assert line in printed
    assert printed[-1] == names["table"].attrs["note"]


def test_the_commands_of_the_page_work(capsys):
    for line in blocks("console")[0].splitlines():
        program, *words = shlex.split(line)
        assert program == "drgsim"
        assert main(words) == 0
    assert "HC23" in capsys.readouterr().out
