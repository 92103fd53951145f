"""Which engine carries whose rooms is said in the environment, and nothing is guessed."""

from __future__ import annotations

import pytest

from server.ceremony.rooms import EngineName
from server.settings import Settings, SettingsError

NEEDED = dict.fromkeys(
    (
        "FEIGUI_DATABASE_URL",
        "FEIGUI_S3_ENDPOINT",
        "FEIGUI_S3_ACCESS_KEY",
        "FEIGUI_S3_SECRET_KEY",
        "FEIGUI_KEY_ENCRYPTION_KEYS",
        "FEIGUI_SECRETS",
        "FEIGUI_TOKEN_KEYS",
        "FEIGUI_AUTHORITIES",
        "FEIGUI_SIGNER_SOCKET",
        "FEIGUI_TSA_URL",
        "FEIGUI_PUBLIC_URL",
    ),
    "x",
)


def test_an_office_may_have_an_engine_of_its_own() -> None:
    told = {"FEIGUI_MEDIA_ENGINE": "janus", "FEIGUI_MEDIA_OFFICES": "hekou=embedded,kunming=janus"}
    settings = Settings.from_environ({**NEEDED, **told})
    assert settings.media_engine is EngineName.JANUS
    assert settings.media_offices == {
        "hekou": EngineName.EMBEDDED,
        "kunming": EngineName.JANUS,
    }


@pytest.mark.parametrize(
    "told",
    [
        {"FEIGUI_MEDIA_ENGINE": "mediasoup"},
        {"FEIGUI_MEDIA_OFFICES": "hekou"},
        {"FEIGUI_MEDIA_OFFICES": "hekou=mediasoup"},
    ],
)
def test_what_is_no_engine_stops_the_process_before_it_starts(told: dict[str, str]) -> None:
    with pytest.raises(SettingsError):
        Settings.from_environ({**NEEDED, **told})
