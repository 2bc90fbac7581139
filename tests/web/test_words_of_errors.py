"""Statuses, headers and words of what is refused, and which weights price a stay; no server is started."""

import asyncio
import json

import pytest

pytest.importorskip("fastapi")

from drgsim.cases.read_report import report_of
from drgsim.errors import ArgumentError, MissingExtraError, NotFoundError
from drgsim.policy.policy import Policy
from drgsim.web import told
from drgsim.web.guard import _send
from drgsim.web.pages.desk import Desk
from drgsim.web.pages.file_read import _like_a_header
from drgsim.web.pages.policies import weights_for
from drgsim.web.taking import cases_of, typed_case
from drgsim.weights.weights import Weights

CASE = {"case_id": "a", "sex": 1, "age": 60, "diagnoses": "J18.900", "procedures": ""}


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (told.ServiceError("x"), 400), (told.TooLargeError("x"), 413), (told.TokenNeededError("x"), 401),
        (told.TooManyError("x"), 429), (told.TooSlowError("x"), 503), (told.WrongHostError("x"), 421),
        (told.MediaTypeError("x"), 415), (told.NoSuchCallError("x"), 404), (NotFoundError("x"), 404),
        (ArgumentError("x"), 400), (MissingExtraError("x"), 501),
    ],
)  # fmt: skip
def test_each_error_has_its_status(error, status):
    assert told.status_of(error) == status


@pytest.mark.parametrize(
    ("status", "more"),
    [
        (400, {}), (401, {b"www-authenticate": b"Bearer"}), (429, {b"retry-after": b"60"}),
        (413, {b"connection": b"close"}), (503, {b"connection": b"close"}),
    ],
)  # fmt: skip
def test_what_a_refusal_says_in_its_head(status, more):
    sent = []

    async def send(message):
        sent.append(message)

    asyncio.run(_send(send, status, {"message": "太大"}))
    head, body = sent
    assert head["status"] == status
    headers = dict(head["headers"])
    assert int(headers.pop(b"content-length")) == len(body["body"])
    assert headers.pop(b"content-type") == b"application/json"
    assert headers == more
    assert json.loads(body["body"]) == {"message": "太大"}


def test_what_was_got_is_shown_short_and_only_as_far_as_it_fits():
    limit, longest = told._SHOWN, told._LONGEST
    shown = told.told(ArgumentError("no such x", got="y" * (longest + 1), allowed=list(range(limit + 2))))
    assert shown["got"] == "y" * longest + "…"
    assert shown["allowed"] == [*range(limit), "… 2 more"]
    shown = told.told(ArgumentError("no such x", got="y" * longest, allowed=list(range(limit))))
    assert (shown["got"], shown["allowed"]) == ("y" * longest, list(range(limit)))
    assert told._shown(True) is True
    assert told._shown({"a": 1}) == ["a"]
    assert "do" not in shown


def test_the_weights_are_the_named_ones_then_the_policys_then_the_schemes_example():
    policy = Policy.load("national-drg-rate")
    assert policy["standard.weights"] is None
    example = Weights.load("chs-drg-2.0-example")
    assert weights_for(policy, "chs-drg-2.0", None).frame.equals(example.frame)
    assert weights_for(policy, "chs-drg-3.0", "chs-drg-2.0-example").frame.equals(example.frame)
    assert weights_for(policy, "no-such-scheme", None) is None
    own = policy.reform({"standard.weights": "chs-drg-2.0-example"})
    assert weights_for(own, "chs-drg-2.0", None) is None


def test_a_case_in_its_columns_is_taken_as_it_stands_and_another_is_read():
    one = cases_of([CASE])
    assert (one.plain, one.frame, len(one)) == (typed_case(CASE), None, 1)
    two = cases_of([CASE, CASE | {"case_id": "b"}])
    assert two.plain is None
    assert (two.frame["case_id"].tolist(), len(two)) == (["a", "b"], 2)
    assert report_of(two.frame) is None
    read = cases_of([{"病案号": "c", "性别": "男", "年龄": "60", "主要诊断编码": "J18.900"}])
    assert read.plain is None
    assert report_of(read.frame) is not None
    assert cases_of([CASE], read=True).plain is None
    for wrong in ([], [{}], ["x"], [CASE, {}]):
        with pytest.raises(ArgumentError, match="JSON objects"):
            cases_of(wrong)


def test_the_header_is_the_first_row_as_full_of_words_as_any():
    rows = [["某院出院病例", "", ""], ["病案号", "性别", "年龄"], ["1", "男", "60"], ["2", "女", "61"]]
    assert _like_a_header([rows]) == (1, ["病案号", "性别", "年龄"])
    split = [[";".join(row)] for row in rows]  # the same by a wrong separator
    assert _like_a_header([split, rows]) == (1, ["病案号", "性别", "年龄"])
    assert _like_a_header([]) == (0, ())
    ragged = [["a", "b"], ["1"], ["2", "x", "y"]]
    assert _like_a_header([ragged, rows])[1] == ["病案号", "性别", "年龄"]


def test_a_desk_that_closes_empties_its_folder_and_one_that_was_never_used_makes_none(monkeypatch):
    used, unused = Desk(), Desk()
    folder = used.new().folder
    used.close()
    unused.close()
    assert not folder.parent.exists()
    assert "root" not in unused.__dict__


def test_a_visit_that_waits_is_cancelled_when_asked(tmp_path):
    desk = Desk(at_once=1)
    try:
        assert desk._free.acquire(timeout=1)  # somebody else computes
        visit = desk.new()
        visit.write("state", {"state": "waiting", "task": "audit", "run": "r"})
        visit.cancel()
        desk._run(visit, "audit", "r")
        assert visit.state["state"] == "cancelled"
    finally:
        desk._free.release()
        desk.close()
