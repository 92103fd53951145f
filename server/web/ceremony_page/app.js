// Which screen is shown: signing in, the list, the check of the devices, the room.

import * as api from "./api.js";
import { ceremonies } from "./ceremonies.js";
import { forget, invitation, secret } from "./invitation.js";
import { Room } from "./room.js";
import { sign_in } from "./sign_in.js";
import { kind_of_device, tech_check } from "./tech_check.js";
import { clear_trouble, h, language, speak, t, trouble } from "./dom.js";

const main = document.getElementById("main");
let room = null;
let redraw = () => {};

function head(signed_in) {
  const ways = document.getElementById("ways");
  const other = language === "en" ? "zh-CN" : "en";
  ways.replaceChildren(
    h("button", { type: "button", class: "plain small", lang: other, onclick: () => switch_to(other).catch(trouble) }, other === "en" ? "English" : "中文"),
    signed_in ? h("button", { type: "button", class: "plain small", onclick: sign_out }, t("head.sign_out")) : "");
  document.getElementById("brand").textContent = t("head.brand");
  document.getElementById("skip").textContent = t("head.skip");
}

async function switch_to(wanted) {
  await speak(wanted);
  head(Boolean(api.kept()));
  if (room) await room.speak_again();
  else redraw();
}

async function sign_out() {
  forget();
  const everybody = [...api.beside(), api.owner()];
  if (room) await room.beside.all_leave();
  leave_room();
  for (const as of everybody) await api.call("POST", "/v1/auth/sign-out", { as }).catch(() => {});
  api.leave();
  start();
}

function leave_room() {
  if (room) room.leave();
  room = null;
}

async function show(screen) {
  clear_trouble();
  redraw = () => show(screen);
  try {
    await screen();
  } catch (error) {
    trouble(error);
    if (error.status === 401) start();
  }
}

async function home() {
  leave_room();
  api.act_as(api.owner());
  const me = await api.get("/v1/me");
  head(true);
  await ceremonies(main, me, (case_id, ceremony_id) => show(() => enter(me, case_id, ceremony_id)));
}

async function enter(me, case_id, ceremony_id) {
  const { participants } = await api.get(`/v1/cases/${case_id}/ceremonies/${ceremony_id}`);
  const mine = participants.find((each) => each.account === me.account_id);
  // Whoever only watches shows nothing, so no camera is asked for.
  const checked = mine && mine.seat === "observer" ? { stream: null } : await tech_check(main);
  room = new Room(main, me, { case_id, ceremony_id, own: checked.stream });
  room.onleave = () => show(home);
  main.replaceChildren(h("p", { class: "lead", role: "status" }, t("room.entering")));
  try {
    await room.enter({ ...checked, device: kind_of_device() });
  } catch (error) {
    leave_room();
    throw error;
  }
}

async function start() {
  redraw = start;
  head(false);
  sign_in(main, () => show(home));
  main.querySelector("input").focus();
}

// Whoever comes by a link; a session that this tab has stays until the seat is taken.
const invited = () => show(async () => {
  head(Boolean(api.kept()));
  await invitation(main, secret(), { taken: seated, other: () => (api.kept() ? show(home) : start()) });
});

async function seated(case_id, ceremony_id) {
  await show(async () => {
    const me = await api.get("/v1/me");
    head(true);
    await enter(me, case_id, ceremony_id);
  });
}

async function begin() {
  await speak(document.documentElement.lang);
  head(false);
  addEventListener("hashchange", () => {
    if (secret() && !room) invited();
  });
  try {
    if (secret()) await invited();
    else if (await api.come_back()) await show(home);
    else start();
  } catch (error) {
    trouble(error);
    start();
  }
}

begin();
