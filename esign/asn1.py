"""One name for the values of asn1crypto, pyHanko's ASN.1 library, which ships no types."""

from __future__ import annotations

from typing import Any, TypeAlias

Asn1: TypeAlias = Any
