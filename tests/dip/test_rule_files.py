"""Rule files: what they must and may not say."""

import tomllib

import pytest

from drgsim._paths import data_path
from drgsim.dip import ProcedureClasses, RuleSet
from drgsim.dip.dip_errors import DipRulesError
from drgsim.dip.rules import read_rules
from drgsim.dip.words import ProcedureClass
from drgsim.errors import FileFormatError, NotFoundError


def base():
    return tomllib.loads(data_path("dip", "rules", "base.toml").read_text(encoding="utf-8"))


def changed(step, **options):
    document = base()
    next(row for row in document["steps"] if row["name"] == step).update(options)
    return document


def test_the_shipped_rule_sets():
    assert RuleSet.published() == (
        *("base", "jingmen", "jingzhou", "jining", "national-3.0", "taian", "tangshan"),
        *("xiangyang", "xiaogan", "yichang"),
    )


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (changed("core", pool="coer"), "coer"),
        (changed("core", conservative="never"), "conservative"),
        (changed("core", stage="entires"), "did you mean 'entries'"),
        (changed("core", colour="red"), "colour"),
        (changed("core", zh=""), "says what it does"),
        (changed("choose core", by=["most_term"]), "did you mean 'most_terms'"),
        (changed("class order", order=["core heroic"]), "heroic"),
        (changed("primary care", pool="core"), "once in each pool"),
        (changed("auxiliary", name="core"), "one name"),
        ({**base(), "colour": "red"}, "colour"),
        ({**base(), "steps": base()["steps"][:-2]}, "class order"),
        ({**base(), "steps": base()["steps"][::-1]}, "in the order"),
        ({key: value for key, value in base().items() if key != "source"}, "source"),
    ],
)
def test_a_rule_set_that_cannot_be_used(document, message):
    with pytest.raises(DipRulesError, match=message):
        read_rules(document)


def test_a_rule_file_of_ones_own(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        data_path("dip", "rules", "base.toml").read_text(encoding="utf-8").replace('"base"', '"mine"')
    )
    assert RuleSet.load(path).id == "mine"
    path.write_text("steps = ")
    with pytest.raises(DipRulesError, match=r"mine\.toml"):
        RuleSet.load(path)
    with pytest.raises(NotFoundError, match="did you mean 'jining'"):
        RuleSet.load("jinning")


def test_a_broken_rule_file_is_named(tmp_path):
    path = tmp_path / "broken.toml"
    path.write_text("steps = ")
    with pytest.raises(DipRulesError, match=r"broken\.toml"):
        RuleSet.load(path)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("51.2300", ProcedureClass.SURGICAL),
        ("36.0700x004", ProcedureClass.INTERVENTIONAL),
        ("38.9300", ProcedureClass.THERAPEUTIC),
        ("44.1300x001", ProcedureClass.DIAGNOSTIC),
        ("99.1500", ProcedureClass.CONSERVATIVE),
        ("nothing", ProcedureClass.CONSERVATIVE),
    ],
)
def test_the_shipped_table_of_procedure_classes(code, kind):
    assert ProcedureClasses.load().of(code) is kind


def test_a_table_of_procedure_classes_of_ones_own(tmp_path):
    path = tmp_path / "classes.csv"
    path.write_text("prefix,kind\n51,therapeutic\n51.23,surgical\n")
    classes = ProcedureClasses.load(path)
    assert [classes.of(code).value for code in ("51.2300", "51.2200", "36.0700")] == [
        "surgical",
        "therapeutic",
        "conservative",
    ]
    path = tmp_path / "bad.csv"
    path.write_text("prefix,kind\n51,magical\n")
    with pytest.raises(FileFormatError, match="line 2"):
        ProcedureClasses.load(path)
