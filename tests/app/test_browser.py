"""The page in a real browser, from every base that it is loaded from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.application import Application, Start
from support.browser import PROGRAM, Browser, Page, browser, gateway

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(PROGRAM is None, reason="chromium is not installed"),
]

TAB, ENTER = ("Tab", 9), ("Enter", 13)


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("chromium")) as running:
        yield running


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    with chromium.page() as opened:
        yield opened


@pytest.mark.parametrize("path", ["/", "/frontend", "/frontend/"])
def test_page_finds_its_backend_directly(page: Page, service: Application, path: str) -> None:
    page.open(service.url + path)
    assert page.status() == "UP"
    assert page.asked() == [service.url + path, service.url + "/backend/status"]
    assert page.complaints() == []


@pytest.mark.parametrize("path", ["", "/", "/frontend", "/frontend/", "/frontend?from=/frontend"])
@pytest.mark.parametrize("stage", ["prod", "v1"])
def test_page_finds_its_backend_behind_a_stage(page: Page, service: Application, stage: str, path: str) -> None:
    with gateway(stage, service.ports[0]) as base:
        page.open(base + path)
        assert page.status() == "UP"
        assert page.asked() == [base + path, base + "/backend/status"]
        assert page.complaints() == []


def test_page_asks_its_own_origin_whatever_the_path_looks_like(page: Page, service: Application) -> None:
    with gateway("/example.invalid", service.ports[0]) as base:
        page.open(base + "/frontend")
        assert page.asked()[1:] == [base + "/backend/status"]
        assert page.status() == "UP"


def test_page_works_from_either_port(page: Page, start: Start) -> None:
    service = start(BACKEND_PORT="0")
    for port in service.ports:
        page.open(f"http://127.0.0.1:{port}/")
        assert page.status() == "UP"


def test_page_says_from_which_instance_it_is(page: Page, service: Application) -> None:
    page.open(service.url)
    assert page.value("document.getElementById('instance').textContent") == service.lines()[0]["instance"]
    assert page.value("document.title") == "Hello from dev"


def test_page_says_when_the_backend_is_gone_and_when_it_is_back(page: Page, service: Application) -> None:
    page.open(service.url)
    page.do("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=-1, uploadThroughput=-1)
    _again(page)
    assert "not reached" in (page.status() or "")
    page.do("Network.emulateNetworkConditions", offline=False, latency=0, downloadThroughput=-1, uploadThroughput=-1)
    _again(page)
    assert page.status() == "UP"


def _again(page: Page) -> None:
    """Ask again with the keyboard alone, whose focus stays where it is."""
    if page.value("document.activeElement.id") != "again":
        page.press(*TAB)
    assert page.value("document.activeElement.id") == "again"
    page.press(*ENTER)
    page.value("new Promise(done => setTimeout(done, 300))")
    assert page.value("document.activeElement.id") == "again"


def test_focus_can_be_seen(page: Page, service: Application) -> None:
    page.open(service.url)
    page.press(*TAB)
    assert page.value("getComputedStyle(document.activeElement).outlineWidth") == "3px"


def test_policy_refuses_what_is_not_ours(page: Page, service: Application) -> None:
    page.open(service.url)
    page.value("document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.own = 1'}))")
    assert page.value("window.own ?? null") is None
    assert "Content Security Policy" in " ".join(page.complaints())


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_is_cut_off_at_any_width(page: Page, service: Application, width: int) -> None:
    page.do("Emulation.setDeviceMetricsOverride", width=width, height=600, deviceScaleFactor=1, mobile=False)
    page.open(service.url)
    assert page.value("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out(page: Page, service: Application, scheme: str) -> None:
    page.do("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    page.open(service.url)
    for chosen in ("h1", "dt", "dd", "#status", "button"):
        assert _contrast(page, chosen) >= 4.5, chosen  # WCAG 2.2, 1.4.3
    page.value("document.getElementById('status').className = 'bad'")
    assert _contrast(page, "#status") >= 4.5


def _contrast(page: Page, chosen: str) -> float:
    ground = "button" if chosen == "button" else "main"
    ink = page.value(f"getComputedStyle(document.querySelector('{chosen}')).color")
    paper = page.value(f"getComputedStyle(document.querySelector('{ground}')).backgroundColor")
    dark, light = sorted((_luminance(ink), _luminance(paper)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    channels = [int(each) / 255 for each in color.removeprefix("rgb(").removesuffix(")").split(", ")]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
    return sum(weight * each for weight, each in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_reader_hears_names_and_landmarks(page: Page, service: Application) -> None:
    page.open(service.url)
    assert page.value("document.documentElement.lang") == "en"
    nodes = page.do("Accessibility.getFullAXTree")["nodes"]
    said = {(each["role"]["value"], each.get("name", {}).get("value", "")) for each in nodes if not each["ignored"]}
    assert ("heading", "Hello") in said
    assert ("button", "Ask the backend again") in said
    assert {"main", "status"} <= {role for role, _ in said}


def test_page_can_be_pictured(page: Page, service: Application, tmp_path: Path) -> None:
    page.open(service.url)
    page.screenshot(tmp_path / "page.png")
    assert (tmp_path / "page.png").stat().st_size > 5_000
