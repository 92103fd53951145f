"""One HTTP edge a module, on a database of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.edge.standing import Standing

if TYPE_CHECKING:
    from server.db.secrets import FieldCipher
    from server.transaction import OpenTransaction


@pytest.fixture(scope="module")
def edge(open_transaction: OpenTransaction, field_cipher: FieldCipher) -> Standing:
    return Standing(open_transaction=open_transaction, cipher=field_cipher)
