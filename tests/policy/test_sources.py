"""The register of sources resolves, ranks trust, and points at the nearest id."""

import pytest

from drgsim import sources
from drgsim.errors import FileFormatError, NotFoundError


def test_every_row_has_an_id_a_title_and_a_state():
    for name, source in sources.load().items():
        assert name == source.id
        assert source.title
        assert source.state in sources.STATES


def test_an_unknown_id_names_the_nearest():
    known = next(iter(sources.load()))
    assert sources.nearest(known + "x") == known
    with pytest.raises(NotFoundError, match=known):
        sources.resolve(known + "x")


@pytest.mark.parametrize(
    "row",
    [
        "A1,again,,,,read,",
        ",no id,,,,read,",
        "A2,no state,,,,rumour,",
        "A3,eight columns,,,,read,,more",
    ],
)
def test_a_bad_row_is_refused_with_its_line(tmp_path, monkeypatch, row):
    path = tmp_path / "sources.csv"
    path.write_text(f"id,title,issuer,date,address,state,note\nA1,one,,,,read,\n{row}\n", encoding="utf-8")
    monkeypatch.setattr(sources, "data_path", lambda name: path)
    sources.load.cache_clear()
    try:
        with pytest.raises(FileFormatError, match="line 3"):
            sources.load()
    finally:
        sources.load.cache_clear()
