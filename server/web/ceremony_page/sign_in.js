// Signing in: a code to the telephone or e-mail address for applicants, password and TOTP for the office.

import * as api from "./api.js";
import * as keys from "./device_key.js";
import { action, field, fill, h, t } from "./dom.js";

const DEVICE = "browser";

const OTHERS = 4;

// A key of this browser comes with every sign-in. The one that it replaces is struck off, and
// so are the oldest of the same person's other browsers.
// Returns what was answered; ``enter`` takes the grant in it.
export async function signed_in(path, given, code, enter = api.enter) {
  const pair = await keys.made();
  const answer = await api.ask(path, { ...given, device: DEVICE, device_key: await keys.introduced(pair, code) });
  const grant = answer.grant || answer;
  const account = grant.account_id;
  enter(grant);
  const [newest, ...others] = (await api.get("/v1/auth/devices", account)).items;
  const before = await keys.held(grant.account_id);
  await keys.keep(grant.account_id, { ...pair, device: newest.id });
  const is_replaced = (each) => Boolean(before) && each.id === before.device;
  const elsewhere = others.filter((each) => each.name === DEVICE && !is_replaced(each));
  for (const each of [...others.filter(is_replaced), ...elsewhere.slice(OTHERS)]) await strike_off(each, account);
  return answer;
}

// Whoever has just signed in is not kept out by one that could not be struck off: the key of a
// browser that was replaced is nowhere any more, and it goes with the oldest at a later sign-in.
async function strike_off(device, as) {
  await api.call("DELETE", `/v1/auth/devices/${device.id}`, { as })
    .catch((error) => console.warn("a device was not struck off", error.code || error.name));
}

// What was typed, as the API names it: a telephone, or an e-mail address.
export function contact_of(input) {
  const typed = input.value.trim();
  return typed.includes("@") ? { email: typed } : { phone: typed.replace(/[\s()-]/g, "") };
}

export async function asked_for_code(contact, code, second) {
  await api.ask("/v1/auth/codes", contact_of(contact));
  second.hidden = false;
  code.focus();
}

export function applicant(done, enter = api.enter) {
  const contact = h("input", { autocomplete: "username", autocapitalize: "none", spellcheck: false, required: true });
  const code = h("input", { inputMode: "numeric", autocomplete: "one-time-code", maxLength: 6, pattern: "[0-9]{6}" });
  const second = h("div", { hidden: true }, field(t("in.code"), code, t("in.code_hint")),
    action(t("in.enter"), async () => {
      const typed = code.value.trim();
      const given = { ...contact_of(contact), code: typed };
      const { account_id } = await signed_in("/v1/auth/codes/redemption", given, typed, enter);
      await done(account_id);
    }));
  return h("section", { class: "card" }, h("h2", {}, t("in.applicant")),
    field(t("in.phone"), contact, t("in.phone_hint")),
    action(t("in.send"), () => asked_for_code(contact, code, second), { kind: "plain" }), second);
}

export function staff(done, enter = api.enter) {
  const login = h("input", { autocomplete: "username", autocapitalize: "none", spellcheck: false });
  const password = h("input", { type: "password", autocomplete: "current-password" });
  const totp = h("input", { inputMode: "numeric", autocomplete: "one-time-code", maxLength: 6 });
  return h("section", { class: "card" }, h("h2", {}, t("in.staff")),
    field(t("in.login"), login), field(t("in.password"), password), field(t("in.totp"), totp),
    action(t("in.enter"), async () => {
      const given = { login: login.value.trim(), password: password.value, totp: totp.value.trim() };
      const { account_id } = await signed_in("/v1/auth/staff/sign-in", given, given.totp, enter);
      await done(account_id);
    }));
}

export function sign_in(main, done) {
  fill(main,
    h("h1", {}, t("in.title")), h("p", { class: "lead" }, t("in.lead")),
    h("div", { class: "ways" }, applicant(done), staff(done)));
}
