"""Everything the process reads from its environment, read once.

``FEIGUI_*``; docs/operations.md has the table. An error names the variable and
never shows its value, which may be a pasted secret.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from server.ceremony.rooms import EngineName

if TYPE_CHECKING:
    from collections.abc import Mapping

DEBIAN_FONTS: Final = "/usr/share/fonts/opentype/noto"


class SettingsError(Exception):
    """A variable is missing or malformed. Never carries its value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    database_url: str = field(repr=False)
    """The application's role: owns nothing, and row-level security binds it."""

    s3_endpoint: str
    s3_access_key: str = field(repr=False)
    s3_secret_key: str = field(repr=False)
    s3_region: str
    evidence_bucket: str
    staging_bucket: str
    key_encryption_keys: tuple[str, ...]
    """URIs; the first one wraps new data keys, the others still open old ones."""

    secrets: Path
    """Directory with one secret a file: field keys, cursor key, code key."""

    token_keys: Path
    """Directory with the P-256 keys of the access tokens, one PEM file a ``kid``."""

    authorities: Path
    key_place: str
    """URI of the place where new keys are made: ``file:``, or a ``pkcs11:`` token."""

    signer_socket: Path
    tsa_url: str
    public_url: str
    """Where people reach us; QR codes and issuers of tokens are made from it."""

    fonts: Path
    api_page: Path | None
    """Directory with the API page's script; ``None`` turns the page off."""

    models: Path | None
    """Directory with weights that come in no wheel (attack detection); ``None``: not measured."""

    master_list: Path | None
    """CSCA master list or folder of certificates; ``None``: no chip's country is believed."""

    register_url: str | None
    """Gateway of an identity register; ``None``: none is asked."""

    log_folder: Path | None
    """Where the published log is kept as files too, for mirrors; ``None``: in the store only."""

    outside_authorities: Path | None
    """Directory with one folder an outside certification authority; ``None``: there is none."""
    media_url: str | None
    """Where phones reach the media worker; ``None``: ceremonies have no live video of ours."""

    media_engine: EngineName
    """What carries rooms of an office that has no engine of its own below."""

    media_offices: Mapping[str, EngineName] | None
    """Office -> what carries its rooms; ``None``: no office has an engine of its own."""

    janus_url: str | None
    """The interface of the Janus that a media worker drives; ``None``: it carries rooms itself."""

    media_spool: Path | None
    """Where the media worker keeps segments until the evidence store has them."""

    turn_urls: tuple[str, ...]
    """TURN servers that know the secret ``turn-key``; empty: none is offered."""

    turn_only: bool
    """Pages take no way but through them."""

    media_relayed: bool
    """The media worker neither: it is where nothing reaches it from outside."""

    event_streams: int
    """How many who follow a ceremony by a stream the web process serves at once."""

    code_outbox: Path | None
    """Where one-time codes are written instead of being sent. Never in production."""

    validate_responses: bool
    fault: str | None
    """Name of the point at which a fault test kills the process."""

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        """Read every variable, or raise `SettingsError` for the first bad one."""
        return cls(
            database_url=_required(environ, "FEIGUI_DATABASE_URL"),
            s3_endpoint=_required(environ, "FEIGUI_S3_ENDPOINT"),
            s3_access_key=_required(environ, "FEIGUI_S3_ACCESS_KEY"),
            s3_secret_key=_required(environ, "FEIGUI_S3_SECRET_KEY"),
            s3_region=environ.get("FEIGUI_S3_REGION", "us-east-1"),
            evidence_bucket=environ.get("FEIGUI_EVIDENCE_BUCKET", "feigui-evidence"),
            staging_bucket=environ.get("FEIGUI_STAGING_BUCKET", "feigui-staging"),
            key_encryption_keys=_listed(environ, "FEIGUI_KEY_ENCRYPTION_KEYS"),
            secrets=_path(environ, "FEIGUI_SECRETS"),
            token_keys=_path(environ, "FEIGUI_TOKEN_KEYS"),
            authorities=_path(environ, "FEIGUI_AUTHORITIES"),
            key_place=environ.get("FEIGUI_KEY_PLACE", "file:"),
            signer_socket=_path(environ, "FEIGUI_SIGNER_SOCKET"),
            tsa_url=_required(environ, "FEIGUI_TSA_URL"),
            public_url=_required(environ, "FEIGUI_PUBLIC_URL").rstrip("/"),
            fonts=Path(environ.get("FEIGUI_FONTS", DEBIAN_FONTS)),
            api_page=_optional_path(environ, "FEIGUI_API_PAGE"),
            models=_optional_path(environ, "FEIGUI_MODELS"),
            master_list=_optional_path(environ, "FEIGUI_MASTER_LIST"),
            register_url=environ.get("FEIGUI_REGISTER_URL") or None,
            log_folder=_optional_path(environ, "FEIGUI_LOG_FOLDER"),
            outside_authorities=_optional_path(environ, "FEIGUI_OUTSIDE_AUTHORITIES"),
            media_url=environ.get("FEIGUI_MEDIA_URL", "").rstrip("/") or None,
            media_engine=_engine(environ.get("FEIGUI_MEDIA_ENGINE", "embedded")),
            media_offices=_office_engines(environ),
            janus_url=environ.get("FEIGUI_JANUS_URL", "").rstrip("/") or None,
            media_spool=_optional_path(environ, "FEIGUI_MEDIA_SPOOL"),
            **_relays(environ),
            event_streams=_count(environ, "FEIGUI_EVENT_STREAMS", default=8),
            code_outbox=_optional_path(environ, "FEIGUI_CODE_OUTBOX"),
            validate_responses=_switch(environ, "FEIGUI_VALIDATE_RESPONSES"),
            fault=environ.get("FEIGUI_FAULT") or None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySettings:
    """What a key ceremony needs: it takes place on a machine without a platform, too."""

    authorities: Path
    key_place: str
    public_url: str

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> KeySettings:
        return cls(
            authorities=_path(environ, "FEIGUI_AUTHORITIES"),
            key_place=environ.get("FEIGUI_KEY_PLACE", "file:"),
            public_url=_required(environ, "FEIGUI_PUBLIC_URL").rstrip("/"),
        )


def _required(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "")
    if not value:
        raise SettingsError(f"{name} is not set")
    return value


def _path(environ: Mapping[str, str], name: str) -> Path:
    return Path(_required(environ, name))


def _optional_path(environ: Mapping[str, str], name: str) -> Path | None:
    value = environ.get(name, "")
    return Path(value) if value else None


def _engine(name: str) -> EngineName:
    try:
        return EngineName(name)
    except ValueError as error:
        raise SettingsError("FEIGUI_MEDIA_ENGINE must be embedded or janus") from error


def _office_engines(environ: Mapping[str, str]) -> Mapping[str, EngineName] | None:
    pairs = [each for each in environ.get("FEIGUI_MEDIA_OFFICES", "").split(",") if each]
    if not pairs:
        return None
    if not all("=" in each for each in pairs):
        raise SettingsError("FEIGUI_MEDIA_OFFICES must hold office=engine")
    return {office: _engine(name) for office, _, name in (each.partition("=") for each in pairs)}


def _relays(environ: Mapping[str, str]) -> dict[str, Any]:
    urls = tuple(each for each in environ.get("FEIGUI_TURN_URLS", "").split(",") if each)
    if not all(each.startswith(("turn:", "turns:")) for each in urls):
        raise SettingsError("FEIGUI_TURN_URLS must hold turn: and turns: addresses")
    only, relayed = _switch(environ, "FEIGUI_TURN_ONLY"), _switch(environ, "FEIGUI_MEDIA_RELAYED")
    if (only or relayed) and not urls:
        raise SettingsError("FEIGUI_TURN_ONLY and FEIGUI_MEDIA_RELAYED need FEIGUI_TURN_URLS")
    return {"turn_urls": urls, "turn_only": only, "media_relayed": relayed}


def _listed(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(each for each in _required(environ, name).split(",") if each)


def _count(environ: Mapping[str, str], name: str, *, default: int) -> int:
    value = environ.get(name) or str(default)
    if not (value.isascii() and value.isdigit() and int(value) > 0):
        raise SettingsError(f"{name} must be a whole number above 0")
    return int(value)


def _switch(environ: Mapping[str, str], name: str) -> bool:
    value = environ.get(name, "off")
    if value not in {"on", "off"}:
        # The value stays out of the message: it may be a pasted secret.
        raise SettingsError(f"{name} must be on or off")
    return value == "on"
