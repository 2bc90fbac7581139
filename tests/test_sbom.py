"""The bill of materials of an offline bundle: every wheel with its name, version, licence and hash."""

import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

SBOM = Path(__file__).resolve().parents[1] / ".ci" / "sbom"
TEXT = "License: MIT License\n        \n        Copyright © 2020 Jürgen"
CLASSES = "Classifier: Topic :: Office\nClassifier: License :: OSI Approved :: BSD License"
LICENCES = {
    "License-Expression: MIT OR Apache-2.0\nLicense: other": {"expression": "MIT OR Apache-2.0"},
    "License: BSD-3-Clause": {"license": {"name": "BSD-3-Clause"}},
    "License: 许可证": {"license": {"name": "许可证"}},
    TEXT: {"license": {"name": "MIT License"}},
    f"{TEXT}\n{CLASSES}": {"license": {"name": "BSD License"}},
    f"License: UNKNOWN\n{CLASSES}": {"license": {"name": "BSD License"}},
    "Summary: none": {"license": {"name": "unknown"}},
}


def wheel(folder, name, words):
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / f"{name}-1.2-py3-none-any.whl", "w") as archive:
        text = f"Metadata-Version: 2.4\nName: {name}\nVersion: 1.2\n{words}\n\nThe readme.\n"
        archive.writestr(f"{name}-1.2.dist-info/METADATA", text)


def bill(folder):
    return subprocess.run([sys.executable, str(SBOM), str(folder)], capture_output=True, text=True)


@pytest.mark.skipif(not SBOM.is_file(), reason="a source archive has no .ci")
def test_every_wheel_is_listed_whatever_its_licence_looks_like(tmp_path):
    for number, words in enumerate(LICENCES):
        wheel(tmp_path / "wheels", f"P{number}", words)
    assert "no wheel of drgsim" in bill(tmp_path).stderr
    wheel(tmp_path / "wheels", "drgsim", "License-Expression: Apache-2.0")
    done = bill(tmp_path)
    assert done.returncode == 0, done.stderr
    made = json.loads((tmp_path / "sbom.json").read_text(encoding="utf-8"))
    assert made["metadata"]["component"]["licenses"] == [{"expression": "Apache-2.0"}]
    assert [each["licenses"] for each in made["components"]] == [[each] for each in LICENCES.values()]
    first = made["components"][0]
    assert (first["name"], first["version"], first["purl"]) == ("P0", "1.2", "pkg:pypi/p0@1.2")
    content = (tmp_path / "wheels" / "P0-1.2-py3-none-any.whl").read_bytes()
    assert first["hashes"] == [{"alg": "SHA-256", "content": hashlib.sha256(content).hexdigest()}]
