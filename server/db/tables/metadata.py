"""The one collection that every table is registered in, and the kinds of column."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, DateTime, MetaData, Text
from sqlalchemy.dialects.postgresql import ARRAY

METADATA = MetaData()


def text(name: str, *, key: bool = False, optional: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=optional)


def texts(name: str) -> Column[Any]:
    return Column(name, ARRAY(Text), nullable=False)


def moment(name: str, *, optional: bool = False) -> Column[Any]:
    """Return a column for an aware time; PostgreSQL keeps it in UTC."""
    return Column(name, DateTime(timezone=True), nullable=optional)
