// The room: who is there and how their lines are, and below it what is to be done now.

import * as api from "./api.js";
import { Beside } from "./beside.js";
import { cards } from "./cards.js";
import { Channel } from "./follow.js";
import { Live } from "./live.js";
import { name_of } from "./ceremonies.js";
import { fill, h, has, language, pause, t, trouble } from "./dom.js";

const QUIET = (kind) => kind === "segment" || kind.startsWith("line_") || kind.startsWith("connection_");
const LOOK_AGAIN_MS = 4000;
const OVER = ["completed", "aborted", "no_show"];
const WEAK_MS = 6000;

export class Room {
  constructor(main, me, { case_id, ceremony_id, own }) {
    Object.assign(this, { main, me, case_id, ceremony_id, own, trouble });
    this.base = `/v1/cases/${case_id}`;
    this.path = `${this.base}/ceremonies/${ceremony_id}`;
    this.state = { found: null, ceremony: null, act: null, form: null, room: null };
    this.tiles = new Map();
    this.memory = new Map();
    this.shown = new Map();
    this.line_state = "away";
    // Whose device it is; `me` is whoever acts at it now.
    this.owner = me.account_id;
    this.beside = new Beside(this);
  }

  async enter(checked) {
    this.checked = checked;
    await this.read();
    this.has_act = this.state.act !== null;
    if (this.has_act && checked && this.may("speak")) await this.report(checked);
    if (!this.is_over) await this.come_in();
    this.lay_out();
    this.channel = new Channel(this.path, {
      onlinks: (links) => this.happened(links),
      onroom: (room) => this.told(room),
      onstate: (state, error) => this.line(state, error),
    });
    this.channel.run();
    this.live = new Live(this.path, this.own, {
      onpictures: (account, stream) => this.pictures(account, stream),
      onquality: (account, quality) => this.quality(account || this.owner, quality),
      onrefused: (error) => this.refused(error),
    });
    if (this.may("speak")) this.live.send();
    this.looking = setInterval(() => { if (this.talks_now) this.refresh(); }, LOOK_AGAIN_MS);
    this.ticking = setInterval(() => this.tick(), 1000);
    if (!this.is_over) this.beside.come_back().finally(() => this.refresh());
    await this.refresh();
  }

  // Whoever is there by another device is asked before that one loses the line.
  async come_in() {
    try {
      await api.post(`${this.path}/joins`);
    } catch (error) {
      if (error.code !== "here_elsewhere") throw error;
      await new Promise((wanted) => fill(this.main, ...elsewhere(error.problem, wanted, () => this.onleave())));
      await this.take_over();
    }
  }

  take_over() {
    return api.post(`${this.path}/joins`, { take_over: true }, this.owner);
  }

  refused(error) {
    if (error.code === "live_video_off") trouble(error);
    if (error.code !== "line_taken_over") return;
    this.taken_over = error.problem;
    this.render();
  }

  async send_again() {
    await this.take_over();
    this.taken_over = null;
    this.live.send();
    await this.refresh();
  }

  // Another of those at this device acts now: what is to be done is that one's.
  acted_by(me) {
    this.me = me;
    this.forget();
    this.main.querySelector(".room").className = `room ${this.seat}`;
    for (const [account, { picture }] of this.tiles) picture.setAttribute("aria-label", this.name(account));
    this.render_people();
    this.beside.render();
    return this.refresh();
  }

  // Make a card anew, or every one.
  forget(key) {
    for (const [each, { element }] of this.shown)
      if (!key || each === key) { element.remove(); this.shown.delete(each); }
  }

  // Over: nothing more comes, and nobody is seen any longer.
  end() {
    clearInterval(this.looking);
    clearInterval(this.ticking);
    clearTimeout(this.weak_soon);
    if (this.channel) this.channel.stop();
    if (this.live) this.live.end();
    for (const { picture } of this.tiles.values()) picture.srcObject = null;
  }

  leave() {
    this.end();
    if (this.own) this.own.getTracks().forEach((each) => each.stop());
  }

  async report({ camera, microphone, uplink_kbps, round_trip_ms, device }, as) {
    await api.post(`${this.path}/tech-checks`, { camera, microphone, uplink_kbps, round_trip_ms, device }, as);
  }

  // What the page knows, read anew from the API.
  async read() {
    const who = this.me;
    const [found, ceremony, act] = await Promise.all([
      api.get(this.base), api.get(this.path),
      this.has_act === false ? null : api.get(`${this.path}/act`).catch((error) => {
        if (error.code === "not_found") return null;
        throw error;
      }),
    ]);
    if (act && (!this.state.form || this.state.form.language !== language)) this.state.form = await api.get(`${this.path}/form`);
    Object.assign(this.state, { found, ceremony, act });
    this.read_by = who;
    const mine = this.line_of(this.owner);
    if (mine && this.live) this.live.pace(mine.picture_wanted === "stills");
  }

  // What the media worker measured, where it does.
  line_of(account) {
    return (this.state.ceremony.lines || []).find((each) => each.participant === account);
  }

  async refresh() {
    if (this.reading) { this.again = true; return; }
    this.reading = true;
    try {
      do {
        this.again = false;
        await this.read();
        this.render();
      } while (this.again);
    } catch (error) {
      if (error.name !== "Offline") trouble(error);
    } finally {
      this.reading = false;
    }
  }

  happened(links) {
    if (links.some((each) => !QUIET(each.kind))) this.refresh();
    for (const each of links) this.note(each);
  }

  told(room) {
    this.state.room = room;
    this.told_at = performance.now();
    if (OVER.includes(room.status)) {
      this.end();
      this.line(null);
    }
    for (const each of room.people) {
      // Whoever sits at another's device is seen in that one's picture.
      if (each.device_of) this.untile(each.account);
      else this.tile(each.account);
      if (!each.device_of && each.account !== this.owner && each.here && !this.is_over) this.live && this.live.watch(each.account);
    }
    this.render_people();
    if (this.state.ceremony && room.status !== this.state.ceremony.status) this.refresh();
  }

  // How the channel stands; null once nothing more is to come by it.
  line(state, error) {
    if (state === "refused") trouble(error);
    this.line_state = state;
    this.render_line();
  }

  render_line() {
    const state = this.line_state;
    this.banner.replaceChildren();
    this.banner.className = `line ${state || ""}`;
    if (!state) return;
    const stands = ["here", "asking"].includes(state);
    this.banner.append(h("span", { "aria-hidden": "true" }, stands ? "● " : "⚠ "), t(`line.${state}`));
  }

  // The layout stands; only what changed in it is made anew.
  lay_out() {
    this.banner = h("p", { class: "line", role: "status" });
    this.clock = h("p", { class: "clock" });
    this.status = h("p", { class: "status", role: "status" });
    this.people = h("div", { class: "people" });
    this.course = h("ol", { class: "course", "aria-label": t("room.course") });
    this.tasks = h("div", { class: "tasks" });
    this.log = h("ol", { class: "log" });
    fill(this.main, h("div", { class: "room" },
      h("div", { class: "stage" }, h("div", { class: "bar" }, this.status, this.clock, this.banner), this.people, this.course),
      h("div", { class: "side" }, this.beside.bar, this.tasks,
        h("details", { class: "card" }, h("summary", {}, t("room.log")), this.log))));
    this.main.querySelector(".room").classList.add(this.seat);
    for (const each of this.state.ceremony.participants) if (!each.device_of) this.tile(each.account);
    this.render_line();
    this.beside.render();
  }

  // Another language: the lines stay; only the words are written anew.
  async speak_again() {
    if (!this.banner) return;
    this.shown.clear();
    this.lay_out();
    for (const [account, { whole, picture }] of this.tiles) {
      picture.setAttribute("aria-label", this.name(account));
      this.people.append(whole);
    }
    this.channel.links.forEach((each) => this.note(each));
    await this.refresh();
  }

  tile(account) {
    if (this.tiles.has(account)) return this.tiles.get(account);
    const mine = account === this.owner;
    const picture = h("video", { autoplay: true, playsInline: true, muted: mine, "aria-label": this.name(account) });
    if (mine) picture.srcObject = this.own;
    const said = h("figcaption", {});
    const shows = !mine || this.own;
    const whole = h("figure", { class: mine ? "tile own" : "tile" }, shows ? picture : null, said);
    const tile = { whole, picture, said, quality: null };
    this.tiles.set(account, tile);
    this.people.append(whole);
    return tile;
  }

  untile(account) {
    const tile = this.tiles.get(account);
    if (!tile) return;
    this.tiles.delete(account);
    tile.picture.srcObject = null;
    tile.whole.remove();
    if (this.live) this.live.unwatch(account);
  }

  pictures(account, stream) {
    const { picture } = this.tile(account);
    picture.srcObject = stream;
    // A browser that plays no sound before a click shows the picture at least.
    picture.play().catch(() => { picture.muted = true; picture.play().catch(() => {}); });
  }

  quality(account, quality) {
    this.tile(account).quality = quality;
    this.render_people();
    if (account === this.owner) this.tell_line(quality);
  }

  // A line that stays weak is told to the others, and that it is back.
  tell_line(quality) {
    clearTimeout(this.weak_soon);
    const say = (kind) => api.post(`${this.path}/events`, { kind }, this.owner).catch(() => {});
    if (quality === "weak" && !this.is_weak)
      this.weak_soon = setTimeout(() => { this.is_weak = true; say("connection_weak"); }, WEAK_MS);
    if (quality && quality !== "weak" && this.is_weak) {
      this.is_weak = false;
      say("connection_back");
    }
  }

  render_people() {
    const room = this.state.room;
    if (!room) return;
    for (const each of room.people.filter((one) => !one.device_of)) {
      const { whole, said, quality } = this.tile(each.account);
      const names = [each, ...room.people.filter((one) => one.device_of === each.account)]
        .map((one) => h("b", {}, this.name(one.account)));
      if (OVER.includes(room.status)) {
        fill(said, names);
        continue;
      }
      const measured = this.line_of(each.account);
      const live = ["recording", "identified", "signing"].includes(room.status);
      const is_here = each.here || each.account === this.owner;
      whole.classList.toggle("away", !is_here);
      fill(said, names,
        h("span", { class: "here" }, `${is_here ? "● " : "○ "}${t(is_here ? "room.here" : each.joined ? "room.gone" : "room.not_yet")}`),
        is_here && quality ? h("span", { class: `quality ${quality}` },
          h("span", { "aria-hidden": "true" }, { good: "▂▄▆ ", fair: "▂▄ ", weak: "▂ " }[quality]), t(`quality.${quality}`)) : null,
        measured && measured.picture === "stills" ? h("span", { class: "quality fair" }, t("room.stills")) : null,
        measured && !measured.recorded && live ? h("span", { class: "quality weak" }, t("room.not_recorded")) : null,
        each.line === "lost" || each.line === "silent" ? h("span", { class: "quality weak" }, t(`room.line_${each.line}`)) : null);
    }
    this.tick();
    this.render_status(room.status);
  }

  // The room's time as it was told last, and what has passed since.
  tick() {
    const { room } = this.state;
    if (!room || room.room_ms === null) return;
    const since = OVER.includes(room.status) ? 0 : performance.now() - this.told_at;
    this.clock.textContent = t("room.clock", { time: clock(room.room_ms + since) });
  }

  render_status(status) {
    this.status.textContent = name_of(status);
    const live = ["recording", "identified", "signing"].includes(status);
    this.status.className = live ? "status live" : "status";
    const course = this.has_act
      ? ["waiting", "recording", "identified", "signing", "completed"] : ["waiting", "identified", "signing", "completed"];
    const talk = this.has_act ? "recording" : "identified";
    const at = course.indexOf({ planned: "waiting", tech_check: "waiting", recording: talk, paused: talk, interrupted: talk }[status] || status);
    fill(this.course, course.map((each, place) =>
      h("li", { "aria-current": place === at ? "step" : null, class: place < at ? "done" : "" },
        place < at ? h("span", { "aria-label": t("room.done") }, "✓ ") : null, t(`course.${each}`))));
  }

  render() {
    // What was read for one who acted before is not what the other has to do.
    if (this.read_by !== this.me) return;
    this.render_people();
    this.beside.render();
    this.render_status(this.state.ceremony.status);
    const wanted = cards(this);
    const keys = new Set(wanted.map((each) => each.key));
    for (const [key, { element }] of this.shown) if (!keys.has(key)) { element.remove(); this.shown.delete(key); }
    wanted.forEach((each, place) => {
      const signature = JSON.stringify([this.state.form && this.state.form.language, each.by ?? null]);
      let shown = this.shown.get(each.key);
      if (!shown || shown.signature !== signature) {
        const element = h("section", { class: `card ${each.tone || ""}`, "data-card": each.key },
          h("h2", {}, each.title), each.build());
        if (shown) shown.element.replaceWith(element);
        shown = { element, signature };
        this.shown.set(each.key, shown);
      }
      if (this.tasks.children[place] !== shown.element) this.tasks.insertBefore(shown.element, this.tasks.children[place] || null);
    });
  }

  note(link) {
    const kind = has(`event.${link.kind}`) ? t(`event.${link.kind}`) : link.kind;
    const who = link.body.by ? this.name(link.body.by) : "";
    this.log.prepend(h("li", {}, h("time", {}, new Date(link.at).toLocaleTimeString()), ` ${kind} `, h("small", {}, who)));
    while (this.log.children.length > 200) this.log.lastChild.remove();
  }

  plain_name(account) {
    const seated = this.state.ceremony.participants.find((each) => each.account === account);
    return (seated && this.party_name(seated.party)) || (seated ? t(`seat.${seated.seat}`) : "");
  }

  name(account) {
    const seated = this.state.ceremony.participants.find((each) => each.account === account);
    if (!seated) return "";
    const party = this.state.found.parties.find((each) => each.id === seated.party);
    const seat = t(`seat.${seated.seat}`);
    const name = party ? `${party.name} · ${seat}` : seat;
    return account === this.me.account_id ? `${name}${t("room.you")}` : name;
  }

  party_name(id) {
    const party = this.state.found.parties.find((each) => each.id === id);
    return party ? party.name : "";
  }

  get mine() {
    return this.state.ceremony.participants.find((each) => each.account === this.me.account_id);
  }

  get seat() {
    return this.mine.seat;
  }

  get my_act() {
    return this.state.act && this.state.act.participants.find((each) => each.account === this.me.account_id);
  }

  may(right) {
    if (this.my_act) return this.my_act.may.includes(right);
    const rights = {
      notary: ["lead", "speak", "see"], second_handler: ["speak", "see"],
      party: ["speak", "see", "confirm", "sign"], observer: ["see"],
    };
    return (rights[this.seat] || ["speak", "see", "confirm"]).includes(right);
  }

  get is_over() {
    return OVER.includes(this.state.ceremony.status);
  }

  // What is typed in the talk, and who agrees before it, leaves no link of its own; so look again now and then.
  get talks_now() {
    const { status, lines } = this.state.ceremony;
    return ["waiting", "recording", "identified"].includes(status) || (status === "signing" && Boolean(lines));
  }

  began() {
    const link = this.channel.links.find((each) => each.kind === "start_recording");
    return link ? link.at : new Date().toISOString();
  }

  // Wait for the recording to be in the store, then end the ceremony.
  async complete(say) {
    for (;;) {
      const { handed_over } = await api.post(`${this.path}/media-room/close`);
      if (handed_over) break;
      say(t("end.waiting"));
      await pause(1000);
    }
    await this.step("complete");
    await api.change("POST", this.base, "/actions", { action: "complete_interview" });
    await this.refresh();
  }

  async step(step, reason) {
    await api.post(`${this.path}/steps`, reason ? { step, reason } : { step });
    await this.refresh();
  }
}

function elsewhere({ title, detail }, wanted, stay) {
  return [h("h1", {}, title), h("p", { class: "lead" }, detail),
    h("div", { class: "row" }, h("button", { type: "button", class: "big", onclick: wanted }, t("elsewhere.take_over")),
      h("button", { type: "button", class: "plain", onclick: stay }, t("elsewhere.stay")))];
}

function clock(ms) {
  const whole = Math.floor(ms / 1000);
  const two = (value) => String(value).padStart(2, "0");
  return `${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}
