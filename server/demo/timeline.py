"""What happened in the run, as a page that one can look through."""

from __future__ import annotations

import html
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

STYLE: Final = """
:root { color-scheme: light dark; --line: #8a93a3; --ok: #1b7a4b; --no: #b3261e; --card: #fff;
  --ink: #1c2430; --page: #f4f6f9; }
@media (prefers-color-scheme: dark) { :root { --card: #1b212b; --ink: #e6eaf0; --page: #12161d;
  --ok: #5fcf98; --no: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 "Noto Sans CJK SC", "Noto Sans SC", system-ui, sans-serif; }
header, main { max-width: 860px; margin: 0 auto; padding: 20px 16px; }
h1 { font-size: 1.6rem; margin: 0 0 4px; }
.facts { display: flex; flex-wrap: wrap; gap: 6px 22px; margin: 12px 0 0; padding: 0; }
.facts li { list-style: none; }
ol { list-style: none; margin: 0; padding: 0 0 0 18px; border-left: 3px solid var(--line); }
ol li { position: relative; background: var(--card); border-radius: 10px; margin: 0 0 14px;
  padding: 12px 16px; box-shadow: 0 1px 3px #0002; }
ol li::before { content: "✓"; position: absolute; left: -31px; top: 12px; width: 24px; height: 24px;
  border-radius: 50%; background: var(--ok); color: #fff; text-align: center; line-height: 24px;
  font-size: 14px; }
ol li.refused::before { content: "✕"; background: var(--no); }
.who { font-size: .86rem; opacity: .78; }
h2 { font-size: 1.06rem; margin: 2px 0; }
p { margin: 2px 0; overflow-wrap: anywhere; }
.pictures { display: flex; flex-wrap: wrap; gap: 10px; margin-top: 8px; }
.pictures img { max-width: 100%; height: auto; border-radius: 6px; border: 1px solid #0002; }
.refused h2 { color: var(--no); }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    seconds: float
    who: str
    zh: str
    en: str
    detail: str = ""
    refused: bool = False
    pictures: tuple[str, ...] = ()
    """Data URIs."""


@dataclass(slots=True, kw_only=True)
class Timeline:
    tell: Callable[[str], None]
    """Gets one line for each moment, as it happens."""

    moments: list[Moment] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def add(
        self,
        who: str,
        zh: str,
        en: str,
        *,
        detail: str = "",
        refused: bool = False,
        pictures: tuple[str, ...] = (),
    ) -> None:
        moment = Moment(
            seconds=time.monotonic() - self.began,
            who=who,
            zh=zh,
            en=en,
            detail=detail,
            refused=refused,
            pictures=pictures,
        )
        self.moments.append(moment)
        mark = "✕" if refused else "✓"
        self.tell(f"{moment.seconds:7.1f} s  {mark} {who}: {zh} · {en}")

    def page(self, facts: dict[str, str]) -> str:
        """Return the whole page; everything that it shows is inside it."""
        rows = "".join(
            f"<li><b>{html.escape(name)}</b> {html.escape(value)}</li>"
            for name, value in facts.items()
        )
        return (
            '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>飞柜 · Feigui</title><style>{STYLE}</style></head><body>"
            "<header><h1>一件公证的全过程 · One case, start to end</h1>"
            f'<ul class="facts">{rows}</ul></header><main><ol>'
            + "".join(_item(moment) for moment in self.moments)
            + "</ol></main></body></html>"
        )


def _item(moment: Moment) -> str:
    pictures = "".join(f'<img src="{uri}" alt="" loading="lazy">' for uri in moment.pictures)
    shown = f'<div class="pictures">{pictures}</div>' if pictures else ""
    detail = f"<p>{html.escape(moment.detail)}</p>" if moment.detail else ""
    return (
        f'<li class="{"refused" if moment.refused else "done"}">'
        f'<div class="who">{moment.seconds:.1f} s · {html.escape(moment.who)}</div>'
        f"<h2>{html.escape(moment.zh)} · {html.escape(moment.en)}</h2>{detail}{shown}</li>"
    )
