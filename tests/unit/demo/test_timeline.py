"""The page of the run shows what people typed and never runs it."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from server.demo.timeline import Timeline

HOSTILE = "<script>alert('李某 & 王某')</script>"
PICTURE = "data:image/png;base64,AAAA"


class Reader(HTMLParser):
    """Collects what a browser would make of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    return reader


def with_hostile(where: str) -> str:
    timeline = Timeline(tell=lambda _: None)
    texts = {"who": "notary", "zh": "受理", "en": "accepted", "detail": "d"}
    if where in texts:
        texts[where] = HOSTILE
    timeline.add(texts["who"], texts["zh"], texts["en"], detail=texts["detail"])
    facts = {"name": {HOSTILE: "value"}, "value": {"name": HOSTILE}}
    return timeline.page(facts.get(where, {}))


@pytest.mark.parametrize("where", ["who", "zh", "en", "detail", "name", "value"])
def test_whatever_is_shown_is_text(where: str) -> None:
    page = read(with_hostile(where))
    assert HOSTILE in page.text
    assert "script" not in [tag for tag, _ in page.tags]


def test_the_page_fetches_nothing() -> None:
    timeline = Timeline(tell=lambda _: None)
    timeline.add("applicant", "拍照", "took a picture", pictures=(PICTURE,))
    sources = [
        attrs[name]
        for _, attrs in read(timeline.page({})).tags
        for name in attrs
        if name in {"src", "href"}
    ]
    assert sources == [PICTURE]


def test_what_was_refused_looks_refused_in_the_terminal_and_on_the_page() -> None:
    told: list[str] = []
    timeline = Timeline(tell=told.append)
    timeline.add("impostor", "被拒绝", "refused", detail="face_below_threshold", refused=True)
    timeline.add("applicant", "通过", "passed")
    assert ["✕" in line for line in told] == [True, False]
    items = [attrs["class"] for tag, attrs in read(timeline.page({})).tags if tag == "li"]
    assert items == ["refused", "done"]


def test_moments_stand_in_the_order_they_happened() -> None:
    timeline = Timeline(tell=lambda _: None)
    for who in ("first", "second", "third"):
        timeline.add(who, "步骤", "step")
    page = timeline.page({})
    assert page.index("first") < page.index("second") < page.index("third")
    assert [m.seconds for m in timeline.moments] == sorted(m.seconds for m in timeline.moments)
