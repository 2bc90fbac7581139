"""Chinese where a font can write it, English where none can, and never a missing glyph."""

import pytest

from drgsim.errors import ArgumentError
from drgsim.report import fonts


def test_without_a_chinese_font_labels_are_english(monkeypatch):
    monkeypatch.setattr(fonts, "CANDIDATES", ())
    assert fonts.cjk_font() is None
    assert fonts.language(None) == fonts.language("zh") == "en"
    assert fonts.families() == [fonts.LATIN]


def test_what_no_font_can_draw_becomes_a_box_that_can_be_drawn(monkeypatch):
    monkeypatch.setattr(fonts, "CANDIDATES", ())
    assert fonts.drawable("DRG 改 DIP") == "DRG □ DIP"
    assert fonts.is_drawable(fonts.drawable("基金"))
    assert fonts.drawable("−12.5% → ½") == "−12.5% → ½"


def test_a_font_for_other_scripts_is_not_taken(monkeypatch):
    monkeypatch.setattr(fonts, "CANDIDATES", (("DejaVu Sans", "dejavusans"),))
    assert fonts.cjk_font() is None


def test_a_font_that_is_not_installed_is_passed_over(monkeypatch):
    monkeypatch.setattr(fonts, "CANDIDATES", (("No Such Font", "nosuchfont"), *fonts.CANDIDATES))
    assert fonts.cjk_font() != "No Such Font"


def test_an_unknown_language_is_refused():
    with pytest.raises(ArgumentError, match="zh"):
        fonts.language("fr")


def test_a_chosen_font_says_nothing_about_its_weight(caplog, lang):
    from drgsim.report.theme import drawing, finish

    with drawing() as figure_class:
        figure = figure_class(figsize=(2, 1))
        figure.subplots().set_title("基金" if lang == "zh" else "fund")
        finish(figure)
    figure.draw_without_rendering()
    assert [record for record in caplog.records if "font" in record.getMessage()] == []
