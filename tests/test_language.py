"""What users are told exists in Chinese and English, from one table."""

import argparse
import re

import pandas as pd
import pytest

from drgsim._excel import workbook
from drgsim.cli.main import COMMANDS, build_parser, main
from drgsim.errors import ArgumentError, ColumnError, NotFoundError
from drgsim.language import (
    both,
    in_chinese,
    in_english,
    language,
    set_language,
    speaking,
    stated_language,
    told,
)
from drgsim.policy.policy import Policy
from drgsim.policy.policy_errors import Mistake, PolicyError
from drgsim.report.markup import document, heading
from drgsim.words import in_words, title_in
from tools import texts

_WORDS = re.compile(r"(?<![\w./`'\"=<{\[@-])[a-z]{3,} [a-z]{2,} [a-z]{2,}")


@pytest.fixture(scope="module")
def sentences():
    return texts.sentences()


@pytest.fixture(scope="module")
def table():
    return texts.table()


def test_the_sentences_of_the_code_have_their_chinese(sentences, table):
    """A sentence may land a day before its Chinese; more than one in fifty may not."""
    missing = [f"{file}: {text}" for text, file in sentences.items() if text not in table]
    assert len(missing) <= len(sentences) // 50, (
        "add them to data/texts.csv: python -m tools.texts lists them"
    )


def test_no_chinese_is_left_of_a_sentence_that_is_gone(sentences, table):
    gone = [text for text in table if text not in sentences and text not in texts.OUTSIDE]
    assert len(gone) <= len(sentences) // 50, "python -m tools.texts --prune drops them"


def test_the_places_of_a_sentence_are_those_of_its_chinese(table):
    for en, zh in table.items():
        ours, theirs = texts.PLACE.findall(en), texts.PLACE.findall(zh)
        assert ours == [str(number) for number in range(len(ours))], en
        if texts.CHINESE.search(en):  # a sentence in both languages says some values twice
            assert set(theirs) <= set(ours), en
        else:
            assert sorted(theirs) == sorted(ours), en


def test_the_chinese_is_chinese(table):
    for en, zh in table.items():
        said = texts.PLACE.sub("", re.sub(r"`[^`]*`|\"[^\"]*\"", "", zh))
        if texts.CHINESE.search(zh):
            assert not re.search(r"(?<![\w./-])(?:the|of|is|are|with|a|an) ", said), (en, zh)
        else:  # a command, a list of names
            assert not _WORDS.search(said) or "drgsim" in said, (en, zh)


def test_a_sentence_with_values_is_found_again_and_its_values_kept(table):
    """Each template with odd values in its places comes back in Chinese with the same values."""
    wrong = []
    for en, zh in table.items():
        values = {number: f"‹{number}›" for number in texts.PLACE.findall(en)}
        said = texts.PLACE.sub(lambda place, values=values: values[place[1]], en)
        wanted = texts.PLACE.sub(lambda place, values=values: values[place[1]], zh)
        if in_chinese(said) != wanted:
            wrong.append((en, in_chinese(said)))
    assert wrong == []


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_GB"}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "DRGSIM_LANG": "en"}, "en"),
        ({"DRGSIM_LANG": "zh"}, "zh"),
        ({"DRGSIM_LANG": "zh-Hans"}, "zh"),
        ({"DRGSIM_LANG": "klingon", "LANG": "zh_CN"}, "zh"),
    ],
)
def test_the_variable_goes_before_the_locale(monkeypatch, variables, expected):
    for name in ("DRGSIM_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("locale.getlocale", lambda *_: (None, None))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert language() == expected


def test_a_windows_locale_speaks_chinese(monkeypatch):
    for name in ("DRGSIM_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("locale.getlocale", lambda *_: ("Chinese (Simplified)_China", "936"))
    assert language() == "zh"


def test_a_chosen_language_goes_before_all(monkeypatch):
    monkeypatch.setenv("DRGSIM_LANG", "zh")
    with speaking("en"):
        assert language() == "en"
    assert language() == "zh"
    with pytest.raises(ArgumentError):
        set_language("fr")


def test_an_error_is_said_in_chinese_whole():
    error = NotFoundError(
        "no such policy",
        got="harbn",
        nearest=["harbin"],
        allowed=[f"p{number}" for number in range(12)],
        where="sources.csv line 3",
        do="check the name, or install drgsim again",
    )
    english = str(error)
    with speaking("zh"):
        assert str(error) == (
            "[DS001] 没有这个政策；实为 'harbn'；是否指 'harbin'？；"
            "可取：p0, p1, p2, p3, p4, p5, p6, p7 等，另有 4 个；"
            "位置：sources.csv 第 3 行；办法：请核对名称，或重新安装 drgsim"
        )
    assert str(error) == english
    assert "what to do: check the name" in english


def test_the_parts_of_an_error_stay_as_they_were_said():
    error = ColumnError("the cases have no column 'drg'", got="drg")
    with speaking("zh"):
        assert str(error) == "[DS003] 病例没有列 'drg'；实为 'drg'"
    assert error.message == "the cases have no column 'drg'"


def test_what_is_no_sentence_stays_as_it_is():
    with speaking("zh"):
        assert told("I10.x00") == "I10.x00"
        assert told("没有找到") == "没有找到"
        assert told("an english sentence nobody translated") == "an english sentence nobody translated"


@pytest.mark.parametrize(
    ("said", "chinese"),
    [
        ("  margin 结余: 3.00 yuan", "  结余: 3.00 元"),
        ("cmi CMI: 1.0552", "CMI: 1.0552"),
        ("来源 source     SC03 方案", "来源     SC03 方案"),
        ("31 secondary 二手来源, 29 assumed 假设", "31 二手来源, 29 假设"),
        (
            "20 of 37 parameters assumed, 17 secondary. 所用 37 个参数中 20 个为假设。",
            "所用 37 个参数中 20 个为假设。",
        ),
        ("本表只有合计。Only sums stand here.", "本表只有合计。"),
        ("  levels.of_level  医院等级: 3", "  levels.of_level  医院等级: 3"),
        ("已写入 out", "已写入 out"),
        ("规则 ZYSS in OP_ALL", "规则 ZYSS in OP_ALL"),
    ],
)
def test_a_line_in_both_languages_keeps_its_chinese(said, chinese):
    assert in_chinese(said) == chinese


def test_a_value_is_never_cut_inside_its_brackets():
    said = "c.csv: 300 cases, layout plain (3 of its columns are there, among them a, b), encoding utf-8"
    assert in_chinese(said) == "c.csv：300 例，格式定义 plain（其列中有 3 个匹配，如 a, b），编码 utf-8"


def _parsers(parser):
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for each in {id(each): each for each in action.choices.values()}.values():
                yield from _parsers(each)


def test_every_help_speaks_chinese():
    with speaking("zh"):
        for each in _parsers(build_parser()):
            text = each.format_help()
            body = text[text.index("\n\n") :]
            said = re.sub(r"示例：.*", "", re.sub(r"`[^`]*`", "", body), flags=re.DOTALL)
            assert not _WORDS.search(said), (each.prog, _WORDS.search(said))


def test_every_command_takes_a_language():
    for each in _parsers(build_parser()):
        assert any("--lang" in action.option_strings for action in each._actions), each.prog


@pytest.mark.parametrize("place", ["first", "last", "with a sign"])
def test_the_option_stands_anywhere(capsys, place):
    line = ["policy", "show", "harbn"]
    line = {
        "first": ["--lang", "zh", *line],
        "last": [*line, "--lang", "zh"],
        "with a sign": [*line, "--lang=zh"],
    }[place]
    assert main(line) == 2
    assert "没有这个政策" in capsys.readouterr().err
    assert main(["policy", "show", "harbn"]) == 2
    assert "no such policy" in capsys.readouterr().err


def test_no_command_at_all_is_wrong_use(capsys):
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 2
    assert "usage: drgsim" in capsys.readouterr().err


def test_wrong_use_is_told_in_chinese(capsys):
    with pytest.raises(SystemExit):
        main(["group", "--lang", "zh"])
    said = capsys.readouterr().err
    assert "用法：drgsim group" in said
    assert "错误：缺少必填参数：FILE" in said


def test_a_language_that_is_none_is_told(capsys, monkeypatch):
    monkeypatch.setenv("DRGSIM_LANG", "klingon")
    main(["scheme", "show", "chs-drg-9"])
    assert "DRGSIM_LANG=klingon" in capsys.readouterr().err


def test_the_commands_are_all_there():
    assert set(COMMANDS) <= {each.prog.split()[-1] for each in _parsers(build_parser())}


def test_a_setting_that_says_nothing_is_no_choice(monkeypatch):
    monkeypatch.delenv("DRGSIM_LANG", raising=False)
    monkeypatch.setenv("LC_ALL", "C")
    assert stated_language() is None


@pytest.mark.parametrize(
    ("said", "english"),
    [
        ("trust 可信度: secondary", "trust: secondary"),
        ("  来源 source     SC03", "  source     SC03"),
        ("list, show, check and compare policies 政策文档", "list, show, check and compare policies"),
        ("哈尔滨市 2023", "哈尔滨市 2023"),
        ("K80.100 胆囊结石伴急性胆囊炎", "K80.100 胆囊结石伴急性胆囊炎"),
    ],
)
def test_who_asks_for_english_is_told_nothing_twice(said, english):
    """Names of things stay in the language they have; glosses of our own go."""
    assert in_english(said) == english
    with speaking("en"):
        assert told(said) == english


def test_nobody_who_asked_for_no_language_loses_one(monkeypatch):
    for name in ("DRGSIM_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("locale.getlocale", lambda *_: (None, None))
    assert told("trust 可信度: secondary") == "trust 可信度: secondary"
    assert both("假设", "assumed") == "假设 assumed"


def test_every_help_speaks_english_alone_to_who_asks_for_it():
    """Chinese is left where it is what a file holds: a header, a file's name, a grade."""
    with speaking("en"):
        for each in _parsers(build_parser()):
            text = each.format_help()
            said = re.sub(r"example: .*", "", text[text.index("\n\n") :], flags=re.DOTALL)
            assert not re.search(r"[\u4e00-\u9fff]{7}|。", said), each.prog


def test_a_policy_is_shown_in_one_language():
    policy = Policy.load("harbin")
    with speaking("zh"):
        chinese = policy.show()
    with speaking("en"):
        english = policy.show()
    assert "By item or a raised standard" in english
    assert "按项目或提高标准" in chinese
    assert not re.search("[\u4e00-\u9fff]{3}", english.replace("哈尔滨", ""))
    assert not _WORDS.search(re.sub(r"[\w.]+\.[\w.]+", "", chinese))


def test_what_is_wrong_in_a_document_is_told_in_the_language():
    """Each line of a policy's problems: the place, what was got, what is allowed, the nearest name."""
    error = PolicyError(
        "the document cannot be used: 1 problem",
        problems=[Mistake("method", "no such method", "drg_rat", "drg_rate, dip", "drg_rate", line=4)],
    )
    with speaking("zh"):
        assert str(error).splitlines()[1] == (
            "  第 4 行：method: 没有这种方法；实为 'drg_rat'；是否指 'drg_rate'？；可取：drg_rate, dip"
        )
    with speaking("en"):
        assert str(error).splitlines()[1] == (
            "  line 4: method: no such method; got 'drg_rat'; did you mean 'drg_rate'?;"
            " allowed: drg_rate, dip"
        )


def test_a_table_for_a_reader_has_its_words_in_one_language():
    table = pd.DataFrame({"state": ["assumed"], "months_2030": [3.0], "zh": ["工资"], "en": ["wages"]})
    assert in_words(table) is table or language() != "en"
    with speaking("zh"):
        shown = in_words(table)
        assert list(shown.columns) == ["可信度", "可支付月数 2030", "说明"]
        assert shown.iloc[0].tolist() == ["假设", 3.0, "工资"]
    with speaking("en"):
        assert list(in_words(table).columns) == ["trust", "months of spending in reserve 2030", "label"]
        assert title_in("结余耗尽") == "reserve exhausted"


def test_a_workbook_has_one_language_for_who_asked_for_one(tmp_path):
    table = pd.DataFrame({"zh": ["工资"], "en": ["wages"], "yes": [True]})
    for lang, name, cells in (("zh", "汇总", ["工资", "是"]), ("en", "summary", ["wages", "yes"])):
        with speaking(lang), workbook(tmp_path / "a.xlsx") as book:
            book.table("汇总", table)
        with pd.ExcelFile(tmp_path / "a.xlsx", engine="calamine") as book:
            assert book.sheet_names == [name]
            assert pd.read_excel(book, sheet_name=name).iloc[0].tolist() == cells


def test_a_page_has_one_language_for_who_asked_for_one():
    title = ("测算", "What it changes")
    with speaking("zh"):
        assert "What" not in document(title, "", [heading(*title)])
    with speaking("en"):
        assert "测算" not in document(title, "", [heading(*title)])
        assert '<html lang="en">' in document(title, "", [])


def test_signs_between_chinese_are_wide_but_not_in_what_is_typed():
    assert in_chinese("病案号, 性别; 其余: 另列") == "病案号，性别；其余：另列"
    assert in_chinese("写作 {键: 值} 者, 或 `甲, 乙`") == "写作 {键: 值} 者，或 `甲, 乙`"
    assert in_chinese("病例数: 119") == "病例数: 119"
