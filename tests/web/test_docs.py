"""The client of twenty lines and the line of curl in the documentation run as they stand."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "service.md"


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)


def test_the_client_runs_as_it_stands(client):
    (code,) = blocks("python")
    assert len([line for line in code.splitlines() if line.strip()]) <= 22
    code = code.replace("http://127.0.0.1:8321", client.base)
    done = subprocess.run(
        [sys.executable, "-"], input=code, capture_output=True, text=True, timeout=60, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"HC23 \S+ \d+\.\d+\n", done.stdout)


@pytest.mark.skipif(shutil.which("curl") is None or shutil.which("sh") is None, reason="needs curl")
def test_the_line_of_curl_runs_as_it_stands(client):
    (line,) = [block for block in blocks("sh") if block.startswith("curl")]
    assert line.count("\n") == 1
    done = subprocess.run(
        ["sh", "-c", line.replace("http://127.0.0.1:8321", client.base)], capture_output=True, timeout=60
    )
    assert b'"drg":"HC23"' in done.stdout
