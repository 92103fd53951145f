// The control channel: a stream that is read with the token in its header, and taken up again
// with the last position. Where no stream is to be had, the same events by asking again.

import { open, owner } from "./api.js";
import { pause } from "./dom.js";
import { sha256 } from "./device_key.js";

const WAIT_S = 25;

export class Channel {
  constructor(path, { onlinks, onroom, onstate }) {
    Object.assign(this, { path, onlinks, onroom, onstate });
    this.last = null;
    this.links = [];
    this.stopped = new AbortController();
  }

  async run() {
    let failed = 0;
    while (!this.stopped.signal.aborted) {
      try {
        await this.stream();
        failed = 0;
      } catch (error) {
        if (this.stopped.signal.aborted) return;
        if ([401, 403, 404].includes(error.status)) {
          this.onstate("refused", error);
          return;
        }
        try {
          // Any other trouble with streams, also a proxy that does not let them through.
          if (error.name === "Offline") throw error;
          await this.ask();
          failed = 0;
        } catch {
          failed += 1;
          this.onstate("away");
          await pause(Math.min(8000, 300 * 2 ** failed));
        }
      }
    }
  }

  stop() {
    this.stopped.abort();
  }

  async stream() {
    const headers = { Accept: "text/event-stream" };
    if (this.last !== null) headers["Last-Event-ID"] = String(this.last);
    const answer = await open("GET", `${this.path}/event-stream?wait=${WAIT_S}`,
      { headers, signal: this.stopped.signal, as: owner() });
    this.onstate("here");
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const events = (rest + value).split("\n\n");
      rest = events.pop();
      this.take(events.map(parsed).filter(Boolean));
    }
  }

  async ask() {
    const after = this.last === null ? "" : `&after=${this.last}`;
    const answer = await open("GET", `${this.path}/events?wait=${WAIT_S}${after}`,
      { signal: this.stopped.signal, as: owner() });
    const news = await answer.json();
    this.onstate("asking");
    this.take([...news.links.map((data) => ({ event: "link", data })), { event: "room", data: news.room }]);
    if (!news.links.length) await pause(1000 * Number(answer.headers.get("Retry-After") || 1));
  }

  take(events) {
    const links = events.filter((each) => each.event === "link").map((each) => each.data)
      .filter((each) => this.last === null || each.index > this.last);
    if (links.length) {
      this.last = links[links.length - 1].index;
      this.links.push(...links);
      this.onlinks(links);
    }
    for (const each of events) if (each.event === "room") this.onroom(each.data);
  }
}

function parsed(text) {
  let event = null;
  let data = null;
  for (const line of text.split("\n")) {
    if (line.startsWith("event: ")) event = line.slice(7);
    if (line.startsWith("data: ")) data = JSON.parse(line.slice(6));
  }
  return event && { event, data };
}

function canonical(value) {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}

// Whether every link that this page was told follows the one before. Returns the last hash.
export async function verified(links) {
  let prev = "0".repeat(64);
  for (const [position, each] of links.entries()) {
    const { index, kind, at, body } = each;
    const content = canonical({ index, kind, at, body, prev });
    const hash = await sha256(new TextEncoder().encode(content));
    if (index !== position || each.prev !== prev || each.hash !== hash) return null;
    prev = hash;
  }
  return prev;
}
