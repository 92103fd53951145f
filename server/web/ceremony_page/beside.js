// Several people at this device: who sits beside signs in alone, and acts in a session of their own.

import * as api from "./api.js";
import { action, busy, clear_trouble, fill, h, language, pause, t } from "./dom.js";
import { applicant, staff } from "./sign_in.js";

const ALONE = ["notary", "observer"];
const TRIES = 15;

export class Beside {
  constructor(room) {
    this.room = room;
    this.me = new Map([[room.me.account_id, room.me]]);
    this.place = null;
    this.bar = h("div", { class: "hands", role: "group", "aria-label": t("beside.hands") });
  }

  // Whoever was here before the page was loaded anew is here still, or comes in again.
  async come_back() {
    const { participants } = this.room.state.ceremony;
    for (const account of api.beside()) {
      const seated = participants.find((each) => each.account === account);
      try {
        if (seated && seated.device_of === this.room.owner) this.me.set(account, await api.get("/v1/me", account));
        else await this.come_in(account);
      } catch (error) {
        await this.gone(account);
        this.room.trouble(error);
      }
    }
  }

  async come_in(account) {
    const { room } = this;
    if (room.has_act) await room.report(room.checked, account);
    await api.post(`${room.path}/device-offers`, { account }, room.owner);
    for (let tries = 1; ; tries++) {
      try {
        await api.post(`${room.path}/companions`, { device_of: room.owner }, account);
        break;
      } catch (error) {
        // The line has just been made, and the platform has not heard of it yet.
        const awaits_line = ((error.problem || {}).errors || []).some((each) => each.code === "line_not_recorded");
        if (!awaits_line || tries >= TRIES) throw error;
        await pause(1500);
      }
    }
    this.me.set(account, await api.get("/v1/me", account));
  }

  act_as(account) {
    // What one has begun is ended before another acts.
    if (busy()) return;
    clear_trouble();
    api.act_as(account);
    this.room.acted_by(this.me.get(account));
  }

  async leave(account) {
    await api.post(`${this.room.path}/companions/departure`, undefined, account).catch(() => {});
    await this.gone(account);
  }

  async gone(account) {
    await api.call("POST", "/v1/auth/sign-out", { as: account }).catch(() => {});
    api.leave_beside(account);
    this.me.delete(account);
    if (this.room.me.account_id === account) this.room.acted_by(this.me.get(this.room.owner));
  }

  async all_leave() {
    for (const account of api.beside()) await this.leave(account);
  }

  // Who may sit down here: whoever has a seat before a camera, and is nowhere yet.
  get may_come() {
    const { participants } = this.room.state.ceremony;
    const people = this.room.state.room ? this.room.state.room.people : [];
    const there = new Set([...this.me.keys(), ...people.filter((each) => each.here).map((each) => each.account)]);
    const has_camera = participants.some((each) => each.account === this.room.owner && each.seat !== "observer");
    return participants.filter((each) => has_camera && !there.has(each.account) && !ALONE.includes(each.seat));
  }

  render() {
    const { room } = this;
    const acting = room.me.account_id;
    const names = [...this.me.keys()];
    const may_add = acting === room.owner && !this.place && !room.is_over && this.may_come.length > 0;
    // Made anew only where something changed: nobody loses the button that has the focus.
    const told = JSON.stringify([language, acting, may_add, room.is_over, names.map((account) => room.plain_name(account))]);
    if (told === this.told) return;
    this.told = told;
    this.bar.setAttribute("aria-label", t("beside.hands"));
    const hands = names.length < 2 ? [] : [h("span", { class: "label" }, t("beside.acts")),
      ...names.map((account) => h("button", {
        type: "button", class: account === acting ? "hand now" : "hand", "aria-pressed": String(account === acting),
        onclick: () => this.act_as(account),
      }, room.plain_name(account)))];
    const ways = room.is_over ? [] : [
      may_add
        ? h("button", { type: "button", class: "plain small", onclick: () => this.ask() }, t("beside.add")) : null,
      acting !== room.owner ? action(t("beside.leave"), () => this.leave(acting), { kind: "plain small" }) : null,
    ];
    fill(this.bar, hands, ways);
  }

  // A form in its own card: it is not made anew while somebody types into it.
  card() {
    if (!this.place) return null;
    return { key: "beside", title: t("beside.title"), tone: "now", by: this.step, build: () => this.place() };
  }

  ask() {
    const is_staff = ["notary", "second_handler"].includes(this.room.seat);
    const done = (account) => this.signed_in(account);
    this.step = "sign_in";
    this.place = () => h("div", { class: "stack" }, h("p", {}, t("beside.lead")),
      applicant(done, api.enter_beside), is_staff ? staff(done, api.enter_beside) : null, this.never_mind());
    this.redraw();
  }

  never_mind(account) {
    return action(t("beside.never_mind"), async () => {
      if (account) await this.gone(account);
      this.close();
    }, { kind: "plain start" });
  }

  close() {
    this.place = null;
    this.redraw();
  }

  redraw() {
    this.room.forget("beside");
    this.room.render();
  }

  async signed_in(account) {
    const { room } = this;
    if (account === room.owner) throw refused("beside.same");
    if (!this.room.state.ceremony.participants.some((each) => each.account === account)) {
      await this.gone(account);
      throw refused("beside.no_seat");
    }
    const found = await api.get(room.base, account);
    const party = room.state.ceremony.participants.find((each) => each.account === account).party;
    const agreed = !party || (found.consents || []).some((each) =>
      each.party === party && each.purpose === "recording" && !each.withdrawn_at);
    if (agreed) return this.sit_down(account);
    this.step = "consent";
    this.place = await this.consent(account);
    this.redraw();
  }

  // Before the camera records them, and in their own session.
  async consent(account) {
    const text = await api.get("/v1/notices/recording", account);
    return () => h("div", { class: "stack" }, h("p", { class: "label" }, t("consent.recording")),
      h("div", { class: "paper" }, text.text.split("\n").map((each) => h("p", {}, each))),
      action(t("consent.agree"), async () => {
        await api.post(`${this.room.base}/consents`, {
          purpose: "recording", notice_code: text.code, notice_version: text.version, language: text.language, text_sha256: text.text_sha256,
        }, account);
        await this.sit_down(account);
      }), this.never_mind(account));
  }

  async sit_down(account) {
    try {
      await this.come_in(account);
    } catch (error) {
      await this.gone(account);
      this.close();
      throw error;
    }
    this.close();
    api.act_as(account);
    this.room.acted_by(this.me.get(account));
  }
}

function refused(code) {
  return new api.Refused(409, { code, title: t(code) });
}
