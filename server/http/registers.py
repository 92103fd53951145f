"""公证登记簿, as the law names its columns (公证程序规则 Art. 57)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.http.call import Answer, Binding
from server.http.shown.registers import row_as_seen

if TYPE_CHECKING:
    from server.http.call import Call


def get_register(call: Call) -> Answer:
    year = int(call.query["year"])
    rows = call.tx.register_view.rows(year=year)
    return Answer(body={"year": year, "rows": [row_as_seen(row) for row in rows]})


def bindings() -> list[Binding]:
    return [Binding(operation_id="get_register", handler=get_register)]
