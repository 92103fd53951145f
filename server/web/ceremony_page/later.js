// Somebody who is found once the ceremony stands: bound to the case, and seated or invited.

import * as api from "./api.js";
import { BEFORE_RECORDING } from "./inviting.js";
import { contact_of } from "./sign_in.js";
import { action, field, h, language, t } from "./dom.js";

const STOPPED = ["paused", "interrupted"];

// Whom it is not too late for.
export function may_still_come(status) {
  if (BEFORE_RECORDING.includes(status)) return ["witness", "interpreter", "consular_witness"];
  return STOPPED.includes(status) ? ["interpreter"] : [];
}

// `done` is called with each step that went well, so that what was bound is shown in any case.
export function found_later(base, path, status, done) {
  const role = h("select", {}, may_still_come(status).map((each) => h("option", { value: each }, t(`seat.${each}`))));
  const name = h("input", { autocomplete: "off", maxLength: 120 });
  const contact = h("input", { autocomplete: "off", autocapitalize: "none", spellcheck: false });
  const said = h("p", { class: "hint", role: "status" });
  let bound = null;
  const bind = async () => {
    const where = contact.value.trim() ? contact_of(contact) : {};
    const wanted = { role: role.value, name: name.value.trim(), ...(where.phone ? { phone: where.phone } : {}) };
    const told = JSON.stringify(wanted);
    // Again after a step that failed: the person is in the case already.
    if (!bound || bound.told !== told) bound = { told, party: (await api.post(`${base}/witnesses`, wanted)).id };
    await done();
    said.textContent = t(`later.${await seated(path, { party: bound.party, seat: role.value }, where)}`);
    bound = null;
    name.value = contact.value = "";
    await done();
  };
  return h("div", { class: "stack" }, h("p", { class: "hint" }, t("later.lead")),
    field(t("later.role"), role), field(t("later.name"), name), field(t("later.contact"), contact, t("in.phone_hint")),
    action(t("later.bind"), bind, { kind: "plain" }), said);
}

// Who has an account gets the seat at once, everybody else a message with the way to it.
async function seated(path, wanted, where) {
  try {
    await api.post(`${path}/participants`, wanted);
    return "seated";
  } catch (error) {
    const told = (error.problem && error.problem.errors) || [];
    if (!told.some((one) => one.code === "account_missing") || !Object.keys(where).length) throw error;
    await api.post(`${path}/invitations`, { ...wanted, language, ...where });
    return "invited";
  }
}
