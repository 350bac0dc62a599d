from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import pytest
from support.application import Application, Start

FOLDER = Path(__file__).parents[2] / "app" / "static"
FILES = sorted(each.name for each in FOLDER.iterdir())
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


# -- The page ------------------------------------------------------------------------------------------------------


def test_page_is_whole_without_another_request(service: Application) -> None:
    page = service.get("/frontend").text
    assert not re.search(r"<(link|img|script)[^>]+(src|href)=\"(?!data:)", page)
    assert "$" not in re.sub(r"<script>.*</script>", "", page, flags=re.DOTALL)


def test_policy_admits_what_is_inlined_by_its_hash(service: Application) -> None:
    answer = service.get("/frontend")
    policy = answer.headers["content-security-policy"]
    for tag in ("style", "script"):
        (inlined,) = re.findall(rf"<{tag}>(.*?)</{tag}>", answer.text, flags=re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inlined.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy.split("; ")
    assert "unsafe" not in policy


def test_page_says_where_it_is_from(start: Start) -> None:
    service = start(ENVIRONMENT="prod", VERSION="1.4.0+a")
    page = service.get("/frontend").text
    assert "<title>Hello from prod</title>" in page
    assert f'<dd id="instance">{service.lines()[0]["instance"]}</dd>' in page
    assert "<dd>1.4.0+a</dd>" in page


def test_what_ecs_says_is_no_markup(start: Start) -> None:
    said = "import app.metadata\nasync def task(self): return app.metadata.Task('<b>&\"')\n"
    service = start(said + "app.metadata.Metadata.task = task")
    assert '<dd id="instance">&lt;b&gt;&amp;&quot;</dd>' in service.get("/frontend").text


@pytest.mark.parametrize("needed", ['<html lang="en">', "<main>", "<h1>", "<noscript>", 'name="viewport"', "<output "])
def test_page_has_what_readers_need(service: Application, needed: str) -> None:
    assert needed in service.get("/frontend").text


# -- Static files --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_files_are_served_as_they_are_and_kept_for_an_hour(service: Application, name: str) -> None:
    answer = service.get(f"/static/{name}")
    assert answer.body == (FOLDER / name).read_bytes()
    assert answer.headers["content-type"] == TYPES[Path(name).suffix]
    assert answer.headers["cache-control"] == "public, max-age=3600"


def test_tags_are_those_of_every_other_instance(service: Application, start: Start) -> None:
    other = start()
    tags = [each.get("/static/page.css").headers["etag"] for each in (service, other)]
    assert tags[0] == tags[1] != service.get("/static/page.js").headers["etag"]


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
def test_file_that_a_cache_has_is_not_sent_again(service: Application, form: str) -> None:
    tag = service.get("/static/page.css").headers["etag"]
    answer = service.get("/static/page.css", If_None_Match=form.format(tag))
    assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", tag)
    assert answer.headers["cache-control"] == "public, max-age=3600"


@pytest.mark.parametrize("given", ["", '"other"', "other"])
def test_file_that_has_changed_is_sent(service: Application, given: str) -> None:
    assert service.get("/static/page.css", If_None_Match=given).status == 200


@pytest.mark.parametrize(
    "path", ["../config.py", "..%2Fconfig.py", "%2e%2e/config.py", "/etc/passwd", "page.css/", "."]
)
def test_nothing_else_is_served(service: Application, path: str) -> None:
    answer = service.get(f"/static/{path}")
    assert answer.status == 404 or answer.body == (FOLDER / "page.css").read_bytes()
