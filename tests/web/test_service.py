"""The service answers what the library answers, and its errors are the product's own."""

import json
import logging
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import drgsim
from drgsim.errors import ArgumentError, NotFoundError
from drgsim.web.settings import Settings

CASE = {"sex": 1, "age": 45, "diagnoses": "K80.101|I50.900", "procedures": "51.2300"}
PRICED = {**CASE, "total_cost": 18000.0, "los": 6, "insurance": "employee", "hospital_level": 3}


def test_one_case_is_grouped_as_the_library_groups_it(client):
    status, found = client.post("/group", CASE)
    assert status == 200
    assert (found["mdc"], found["adrg"], found["drg"], found["scheme"]) == (
        "MDCH",
        "HC2",
        "HC23",
        "chs-drg-2.0",
    )
    expected = drgsim.DrgGrouper("chs-drg-2.0").group(CASE)
    assert found["drg_name"] == expected.drg_name


def test_a_batch_is_answered_in_its_order_by_the_scheme_it_names(client):
    other = {**CASE, "diagnoses": ["J18.903"], "procedures": []}
    status, found = client.post("/group", {"cases": [CASE, other], "scheme": "chs-drg-3.0"})
    assert status == 200
    by_library = [drgsim.DrgGrouper("chs-drg-3.0").group(each).drg for each in (CASE, other)]
    assert [each["drg"] for each in found] == by_library == ["HC43", "ES45"]


def test_a_case_is_explained_in_both_languages(client):
    _, zh = client.post("/explain", CASE)
    _, en = client.post("/explain?lang=en", CASE)
    assert "主要诊断 K80.101" in zh["text"]
    assert "principal diagnosis K80.101" in en["text"]
    assert zh["drg"] == "HC23"


def test_other_choices(client):
    _, found = client.post("/what-if", CASE)
    assert found["choices"][0]["drg"] == "HC23"
    assert {each["drg"] for each in found["choices"]} >= {"HC23", "FQY"}


def test_an_estimate_says_what_it_rests_on(client):
    status, found = client.post("/estimate", PRICED)
    assert status == 200
    (one,) = found["cases"]
    assert one["group"] == "HC23"
    assert one["margin"] == pytest.approx(one["payment"] - one["total_cost"])
    assert "assumed" in found["trust"]["en"]
    assert "example" in found["weights"]["title"]
    by_library = drgsim.estimate(
        PRICED, drgsim.Policy.load("national-drg-rate"), weights=drgsim.Weights.load("chs-drg-2.0-example"),
        scheme="chs-drg-2.0",
    )  # fmt: skip
    assert one["payment"] == by_library.frame["payment"].item()


def test_a_date_outside_the_policy_is_told_of_one_case_and_of_many(client):
    late = {**PRICED, "discharge_date": "2027-02-01"}
    _, one = client.post("/estimate", late)
    _, many = client.post("/estimate", {"cases": [late, {**PRICED, "discharge_date": "2026-02-01"}]})
    outside = "在政策 national-drg-rate 的有效期 (2020-01-01 至 2026-12-31) 之外"
    assert any(f"出院日期 2027-02-01 {outside}" in line and "a guide only" in line for line in one["told"])
    assert any(f"1 例出院日期{outside}" in line for line in many["told"])


def test_problems_are_told_in_chinese(client):
    _, found = client.post("/check", {**CASE, "diagnoses": "I10.x00|O80.000", "case_id": "a"})
    assert any(each["got"] == "O80.000" and each["zh"] for each in found["problems"])


def test_dip(client):
    status, found = client.post("/dip", CASE)
    assert status == 200
    assert found["dip_code"]


def test_a_settlement_list_is_taken_as_it_is(client):
    listed = {
        "setlinfo": {
            "mdtrt_id": "1",
            "setl_id": "2",
            "medcasno": "3",
            "gend": "1",
            "age": 45,
            "insutype": "310",
            "adm_time": "2025-03-01",
            "dscg_time": "2025-03-07",
            "act_ipt_days": 6,
            "dscg_way": "1",
        },
        "diseinfo": [
            {"diag_type": "1", "maindiag_flag": "1", "diag_code": "K80.101"},
            {"diag_type": "1", "maindiag_flag": "0", "diag_code": "I50.900"},
        ],
        "oprninfo": [{"oprn_oprt_type": "1", "oprn_oprt_code": "51.2300"}],
    }
    status, found = client.post("/group", listed)
    assert status == 200, found
    assert found["drg"] == "HC23"


def test_codes_are_found_by_code_and_by_name(client):
    _, by_code = client.get("/codes/search?text=K80.1&most=5")
    _, by_name = client.get("/codes/search?kind=procedure&text=%E8%83%86%E5%9B%8A%E5%88%87%E9%99%A4%E6%9C%AF")
    assert all(each["code"].startswith("K80.1") for each in by_code)
    assert any("胆囊切除术" in each["name"] for each in by_name)


def test_lists(client):
    _, schemes = client.get("/schemes")
    _, policies = client.get("/policies")
    assert {"chs-drg-2.0", "chs-drg-3.0"} <= {each["id"] for each in schemes}
    assert "national-drg-rate" in {each["id"] for each in policies}


def test_errors_are_the_products_own(client):
    status, told = client.post("/group", {"cases": [CASE], "scheme": "chs-drg-3"})
    assert (status, told["code"], told["nearest"]) == (404, "DS001", "chs-drg-3.0")
    status, told = client.post("/group", {"sex": 1})
    assert status == 400
    assert told["code"].startswith("DS")
    status, told = client.post("/explain", [CASE, CASE])
    assert status == 200
    assert [each["drg"] for each in told] == ["HC23", "HC23"]
    for body in ([], "x", 5, [1, 2], {"cases": 3}):
        status, told = client.post("/group", body)
        assert status == 400, body
        assert told["code"].startswith("DS")


def test_a_client_names_no_path(client, tmp_path):
    for path in ("../../etc", str(tmp_path), "data/policies/national/national-ffs.yaml"):
        for call, name in (
            ("/group", "scheme"),
            ("/estimate", "policy"),
            ("/estimate", "weights"),
            ("/dip", "catalogue"),
        ):
            status, told = client.post(call, {"cases": [PRICED], name: path})
            assert status == 404, (call, told)
    for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py"):
        assert client.call(path)[0] == 404


def test_malformed_bodies_are_refused_and_the_process_lives(client):
    for raw in (b"{", b"\xff\xfe", b"[" * 10_000, b'{"sex": NaN', b""):
        assert client.call("/group", raw=raw)[0] in (400, 422)
    assert client.get("/health")[0] == 200


def test_no_traceback_and_no_case_in_an_error(client):
    status, text, _ = client.call("/group", {**CASE, "age": {"a": "secret-content"}})
    assert status in (200, 400, 500)
    assert "Traceback" not in text
    assert "secret-content" not in text


def test_headers_are_safe(client):
    _, _, headers = client.call("/")
    assert "default-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "access-control-allow-origin" not in headers


def test_sizes_and_batches_are_limited(serve):
    small = serve(largest_body=2_000, largest_batch=2)
    assert small.call("/group", raw=b"x" * 3_000)[0] == 413
    status, told = small.post("/group", [CASE] * 3)
    assert (status, told["code"], told["allowed"]) == (413, "DS821", 2)


def test_a_token_is_asked_for(serve, tmp_path):
    (tmp_path / "token").write_text("a-long-enough-token\n")
    guarded = serve(token_file=tmp_path / "token")
    assert guarded.call("/group", CASE)[0] == 401
    assert guarded.call("/group", CASE, headers={"authorization": "Bearer a-long-enough-tokem"})[0] == 401
    assert guarded.call("/group", CASE, headers={"authorization": "Bearer a-long-enough-token"})[0] == 200
    assert guarded.call("/health")[0] == 200


def test_calls_are_limited_by_address(serve):
    few = serve(calls_a_minute=3)
    assert [few.call("/schemes")[0] for _ in range(5)] == [200, 200, 200, 429, 429]


def test_what_settings_must_hold(tmp_path):
    with pytest.raises(ArgumentError, match="needs a token"):
        Settings(host="0.0.0.0").checked()
    with pytest.raises(ArgumentError, match="certificate and its key"):
        Settings(tls_key=tmp_path / "key").checked()
    with pytest.raises(NotFoundError, match="no such file"):
        Settings(token_file=tmp_path / "token").checked()
    (tmp_path / "token").write_text("short")
    with pytest.raises(ArgumentError, match="too short"):
        Settings(token_file=tmp_path / "token").checked()


def test_the_audit_line_holds_counts_and_no_content(client, caplog):
    with caplog.at_level(logging.INFO, logger="drgsim.web.audit"):
        client.post("/group", {**CASE, "case_id": "person-7"})
        for _ in range(200):  # the line is written after the answer has left
            if caplog.records:
                break
            time.sleep(0.01)
    line = caplog.records[-1].getMessage()
    found = json.loads(line)
    assert (found["who"], found["call"], found["status"], found["cases"]) == (
        "127.0.0.1",
        "POST /group",
        200,
        1,
    )
    assert found["scheme"] == "chs-drg-2.0"
    assert found["scheme_hash"] == drgsim.DrgGrouper("chs-drg-2.0").compiled.hash
    assert found["of_which_grouped"] == 1
    assert "K80" not in line
    assert "person-7" not in line


def test_metrics_count_calls(client):
    client.post("/group", CASE)
    status, text, _ = client.call("/metrics")
    assert status == 200
    assert 'drgsim_calls_total{path="/group",status="200"}' in text


def test_many_clients_at_once_get_their_own_answers(client):
    cases = [CASE, {**CASE, "procedures": ""}] * 20
    expected = [client.post("/group", each)[1]["drg"] for each in cases[:2]] * 20
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda each: client.post("/group", each)[1]["drg"], cases))
    assert found == expected


def test_the_page_holds_no_inline_script_and_names_are_escaped(client):
    _, page, _ = client.call("/")
    assert "<script>" not in page
    assert "onclick" not in page
    assert 'lang="zh-CN"' in page
    for name in ("case.js", "page.css"):
        assert client.call(f"/static/{name}")[0] == 200
    assert "innerHTML" not in client.call("/static/page.js")[1]


def test_openapi_describes_every_route(client):
    _, document = client.get("/openapi.json")
    assert {"/group", "/explain", "/what-if", "/estimate", "/check", "/dip", "/codes/search"} <= set(
        document["paths"]
    )
    assert json.dumps(document)
