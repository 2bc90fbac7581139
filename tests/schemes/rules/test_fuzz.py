"""Whatever text is given, the parser answers with a rule that survives printing, or points at a fault.

DRGSIM_FUZZ_SECONDS makes it go on for that long (a CI run sets 60); without it a second or so.
"""

import os
import random
import time

from hypothesis import given
from hypothesis import strategies as st

from drgsim.schemes.rules.parse import parse_rule
from drgsim.schemes.rules.walk import print_rule
from drgsim.schemes.scheme_errors import RuleSyntaxError

SECONDS = float(os.environ.get("DRGSIM_FUZZ_SECONDS", "0"))
WORDS = "ZYZD QTZD ZYSS QTSS NL XSRTL XSRTZ XB ZYTS LYFS ZZXS CYKS MCC CC in not and or OR length TRUE FALSE"
SIGNS = "( ) { } , ∩ & < <= > >= = != ≥ ＝ （ ） ｛ ｝ ， ' \" ; ."
PIECES = [*WORDS.split(), *SIGNS.split(), "DI_BB1", "OP_ALL", "重症", "x", "“ICU”", "'a'", "_x000D_"]
PIECES += ["0", "1", "29", "1499.5", "-1", "1e9"]


def survives(text):
    try:
        rule = parse_rule(text)
    except RuleSyntaxError as error:
        fault = error
    else:
        assert parse_rule(print_rule(rule)) == rule
        return
    assert 0 <= fault.position <= len(text)
    assert str(fault)


@given(st.text())
def test_any_text(text):
    survives(text)


def test_any_sequence_of_words():
    random_words = random.Random(20240723)
    until = time.monotonic() + SECONDS
    rounds = 3_000
    while rounds > 0 or time.monotonic() < until:
        rounds -= 1
        pieces = random_words.choices(PIECES, k=random_words.randrange(1, 25))
        survives(random_words.choice((" ", "")).join(pieces))


def test_a_rule_with_one_character_changed():
    random_places = random.Random(20270101)
    rule = (
        '({ZYSS, QTSS} in {OP1_AC1, OP2_AC1} and length(DI_X ∩ {ZYZD, QTZD}) >= 2) or CYKS = "ICU" or MCC = 0'
    )
    for place in range(len(rule)):
        for character in random_places.sample("(){},∩<>=!\"' 0aZ＝。", 6):
            survives(rule[:place] + character + rule[place + 1 :])
            survives(rule[:place] + character + rule[place:])
        survives(rule[:place] + rule[place + 1 :])


def test_deep_nesting_is_refused_not_crashed():
    for text in ("(" * 100_000, "{" * 100_000, "MCC and (" * 5_000, "length(" * 10_000):
        survives(text)
    survives(" or ".join(["MCC"] * 20_000))
