"""A file on the page: how its columns are recognised, corrected, read, computed from, and emptied."""

import io
import json
import re
from functools import cache
from html.parser import HTMLParser

import pandas as pd
import pytest

import drgsim
from drgsim.errors import ArgumentError, NotFoundError
from drgsim.web.pages.desk import Desk, Visit
from drgsim.web.pages.file_read import MOST_COLUMNS, cases_of, look, read
from drgsim.web.pages.file_routes import _plain_name
from drgsim.web.pages.file_tasks import audit, office, transition

HOSTILE = '<img src=x onerror="alert(1)">'


@cache
def made():
    return drgsim.synthetic_cases(n=400, year=2025, seed=3)


def csv(frame):
    return frame.to_csv(index=False).encode()


def quiet(*_):
    pass


@pytest.fixture
def desk():
    desk = Desk()
    yield desk
    desk.close()


@pytest.fixture
def visit(desk):
    return desk.new()


class Elements(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def given(visit, frame, name="cases.csv", **options):
    (visit.files / name).write_bytes(csv(frame))
    visit.write("look", look(visit, options, quiet))
    visit.write("read", read(visit, options, quiet))
    return visit


def test_the_whole_way_by_http(visitor):
    visit = visitor.looked("病例.csv", csv(made()))
    status, page = visitor.call(visit)
    assert status == 200
    assert "表头在第 1 行" in page
    assert "诊断 (diagnoses)" in page or "诊断" in page
    status, _ = visitor.form(f"{visit}/columns", do="read", layout="auto", code_edition="insurance")
    assert visitor.wait(visit)["state"] == "done"
    _, page = visitor.call(f"{visit}?lang=en")
    assert "400 cases read" in page
    visitor.form(f"{visit}/compute/office", policy="national-drg-rate", month="2025-06")
    state = visitor.wait(visit)
    assert state["state"] == "done", state
    _, page = visitor.call(visit)
    assert "office.xlsx" in page
    status, report = visitor.call(f"{visit}/out/office.html")
    assert status == 200
    assert "<script" not in report
    assert "sandbox" in visitor.headers["content-security-policy"]
    assert "script" not in visitor.headers["content-security-policy"]
    status, _ = visitor.form(f"{visit}/end")
    assert visitor.at == "/file"
    assert visitor.call(visit)[0] == 404


def test_headers_are_recognised_without_a_cell_below_them(visit):
    frame = made()[["case_id", "sex", "age", "diagnoses", "procedures"]].assign(姓名="王小明")
    (visit.files / "a.csv").write_bytes(csv(frame))
    found = look(visit, {}, quiet)
    (file,) = found["files"]
    by_header = {each["header"]: each for each in file["columns"]}
    assert by_header["diagnoses"]["feeds"].startswith("diagnoses")
    assert by_header["姓名"] == {"header": "姓名", "feeds": None, "personal": True, "codes": False}
    text = json.dumps(found, ensure_ascii=False)
    assert "王小明" not in text
    assert str(made()["diagnoses"].iloc[0]) not in text


def test_a_correction_by_hand_is_obeyed_and_shown_before_anything_is_read(visit):
    frame = made().rename(columns={"diagnoses": "怪列", "age": "岁数甲"})[
        ["case_id", "sex", "岁数甲", "怪列", "procedures"]
    ]
    (visit.files / "a.csv").write_bytes(csv(frame))
    before = look(visit, {}, quiet)["files"][0]
    assert {each["header"]: each["feeds"] for each in before["columns"]}["怪列"] is None
    options = {"rename": {"怪列": "diagnoses", "岁数甲": "age"}, "ignore": ["procedures"]}
    after = {each["header"]: each["feeds"] for each in look(visit, options, quiet)["files"][0]["columns"]}
    assert after["怪列"] == "diagnoses"
    assert after["岁数甲"] == "age"
    assert after["procedures"] is None
    visit.write("read", read(visit, options, quiet))
    cases = cases_of(visit)
    assert cases["age"].tolist() == made()["age"].tolist()
    assert (cases["procedures"] == "").all()


def test_a_file_no_layout_fits_can_be_named_by_hand(visit):
    frame = made()[["sex", "diagnoses"]].rename(columns={"sex": "甲", "diagnoses": "乙"})
    (visit.files / "a.csv").write_bytes(csv(frame))
    (file,) = look(visit, {}, quiet)["files"]
    assert file["layout"] is None
    assert [each["header"] for each in file["columns"]] == ["甲", "乙"]
    assert file["left_off"] == 0
    options = {"rename": {"甲": "sex", "乙": "diagnoses"}}
    visit.write("read", read(visit, options, quiet))
    assert cases_of(visit)["diagnoses"].notna().all()


@pytest.mark.parametrize("known", [False, True])
def test_columns_beyond_those_that_are_shown_are_counted(visit, known):
    heads = (["病案号", "主要诊断编码"] if known else ["甲", "乙"]) + [
        f"列{number}" for number in range(MOST_COLUMNS)
    ]
    (visit.files / "a.csv").write_text(
        ",".join(heads) + "\n" + "," * (len(heads) - 1) + "\n", encoding="utf-8"
    )
    (file,) = look(visit, {}, quiet)["files"]
    assert (file["layout"] is not None) == known
    assert (len(file["columns"]), file["left_off"]) == (MOST_COLUMNS, 2)


def test_nothing_is_computed_while_codes_lie_unread(visit):
    frame = made()[["case_id", "sex", "age", "diagnoses", "total_cost"]].assign(怪列=made()["diagnoses"])
    given(visit, frame)
    with pytest.raises(ArgumentError, match="unread"):
        cases_of(visit)
    visit.write("read", read(visit, {"ignore": ["怪列"]}, quiet))
    assert len(cases_of(visit)) == len(frame)


def test_hostile_names_never_become_markup(visitor):
    frame = made()[["case_id", "sex", "age", "diagnoses"]].assign(
        **{HOSTILE: "x", "<script>alert(2)</script>": 1}
    )
    visit = visitor.looked(f"{HOSTILE}.csv", csv(frame))
    _, page = visitor.call(visit)
    assert "&lt;img src=x onerror=" in page
    elements = Elements(page).found
    assert not [
        attrs for tag, attrs in elements if tag == "img" or any(name.startswith("on") for name in attrs)
    ]
    assert {attrs.get("src") for tag, attrs in elements if tag == "script"} == {"/static/file.js"}
    status, page = visitor.form(f"{visit}/columns", do="read", c0=HOSTILE)
    assert status == 400
    assert "<img" not in page
    visitor.form(f"{visit}/columns", do="read")
    visitor.wait(visit)
    _, page = visitor.call(visit)
    assert "<img" not in page
    assert "<script>alert" not in page


def test_every_page_holds_no_inline_script_or_style(visitor):
    for path in ("/", "/file", "/login", "/file?lang=en"):
        _, page = visitor.call(path)
        elements = Elements(page).found
        assert all(attrs.get("src") for tag, attrs in elements if tag == "script")
        assert not [tag for tag, attrs in elements if tag == "style" or "style" in attrs], path
        assert "'unsafe-inline'" not in visitor.headers["content-security-policy"]


def test_the_language_is_kept_by_a_cookie(visitor):
    _, page = visitor.call("/file?lang=en")
    assert '<html lang="en">' in page
    cookie = visitor.headers["set-cookie"].partition(";")[0]
    _, page = visitor.call("/file", cookie=cookie)
    assert '<html lang="en">' in page
    _, page = visitor.call("/file")
    assert '<html lang="zh-CN">' in page


@pytest.mark.slow
def test_computations_are_what_the_library_computes(visit):
    given(visit, made())
    policy = {"policy": "national-drg-rate"}
    found = office(visit, {**policy, "month": "2025-06"}, quiet)
    month = drgsim.office(
        cases_of(visit), drgsim.Policy.load("national-drg-rate"), month="2025-06",
        weights=drgsim.Weights.load("chs-drg-2.0-example"),
    )  # fmt: skip
    told = [line.strip() for line in str(month).splitlines()]
    assert found["text"]["zh"][1:] == told[1:]
    assert found["text"]["zh"][0] in told[0].replace(": ", "：")
    assert len(found["text"]["en"]) == len(told)
    assert not re.search("[\u4e00-\u9fff]", " ".join(found["text"]["en"]))
    assert found["table"]["rows"][0][0] == month.summary("department").index[0]
    moved = transition(visit, {"from": "chs-drg-2.0", "to": "chs-drg-3.0"}, quiet)
    assert re.search(r"400 例中 \d+ 例", moved["text"]["zh"][0])
    screened = audit(visit, {**policy, "lang": "zh"}, quiet)
    assert "400" in screened["text"]["zh"][0]
    assert "换组占比" in {row[0][0] for row in moved["table"]["rows"]}
    names = {each.name for each in visit.out.iterdir()}
    assert {
        "office.xlsx",
        "office.html",
        "transition.xlsx",
        "transition.html",
        "audit.xlsx",
        "problems.xlsx",
    } <= names
    book = pd.read_excel(
        io.BytesIO((visit.out / "office.xlsx").read_bytes()), sheet_name=None, header=None, engine="calamine"
    )
    ids = set(made()["case_id"].astype(str))
    assert not ids & {str(cell) for sheet in book.values() for cell in sheet.to_numpy().ravel()}


def test_charge_items_that_are_dropped_are_screened_beside_the_stays(visitor):
    visit = visitor.looked("cases.csv", csv(made()[:40]))
    visitor.form(f"{visit}/columns", do="read")
    visitor.wait(visit)
    case = str(made()["case_id"].iloc[0])
    monitored = {"就诊号": [case] * 2, "费用发生时间": ["2025-01-09 09:00", "2025-01-09 12:00"]}
    items = pd.DataFrame({**monitored, "item_code": ["310701022"] * 2, "数量": [20, 10], "单价": [2.0, 2.0]})

    def found():
        visitor.form(f"{visit}/compute/audit", policy="national-drg-rate")
        assert visitor.wait(visit)["state"] == "done"
        _, page = visitor.call(visit)
        rows = [row for row in re.findall(r"<tr>.*?</tr>", page, re.S) if "(hour-items)" in row]
        return [re.findall(r"<td[^>]*>([^<]*)</td>", row)[1:] for row in rows]

    assert found() == []
    status, _ = visitor.call(f"{visit}/table/items?name=fees.csv", csv(items))
    assert status == 200
    assert "收费明细" in visitor.call(visit)[1]
    assert found() == [["1", "1", "1", "12"]]  # thirty hours of one day: six too many, at two yuan
    again = csv(items[:1])  # takes its place
    assert visitor.call(f"{visit}/table/items?name=again.csv", again)[0] == 200
    assert found() == []
    for kind, name, code in (("nonsense", "x.csv", 404), ("items", "x.exe", 400), ("items", "../x.csv", 200)):
        assert visitor.call(f"{visit}/table/{kind}?name={name}", csv(items[:1]))[0] == code


def test_a_field_that_is_not_sent_is_as_offered_and_a_wrong_one_is_told_and_takes_nothing_away(visitor):
    visit = visitor.looked("cases.csv", csv(made()[:40]))
    status, page = visitor.form(f"{visit}/compute/audit")
    assert (status, "尚未读取" in page) == (400, True)
    visitor.form(f"{visit}/columns", do="read")
    visitor.wait(visit)
    tables = []
    for form in ({}, {"policy": "national-drg-rate"}, {"policy": "no-such-policy"}, {"month": "March"}):
        status, page = visitor.form(f"{visit}/compute/audit", **form)
        assert (
            status == 404
            if "no-such-policy" in form.values()
            else status == (400 if "month" in form else 200)
        )
        assert ('role="alert"' in page) == (status != 200)
        state = visitor.wait(visit)
        assert (state["state"], state["task"]) == ("done", "audit")
        section = re.search(r'<section id="audit">.*?</section>', visitor.call(visit)[1], re.S)
        tables.append(section.group())
    assert len(set(tables)) == 1  # the first policy offered; what is refused leaves what was found before
    assert visitor.form(f"{visit}/compute/transition")[0] == 200
    assert visitor.wait(visit)["state"] == "done"
    assert "2.0" in re.search(r'<section id="transition">.*?</section>', visitor.call(visit)[1], re.S).group()


def test_a_cancelled_computation_stops_and_says_so(visitor):
    visit = visitor.looked("cases.csv", csv(made()))
    visitor.form(f"{visit}/columns", do="read")
    visitor.wait(visit)
    visitor.form(f"{visit}/compute/transition", **{"from": "chs-drg-2.0", "to": "chs-drg-3.0"})
    visitor.form(f"{visit}/cancel")
    assert visitor.wait(visit)["state"] == "cancelled"
    _, page = visitor.call(visit)
    assert "已取消" in page
    assert "transition.xlsx" not in page


def test_a_visit_is_emptied_by_age_at_its_end_and_on_stop(desk, monkeypatch):
    first, second = desk.new(), desk.new()
    (first.files / "a.csv").write_text("x")
    desk.end(first)
    assert not first.folder.exists()
    monkeypatch.setattr(desk, "_seconds", -1.0)
    desk.sweep()
    assert not second.folder.exists()
    monkeypatch.undo()
    third = desk.new()
    assert third.folder.stat().st_mode & 0o077 == 0
    desk.close()
    assert not third.folder.exists()


@pytest.mark.parametrize("key", ["", "..", "../../etc", "x" * 22, "%2e%2e"])
def test_no_key_leads_elsewhere(desk, key):
    with pytest.raises(NotFoundError):
        desk.get(key)


@pytest.mark.parametrize(
    ("name", "plain"),
    [("../../etc/passwd", "passwd"), ("a\\..\\b.csv", "b.csv"), ("..", "cases"), ("", "cases"), ("\x00\n.csv", "csv"),  # noqa: E501
     ("病" * 200 + ".xlsx", "病" * 38 + ".xlsx")],
)  # fmt: skip
def test_a_file_name_stays_in_its_folder(name, plain):
    assert _plain_name(name) == plain


def test_a_form_of_another_site_is_refused(visitor):
    status, text = visitor.call("/file?name=a.csv", b"x", origin="http://evil.example")
    assert status == 400
    assert "another site" in text
    own = {"origin": visitor.base}
    for headers, status in (
        (own, 200),
        ({}, 200),
        ({"origin": "null", "sec_fetch_site": "same-origin"}, 200),
        ({"origin": "null"}, 400),
        ({**own, "sec_fetch_site": "cross-site"}, 400),
        ({"sec_fetch_site": "same-site"}, 400),
    ):
        assert visitor.call("/file?name=a.csv", b"diagnoses\nI10.x00\n", **headers)[0] == status, headers


def test_a_page_lets_the_browser_say_that_its_forms_are_its_own(visitor):
    for path in ("/", "/file", "/fund", "/question"):
        visitor.call(path)
        assert visitor.headers["referrer-policy"] == "same-origin"


def test_a_file_that_is_too_large_or_empty_leaves_nothing(serve):
    from .conftest import Visitor

    small = Visitor(serve(largest_file=1000).base)
    status, text = small.call("/file?name=a.csv", b"x" * 2000)
    assert status == 413, text
    status, text = small.call("/file?name=a.csv", b"")
    assert status == 400
    assert "empty" in text


def test_a_broken_file_is_told_in_the_products_words(visitor):
    visit = visitor.drop("a.xlsx", b"PK\x03\x04 no workbook")
    state = visitor.wait(visit)
    assert state["state"] == "failed"
    status, page = visitor.call(visit)
    assert status == 200
    assert state["error"]["code"] in page


def test_with_a_token_the_page_asks_for_it_once(serve, tmp_path):
    from .conftest import Visitor

    file = tmp_path / "token"
    file.write_text("a-very-long-token-indeed")
    own = Visitor(serve(token_file=file).base)
    own.call("/file", accept="text/html")
    assert own.at == "/login"
    assert own.call("/file")[0] == 401
    status, _ = own.form("/login", token="a-very-long-token-wrong")
    assert status == 401
    import http.cookiejar
    import urllib.parse
    import urllib.request

    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    data = urllib.parse.urlencode({"token": "a-very-long-token-indeed"}).encode()
    with opener.open(f"{own.base}/login", data) as answer:
        assert answer.url == f"{own.base}/"
    (cookie,) = jar
    assert "HttpOnly" in cookie._rest
    assert "a-very-long" not in cookie.value


def test_the_state_of_a_visit_is_read_whole(tmp_path):
    visit = Visit("x", tmp_path)
    assert visit.state == {"state": "new"}
    visit.write("state", {"state": "done"})
    assert visit.state == {"state": "done"}
