"""A document never crashes the tool: whatever is mistyped ends in problems, or in a policy."""

import copy
import random
import time
import warnings
from pathlib import Path

import pytest

from drgsim import Policy
from drgsim.errors import DrgsimError, FileFormatError
from drgsim.policy.library import shipped
from drgsim.policy.policy_errors import PolicyError
from drgsim.policy.yaml_text import parse_yaml

FILES = [*sorted((Path(__file__).parents[1] / "policies").glob("*.yaml")), shipped()["harbin"]]
ODD = [
    None, True, "", "40%", "2026-02-30", -1, 0, 1e308, float("nan"), 10**400, [], {}, [[]], [1, 2],
    {"a": 1}, {"3": {"3": {"3": 1}}}, "los >", "((((", "x" * 5000, [None], [[None, None]], {None: 1},
    {1: {2: 3}}, ["a", 3],
]  # fmt: skip


BOMB = "b0: &b0 [x, x]\n" + "\n".join(f"b{n}: &b{n} [{f'*b{n - 1}, ' * 3}]" for n in range(1, 30))


def nodes(tree, path=()):
    yield path
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in items:
        yield from nodes(value, (*path, key))


def mutated(tree, rng):
    tree = copy.deepcopy(tree)
    path = rng.choice([path for path in nodes(tree) if path])
    holder = tree
    for key in path[:-1]:
        holder = holder[key]
    key = path[-1]
    kind = rng.randrange(4)
    if kind == 0:
        holder[key] = copy.deepcopy(rng.choice(ODD))
    elif kind == 1:
        del holder[key]
    elif kind == 2 and isinstance(holder, dict):
        text = str(key)
        place = rng.randrange(len(text) + 1)
        holder[text[:place] + rng.choice("xyz. [%") + text[place + 1 :]] = holder.pop(key)
    elif isinstance(holder[key], str) and holder[key]:
        text = holder[key]
        place = rng.randrange(len(text))
        holder[key] = text[:place] + rng.choice("()<>{}[]@%x3 ") + text[place + 1 :]
    else:
        holder[key] = [holder[key]]
    return tree


def test_a_thousand_mutations_give_problems_or_a_policy():
    rng = random.Random(20261128)
    trees = [dict(parse_yaml(file.read_text(encoding="utf-8"), name=file.name)) for file in FILES]
    told = failed = 0
    for _ in range(1000):
        tree = mutated(rng.choice(trees), rng)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                policy = Policy.load(tree)
                policy.show()
                assert len(policy.hash) == 64
            except DrgsimError as error:
                told += (
                    bool(str(error)) and len(str(error)) < 50_000 and bool(getattr(error, "problems", True))
                )
                failed += 1
    assert told == failed > 500


def test_text_mutations_give_problems_or_a_policy(tmp_path):
    rng = random.Random(7)
    texts = [file.read_text(encoding="utf-8") for file in FILES]
    file = tmp_path / "x.yaml"
    told = []
    for _ in range(200):
        text = rng.choice(texts)
        place = rng.randrange(len(text))
        piece = rng.choice(
            [":", "\t", "{", "[", "&a ", "*a ", "- ", '"', "\n", "  ", "#", "%", "!!python/x ", "010", "1:30"]
        )
        file.write_text(text[:place] + piece + text[place + rng.randrange(3) :], encoding="utf-8")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                Policy.load(file)
            except DrgsimError as error:
                told.append(str(error))
    assert all(told)
    assert len(told) > 40


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: 1\na: 2", "stands twice (line 2"),
        ("a: 12:30", "base of 60"),
        ("a: 1:30.5", "base of 60"),
        ("a: 010", "octal"),
        ("a: " + "9" * 5000, "more than 40 digits"),
        ("a: " + "[" * 5000, "depth (line 1"),
        ("a: " + "[" * 60, "deep (line 1"),
        (BOMB, "unfold"),
        ("a: &a {b: *a}", "inside its own anchor"),
        ("? [a, b]\n: 1", "not a name"),
        ("a: !!python/object:os.system {}", "a tag (!! or !): write the value alone (line 1"),
        ("a: 1\nb: !!bool abc", "a tag (!! or !): write the value alone (line 2"),
        ("a: !!timestamp abc", "a tag"),
        ("a: 1\n" + "# x\n" * 500_000 + "b: 2", "longer than 2000000 characters (line 500000)"),
        ("[1, 2]", "must be a mapping"),
        ("a: b: c", "line 1"),
    ],
    ids=range(16),
)  # fmt: skip
def test_what_yaml_may_not_hold_is_refused_at_once(text, says):
    began = time.process_time()
    with pytest.raises(FileFormatError) as caught:
        parse_yaml(text, name="x.yaml")
    assert says in str(caught.value)
    assert "x.yaml" in str(caught.value)
    assert time.process_time() - began < 2  # not the speed, but that it ends


HEAD = "drgsim_policy: 1\nid: a\ntitle: a\nvalid: {from: 2024-01-01, to: 2025-01-01}\nmethod: drg_rate\n"
HEAD += "extends: national-drg-rate\n"
VALUE = HEAD + "parameters:\n  %s: {value: %s, source: P02, state: assumed}\n"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (VALUE % ("standard.base_rate", "0"), 8, "above 0"),
        (VALUE % ("standard.base_rate", "null"), 8, "but null"),
        (VALUE % ("standard.base_rate", "{employee: null, resident: 9}"), 8, "but null"),
        (VALUE % ("standard.base_rate", "{employee: {三级: 0}}"), 8, "above 0"),
        (VALUE % ("standard.point_value", "0"), 8, "above 0"),
        (VALUE % ("standard.coefficient.level", "105"), 8, "at most 10"),
        (VALUE % ("outlier.low.threshold", "50"), 8, "be above outlier.high.threshold"),
        (VALUE % ("outlier.high.threshold", "0.2"), 8, "be below outlier.low.threshold"),
        (VALUE % ("outlier.high.threshold", "{'3': [[1, 3], [null, 0.1]]}"), 8, "be below outlier.low"),
        (VALUE % ("rounding.points", "11"), 8, "at most 10"),
        (HEAD + "parameters:\n  standard.base_rate: []\n", 8, "no value"),
        (HEAD + "parameters:\n  fund.ratio: {values: {}, source: P02, state: assumed}\n", 8, "no value"),
        (HEAD + "parameters:\n  fund.ratio: {values: {0202-01-01: 1}, source: P02, state: read}", 8, "1949"),
        (HEAD + "parameters:\n  <<: {a: 1}\n", 8, "no such parameter"),
        (HEAD + "parameters: {}\nscheme: ''\n", 8, "not the name of a scheme"),
        (HEAD + "parameters: {}\nscheme: {2024-01-01: ' '}\n", 8, "not the name of a scheme"),
        (HEAD + "parameters: {}\nnote: [1, 2]\n", 8, "not text"),
        (HEAD + "parameters: {}\nexamples:\n  - {id: [1, 2]}\n", 9, "not a name"),
        (HEAD + "parameters: {}\nexamples:\n  - {id: a, weights: {G: .nan}}\n", 9, "not a weight"),
        (HEAD + "parameters: {}\nexamples:\n  - {id: a, set: {standard.base_rate: 0}}\n", 9, "above 0"),
    ],
    ids=range(20),
)  # fmt: skip
def test_a_value_that_cannot_be_meant_is_a_problem_with_its_line(text, line, says, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        Policy.load(path)
    told = [problem for problem in caught.value.problems if says in f"{problem.message} {problem.allowed}"]
    assert [problem.line for problem in told] == [line] * len(told) != []
    path.write_text(HEAD + "parameters: {}\n", encoding="utf-8")
    assert Policy.load(path).id == "a"  # what stands around it is no problem


def test_policies_that_extend_one_another_widely_are_read_once_each(tmp_path):
    part = "drgsim_policy: 1\nid: p{n}\ntitle: x\nvalid: {{from: 2024-01-01, to: 2025-01-01}}\n"
    part += "parameters: {{}}\n"
    for n in range(18):
        below = f"extends: [p{n + 1}.yaml, p{n + 1}.yaml]\n" if n < 17 else ""
        (tmp_path / f"p{n}.yaml").write_text(part.format(n=n) + below, encoding="utf-8")
    assert Policy.load(tmp_path / "p0.yaml", on="2024-06-01").id == "p0"
    for n in range(40):
        below = f"extends: p{n + 1}.yaml\n" if n < 39 else ""
        (tmp_path / f"p{n}.yaml").write_text(part.format(n=n) + below, encoding="utf-8")
    with pytest.raises(PolicyError, match=r"line 6: extends: .*too deeply"):
        Policy.load(tmp_path / "p0.yaml", on="2024-06-01")


def test_a_document_saved_in_another_encoding_is_told_to_be_saved_as_utf8(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_bytes("title: {zh: 某市}".encode("gbk"))
    with pytest.raises(FileFormatError, match="save it as UTF-8"):
        Policy.load(path)


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("rules:\n  - when: share[hospital: age >= 70] > 0.2\n", "in quotes"),
        ("valid:\n\tfrom: 2024-01-01\n", "spaces, not with tabs"),
        ("rules:\n  - when: @listed\n", "begins with @"),
    ],
)
def test_slips_of_a_first_document_are_told_what_to_do(text, remedy):
    with pytest.raises(FileFormatError, match="line") as raised:
        parse_yaml(text, name="mine.yaml")
    assert remedy in str(raised.value)
    assert "mine.yaml" in str(raised.value)
