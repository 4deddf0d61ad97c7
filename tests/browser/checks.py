"""What every page must pass in a real browser, whoever serves it: the sample pages or a running gateway.

async with open_browser() as browser:
    report = await check_page(browser, "http://127.0.0.1:8000/regions/32?annee=2017")
"""

import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, ConsoleMessage, Page, Response, async_playwright

ARGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-sync",
]
TAGS = ["RGAAv4", "wcag2a", "wcag2aa", "wcag21aa"]
TO_REVIEW = {"color-contrast"}
"""What axe cannot decide alone: the contrast of texts written over shapes of the charts, computed by hand."""
WEIGHT_MAX, REQUESTS_MAX = 100_000, 5
WIDE, PHONES = 1280, (390, 320)

FOCUSABLE = "a[href], button, select, input, textarea, summary, [tabindex='0']"
DATE_STOPS = 3
"""Stops of Tab inside a date field, besides the first: day, month, year, calendar."""
FOCUS_ORDER = """selector => [...document.querySelectorAll(selector)]
    .filter(e => e.checkVisibility({visibilityProperty: true}))
    .filter(e => e.type !== "radio" || e === document.querySelector(`[name="${e.name}"]`))
    .map(e => e.outerHTML.slice(0, 200))"""
RECORD_FOCUS = """() => {
    window.focused = [];
    document.addEventListener("focusin", e => window.focused.push(e.target.outerHTML.slice(0, 200)));
}"""


@dataclass
class Load:
    """What happened while a page loaded."""

    errors: list[str] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)


@dataclass(frozen=True)
class Report:
    """Measures of a page that passed."""

    weight: int
    requests: int
    rules_passed: int
    to_review: set[str]


@asynccontextmanager
async def open_browser() -> AsyncIterator[Browser]:
    """Start Debian's Chromium; nothing is downloaded."""
    executable = shutil.which("chromium")
    assert executable, "chromium est requis : apt-get install chromium fonts-liberation"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=ARGS)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def open_page(
    browser: Browser,
    url: str,
    *,
    width: int = WIDE,
    script: bool = True,
    status: int = 200,
    session: str | None = None,
) -> AsyncIterator[tuple[Page, Load]]:
    """Open a page in a context of its own, as a French reader does; ``session`` is the key of who is signed in."""
    context = await browser.new_context(
        locale="fr-FR",
        timezone_id="Europe/Paris",
        viewport={"width": width, "height": 900},
        java_script_enabled=script,
    )
    if session is not None:
        await context.add_cookies([{"name": "session", "value": session, "url": url}])
    try:
        yield await _load(await context.new_page(), url, status)
    finally:
        await context.close()


async def _load(page: Page, url: str, status: int) -> tuple[Page, Load]:
    load = Load()

    def note_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            load.errors.append(message.text)

    def note_response(response: Response) -> None:
        load.responses.append(response)

    page.on("pageerror", lambda error: load.errors.append(str(error)))
    page.on("console", note_console)
    page.on("requestfailed", lambda request: load.errors.append(f"{request.url} : {request.failure}"))
    page.on("response", note_response)
    answer = await page.goto(url, wait_until="load")
    assert answer is not None
    assert answer.status == status
    return page, load


async def check_page(browser: Browser, url: str, *, status: int = 200, session: str | None = None) -> Report:
    """Check all that does not depend on what the page is about; return its measures.

    No error in the console, no failed resource, no violation of accessibility on a wide screen and on a phone, no
    horizontal scroll at 390 and 320 pixels, the same content without script, the keyboard in reading order, and the
    budget of weight and requests.
    """
    async with open_page(browser, url, status=status, session=session) as (page, load):
        own_status = f"Failed to load resource: the server responded with a status of {status}"
        assert [error for error in load.errors if not error.startswith(own_status)] == []
        weight = await _check_budget(load)
        passed, to_review = await _check_accessibility(page)
        await check_keyboard_order(page)
        with_script = await content(page)
        for width in PHONES:
            await page.set_viewport_size({"width": width, "height": 900})
            await check_no_horizontal_scroll(page)
        await _check_accessibility(page)
    async with open_page(browser, url, script=False, status=status, session=session) as (page, _):
        assert await content(page) == with_script
    return Report(weight, len(load.responses), passed, to_review)


async def content(page: Page) -> tuple[list[str], list[str], int]:
    """Return titles, cells and number of drawings; ages of sources, which run, are left out."""
    titles = await page.locator("h1, h2, h3").all_inner_texts()
    cells = await page.locator("th, td").all_inner_texts()
    return titles, [re.sub(r"il y a \S+\s\S+", "", cell) for cell in cells], await page.locator("svg").count()


async def check_no_horizontal_scroll(page: Page) -> None:
    """The page fits its window; only tables and menus scroll, inside their own box."""
    wide, window = await page.evaluate("() => [document.documentElement.scrollWidth, window.innerWidth]")
    assert wide <= window, f"{wide} px dans une fenêtre de {window} px"


async def check_keyboard_order(page: Page) -> None:
    """Tabulation follows the reading order, starts with the skip link, which leads to the content, and ends."""
    await page.evaluate("() => { document.activeElement.blur(); window.getSelection().removeAllRanges() }")
    expected = await page.evaluate(FOCUS_ORDER, FOCUSABLE)
    await page.evaluate(RECORD_FOCUS)
    parts = DATE_STOPS * await page.locator("input[type=date]").count()
    for _ in range(len(expected) + parts):
        await page.keyboard.press("Tab")
    focused = await page.evaluate("() => window.focused")
    assert focused == expected
    await page.focus(".evitement")
    assert await page.locator(".evitement").bounding_box() is not None
    assert "evitement" in focused[0]
    await page.keyboard.press("Enter")
    assert await page.evaluate("() => document.activeElement.id") == "contenu"


async def check_filter_by_keyboard(browser: Browser, url: str, field_name: str) -> str:
    """Choose the next option of a filter and apply it, without a mouse; return the title of the answer."""
    async with open_page(browser, url) as (page, _):
        before = page.url
        await tab_to(page, f"select[name={field_name}]")
        await page.keyboard.press("ArrowDown")
        chosen = await page.locator(f"select[name={field_name}]").input_value()
        await tab_to(page, "button[type=submit]")
        async with page.expect_navigation():
            await page.keyboard.press("Enter")
        assert page.url != before
        assert f"{field_name}={chosen}" in page.url
        return await page.locator("h1").inner_text()


async def tab_to(page: Page, selector: str, limit: int = 200) -> None:
    """Press Tab until an element has the focus."""
    for _ in range(limit):
        if await page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"{selector} n'est pas atteint au clavier")


async def check_print(browser: Browser, url: str, texts: Sequence[str]) -> int:
    """Print the page on A4 and read it back: the texts are in it, the navigation is not; return the page count."""
    async with open_page(browser, url) as (page, _):
        with TemporaryDirectory() as folder:
            path = Path(folder) / "page.pdf"
            await page.pdf(path=path, prefer_css_page_size=True)
            printed = _command("pdftotext", "-layout", str(path), "-")
            pages = int(re.search(r"Pages:\s+(\d+)", _command("pdfinfo", str(path)))[1])  # type: ignore[index] # always there
    read = _spaced(printed)
    for text in texts:
        assert _spaced(text) in read, f"« {text} » n'est pas imprimé"
    assert "Appliquer" not in read
    assert "Aller au contenu" not in read
    return pages


def _command(*words: str) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True, timeout=60).stdout


def _spaced(text: str) -> str:
    return re.sub(r"\s+", " ", text)


async def _check_budget(load: Load) -> int:
    weight = 0
    for response in load.responses:
        if response.headers.get("content-type", "").startswith("text/event-stream"):
            continue  # it has no end
        weight += len(await response.body())
    assert len(load.responses) <= REQUESTS_MAX
    assert weight <= WEIGHT_MAX
    return weight


async def _check_accessibility(page: Page) -> tuple[int, set[str]]:
    """Return the number of rules passed and those that a person must review; no violation is accepted."""
    found = await Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    violations = [
        (rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found.response["violations"]
    ]
    assert violations == []
    to_review = {
        rule["id"]: [node["html"] for node in rule["nodes"]] for rule in found.response["incomplete"]
    }
    assert {rule: nodes for rule, nodes in to_review.items() if rule not in TO_REVIEW} == {}
    return len(found.response["passes"]), set(to_review)
