"""Every flow in a real browser, by mouse and by keyboard, in both languages; and what axe says of it.

Needs Playwright and a Chromium that is installed (`chromium` or `chromium-browser`); else skipped. With
`DRGSIM_SCREENSHOTS=DIR` every stop is also drawn at 1366 × 768, to be looked at.
"""

import os
import shutil
from pathlib import Path

import pytest

from .test_case import LISTED
from .test_file import HOSTILE, csv, made

pytestmark = pytest.mark.slow
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
LANGUAGES = ("zh", "en")
WAIT = 180_000  # ms; the machine may be busy


@pytest.fixture(scope="module")
def started():
    playwright = pytest.importorskip("playwright.sync_api", reason="no Playwright: pip install drgsim[dev]")
    with playwright.sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(started):
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed")
    browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
    yield browser
    browser.close()


@pytest.fixture(params=LANGUAGES)
def look(request, browser, client):
    """A page in a language: no fault in the console, no dialog, nothing from elsewhere."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, base_url=client.base)
    context.set_default_timeout(WAIT)
    page = context.new_page()
    faults, calls = [], []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("dialog", lambda dialog: faults.append(f"a dialog: {dialog.message}"))
    page.on("request", lambda call: calls.append(call.url))
    page.lang = request.param
    yield page
    context.close()
    assert faults == []
    assert [url for url in calls if not url.startswith(client.base)] == []


def stop(page, name):
    """Draw the page if asked to, see that nothing sticks out to the side, and ask axe."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="no axe: pip install drgsim[dev]"
    )
    folder = os.environ.get("DRGSIM_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}-{page.lang}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
    wrong = axe.Axe().run(page).response["violations"]
    told = [(each["id"], [node["html"][:120] for node in each["nodes"][:3]]) for each in wrong]
    assert told == [], name


def test_one_case_by_keyboard_alone(look):
    look.goto(f"/?lang={look.lang}")
    stop(look, "case-empty")
    look.focus("#diagnoses")
    look.keyboard.type("dnjs", delay=30)
    look.wait_for_selector("#diagnoses-found li")
    stop(look, "case-search")
    first = look.locator("#diagnoses-found li").first.text_content()
    assert first.startswith("K80.200x003")
    look.keyboard.press("ArrowDown")
    look.keyboard.press("ArrowUp")
    look.keyboard.press("Enter")
    assert look.input_value("#diagnoses").startswith("K80.200x003 胆囊结石")
    look.keyboard.type("I50.900")
    look.keyboard.press("Escape")
    look.keyboard.press("Tab")
    assert look.evaluate("document.activeElement.id") == "procedures"
    look.keyboard.type("51.2300")
    look.wait_for_selector("#procedures-found li")
    look.keyboard.press("Enter")
    look.keyboard.press("Tab")
    assert look.evaluate("document.activeElement.id") == "sex"
    look.select_option("#sex", "1")
    for name, text in (("age", "45"), ("los", "6"), ("total_cost", "38000")):
        look.focus(f"#{name}")
        look.keyboard.type(text)
    for part in ("#money table", "#choices table"):
        look.wait_for_selector(part)
    assert "HC2" in look.text_content("#group")
    look.locator("#money details summary").first.click()
    look.locator("#review details summary").click()
    stop(look, "case")


def test_a_pasted_settlement_list(look):
    import json

    look.goto(f"/?lang={look.lang}")
    look.click("form#case details summary")
    look.fill("#paste", json.dumps(LISTED))
    look.click("button[value=paste]")
    look.wait_for_selector("#group")
    assert look.input_value("#diagnoses").startswith("K80.101")
    assert look.input_value("#age") == "45"


def test_a_file_from_drop_to_reports(look, tmp_path):
    path = tmp_path / f"{HOSTILE}.csv"
    path.write_bytes(csv(made().assign(**{HOSTILE: "x"})))
    look.goto(f"/file?lang={look.lang}")
    stop(look, "file-drop")
    look.set_input_files("#files", path)
    look.wait_for_selector("button[value=read]")
    assert look.locator("img").count() == 0
    stop(look, "file-columns")
    look.fill("input[aria-label^='case_id']", "-")
    look.click("button[value=look]")
    look.wait_for_selector("button[value=read]")
    assert look.input_value("input[aria-label^='case_id']") == "-"
    look.fill("input[aria-label^='case_id']", "")
    look.click("button[value=read]")
    look.wait_for_selector(".cards")
    stop(look, "file-read")
    for task in ("office", "transition", "audit"):
        look.click(f"form[action$='/{task}'] button")
        look.wait_for_selector(f"section#{task}")
    stop(look, "file-results")
    with look.context.expect_page() as opened:
        look.locator("section#office a.button").first.click()
    opened.value.wait_for_load_state()
    assert opened.value.locator("table").count() > 0
    opened.value.close()
    with look.expect_download() as saved:
        look.click("section#office a[download$='.xlsx']")
    assert Path(saved.value.path()).read_bytes().startswith(b"PK")
    look.click("form[action$='/end'] button")
    look.wait_for_selector("#drop")


def test_a_computation_is_cancelled(look, tmp_path):
    path = tmp_path / "cases.csv"
    path.write_bytes(csv(made()))
    look.goto(f"/file?lang={look.lang}")
    look.set_input_files("#files", path)
    look.click("button[value=read]")
    look.click("form[action$='/transition'] button")
    look.wait_for_selector("#running")
    stop(look, "file-running")
    look.click("form[action$='/cancel'] button")
    look.wait_for_selector(".note.box[role=status]")


def test_a_question_is_checked_and_run(look):
    look.goto(f"/question?lang={look.lang}")
    look.wait_for_selector("#checked p")
    stop(look, "question")
    field = "[id='p.outlier.high.threshold/3']"
    look.fill(field, "-1")
    look.wait_for_selector("#checked .bad")
    assert look.get_attribute(field, "aria-invalid") == "true"
    look.fill(field, "2.5")
    look.wait_for_selector("#hash")
    assert look.get_attribute(field, "aria-invalid") is None
    hashed = look.text_content("#hash")
    look.fill("#filter", "outlier")
    with look.expect_download() as saved:
        look.click("#download")
    assert "outlier.high.threshold/3" in Path(saved.value.path()).read_text(encoding="utf-8")
    for name, text in (("n", "1000"), ("years", "1"), ("draws", "5")):
        look.fill(f"#{name}", text)
    look.locator("#question fieldset button").first.click()
    look.wait_for_selector("section table")
    assert hashed in look.text_content("main")
    stop(look, "question-result")


def test_the_fund_follows_its_sliders(look):
    look.goto(f"/fund?lang={look.lang}")
    look.wait_for_selector("#valued svg")
    stop(look, "fund")
    look.select_option("#pot", "resident")
    look.wait_for_selector(f"#valued h2:has-text('{'居民' if look.lang == 'zh' else 'Residents'}')")
    before = look.inner_html("#valued table")
    look.focus("[id='l.resident_premium-range']")
    for _ in range(3):
        look.keyboard.press("PageUp")
    look.wait_for_selector("#valued polyline >> nth=1")
    assert float(look.input_value("[id='l.resident_premium']")) != 0
    assert look.inner_html("#valued table") != before
    look.click("#tornado-part summary")
    look.wait_for_selector("#tornado svg")
    look.click("#goal button")
    look.wait_for_selector("#sought")
    stop(look, "fund-moved")


def test_the_language_is_switched_and_kept(look):
    look.goto(f"/file?lang={look.lang}")
    look.click("a.switch")
    other = "zh-CN" if look.lang == "en" else "en"
    assert look.get_attribute("html", "lang") == other
    look.click("nav a[href='/fund']")
    assert look.get_attribute("html", "lang") == other


def test_a_page_prints_without_its_forms(look):
    look.goto(f"/fund?lang={look.lang}")
    look.wait_for_selector("#valued svg")
    look.emulate_media(media="print")
    assert not look.is_visible("form#fund")
    assert look.is_visible("#valued svg")
    if os.environ.get("DRGSIM_SCREENSHOTS"):
        look.pdf(path=Path(os.environ["DRGSIM_SCREENSHOTS"]) / f"fund-{look.lang}.pdf", format="A4")


def test_a_case_is_priced_in_firefox_too(started, client):
    try:
        firefox = started.firefox.launch()
    except Exception as missing:
        if "Executable doesn't exist" not in str(missing):
            raise
        pytest.skip("no Firefox of Playwright is installed: playwright install firefox")
    page = firefox.new_page(base_url=client.base)
    page.goto("/?lang=zh")
    page.fill("#diagnoses", "K80.101\nI50.900")
    page.fill("#procedures", "51.2300")
    page.select_option("#sex", "1")
    for name, text in (("age", "45"), ("los", "6"), ("total_cost", "38000")):
        page.fill(f"#{name}", text)
    page.wait_for_selector("#money table")
    assert "HC2" in page.text_content("#group")
    firefox.close()
