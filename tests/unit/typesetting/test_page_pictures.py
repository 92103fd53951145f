"""A paper can be looked at page by page where no PDF can be shown."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from esign.testing import archival_page
from server.typesetting.page_pictures import WIDTH, draw_page


def test_a_page_is_a_picture_of_the_paper() -> None:
    drawn = draw_page(archival_page(), 1)
    assert drawn is not None
    with Image.open(io.BytesIO(drawn)) as picture:
        assert (picture.format, picture.width) == ("PNG", WIDTH)
        assert picture.height > picture.width


@pytest.mark.parametrize("page", [0, 2, -1])
def test_a_page_that_is_not_there_is_none(page: int) -> None:
    assert draw_page(archival_page(), page) is None


def test_what_is_no_paper_has_no_pages() -> None:
    assert draw_page(b"no PDF", 1) is None
