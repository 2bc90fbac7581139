"""Notebooks as pages of the site: their text, their code, and what they printed when they were last executed."""

import json
from pathlib import Path

from mkdocs.structure.files import File

FOLDER = Path(__file__).resolve().parent.parent / "notebooks"


def on_files(files, config):
    for path in sorted(FOLDER.glob("*.ipynb")):
        if (raw := files.get_file_from_path(f"notebooks/{path.name}")) is not None:
            files.remove(raw)
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        text = "\n\n".join(part for cell in cells for part in page_of(cell))
        files.append(File.generated(config, f"notebooks/{path.stem}.md", content=text))
    return files


def page_of(cell):
    """A cell as Markdown."""
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        return [source]
    return [f"```python\n{source}\n```", *filter(None, map(shown, cell.get("outputs", [])))]


def shown(output):
    """The richest form of an output that a page can hold."""
    data = output.get("data", {})
    if "text/html" in data:
        return f'<div class="output">{"".join(data["text/html"])}</div>'
    if "image/svg+xml" in data:
        return "".join(data["image/svg+xml"])
    if "image/png" in data:
        return f'<img alt="" src="data:image/png;base64,{"".join(data["image/png"]).strip()}">'
    text = "".join(output.get("text", data.get("text/plain", "")))
    return f"```text\n{text}\n```" if text else ""
