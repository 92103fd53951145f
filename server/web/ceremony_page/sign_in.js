// Signing in: a code to the telephone for applicants, password and TOTP for the office.

import * as api from "./api.js";
import * as keys from "./device_key.js";
import { action, field, fill, h, t } from "./dom.js";

const DEVICE = "browser";

// A key of this browser comes with every sign-in; one that it replaces is struck off.
async function signed_in(path, given, code) {
  const pair = await keys.made();
  const before = api.kept();
  const grant = await api.ask(path, { ...given, device: DEVICE, device_key: await keys.introduced(pair, code) });
  if (before) api.leave();
  api.enter(grant);
  await keys.keep(grant.account_id, pair);
  const devices = await api.get("/v1/auth/devices");
  const id = devices.items[0].id;
  api.remember_device(id);
  const old = devices.items.filter((each) => each.id !== id && each.name === DEVICE).slice(4);
  for (const each of old) await api.call("DELETE", `/v1/auth/devices/${each.id}`).catch(() => {});
}

function applicant(done) {
  const phone = h("input", { type: "tel", autocomplete: "tel", inputMode: "tel", placeholder: "+86…", required: true });
  const code = h("input", { inputMode: "numeric", autocomplete: "one-time-code", maxLength: 6, pattern: "[0-9]{6}" });
  const second = h("div", { hidden: true }, field(t("in.code"), code, t("in.code_hint")),
    action(t("in.enter"), async () => {
      const number = phone.value.replace(/[\s()-]/g, "");
      await signed_in("/v1/auth/codes/redemption", { phone: number, code: code.value.trim() }, code.value.trim());
      done();
    }));
  return h("section", { class: "card" }, h("h2", {}, t("in.applicant")),
    field(t("in.phone"), phone, t("in.phone_hint")),
    action(t("in.send"), async () => {
      await api.ask("/v1/auth/codes", { phone: phone.value.replace(/[\s()-]/g, "") });
      second.hidden = false;
      code.focus();
    }, { kind: "plain" }), second);
}

function staff(done) {
  const login = h("input", { autocomplete: "username", autocapitalize: "none", spellcheck: false });
  const password = h("input", { type: "password", autocomplete: "current-password" });
  const totp = h("input", { inputMode: "numeric", autocomplete: "one-time-code", maxLength: 6 });
  return h("section", { class: "card" }, h("h2", {}, t("in.staff")),
    field(t("in.login"), login), field(t("in.password"), password), field(t("in.totp"), totp),
    action(t("in.enter"), async () => {
      const given = { login: login.value.trim(), password: password.value, totp: totp.value.trim() };
      await signed_in("/v1/auth/staff/sign-in", given, given.totp);
      done();
    }));
}

export function sign_in(main, done) {
  fill(main,
    h("h1", {}, t("in.title")), h("p", { class: "lead" }, t("in.lead")),
    h("div", { class: "ways" }, applicant(done), staff(done)));
}
