"""The ceremony's page: words for everything in both languages, and nothing from elsewhere."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from server.ceremony.ceremony import Seat
from server.ceremony.status import CeremonyStatus, Step
from server.http.armour import armoured
from server.http.languages import language_of
from server.web.ceremony import FILES, MEASURED, ceremony_page, texts_in
from server.web.verification_wording import LANGUAGES

if TYPE_CHECKING:
    from flask.testing import FlaskClient

MEDIA = "https://media.feigui.example:8443"
SCRIPTS = {path.name: path.read_text("utf-8") for path in FILES.glob("*.js")}


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    app = Flask("ceremony-alone", static_folder=None)
    app.register_blueprint(
        ceremony_page(media_urls=lambda: [f"{MEDIA}/media", MEDIA], language_of=language_of)
    )
    app.after_request(armoured)
    return app.test_client()


def test_both_languages_say_the_same_things() -> None:
    chinese, english = (texts_in(language) for language in LANGUAGES)
    assert chinese.keys() == english.keys()
    holes = {code: set(re.findall(r"\{\w+\}", text)) for code, text in chinese.items()}
    assert holes == {code: set(re.findall(r"\{\w+\}", text)) for code, text in english.items()}


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_word_that_a_script_asks_for_is_there(script: str) -> None:
    asked = set(re.findall(r'\bt\("([a-z_.0-9]+)"', SCRIPTS[script]))
    assert asked - texts_in("en").keys() == set()


def test_every_status_step_and_seat_has_its_words() -> None:
    known = texts_in("en").keys()
    assert {f"status.{each}" for each in CeremonyStatus} <= known
    assert {f"step.{each}" for each in Step} <= known
    assert {f"seat.{each}" for each in Seat} <= known
    over = {each for each in CeremonyStatus if each.is_final}
    assert {f"wait.{each}" for each in set(CeremonyStatus) - over} <= known
    assert {f"end.{each}" for each in over} <= known


def test_the_page_speaks_to_us_and_the_media_worker_and_to_nobody_else(
    client: FlaskClient,
) -> None:
    page = client.get("/ceremony", headers={"Accept-Language": "en"})
    policy = page.headers["Content-Security-Policy"]
    assert f"connect-src 'self' {MEDIA};" in policy
    assert "unsafe" not in policy
    assert "camera=(self), microphone=(self)" in page.headers["Permissions-Policy"]
    assert '<html lang="en">' in page.text
    assert set(re.findall(r'(?:src|href)="([^"#]+)', page.text)) == {
        "/ceremony/icon.svg",
        "/ceremony/style.css",
        "/ceremony/app.js",
    }
    for content in SCRIPTS.values():
        assert "http" not in re.sub(r"https?://www\.w3\.org", "", content)
        assert "innerHTML" not in content


def test_nobody_else_gets_the_camera(client: FlaskClient) -> None:
    other = client.get("/ceremony/app.js")
    assert other.headers["Permissions-Policy"].startswith("camera=(), microphone=()")


def test_a_part_of_the_page_is_fetched_again_only_when_it_changed(client: FlaskClient) -> None:
    first = client.get("/ceremony/texts-en.json")
    assert first.get_json() == texts_in("en")
    again = client.get("/ceremony/texts-en.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get("/ceremony/secrets.js").status_code == 404


def test_a_line_is_measured_with_what_is_sent_and_no_more(client: FlaskClient) -> None:
    assert client.post("/ceremony/measure", data=bytes(MEASURED)).status_code == 204
    assert client.post("/ceremony/measure", data=bytes(MEASURED + 1)).status_code == 413


def test_what_does_not_say_how_long_it_is_is_no_longer_than_that_either(
    client: FlaskClient,
) -> None:
    for octets, status in ((MEASURED, 204), (MEASURED + 1, 413)):
        # As a server hands on a body that comes in chunks: where it ends is known at its end.
        sent = client.post(
            "/ceremony/measure",
            input_stream=io.BytesIO(bytes(octets)),
            environ_overrides={"CONTENT_LENGTH": "", "wsgi.input_terminated": True},
        )
        assert sent.status_code == status


def test_without_a_media_worker_the_page_speaks_to_us_alone() -> None:
    app = Flask("ceremony-alone", static_folder=None)
    app.register_blueprint(ceremony_page(media_urls=list, language_of=language_of))
    policy = app.test_client().get("/ceremony").headers["Content-Security-Policy"]
    assert "connect-src 'self';" in policy
