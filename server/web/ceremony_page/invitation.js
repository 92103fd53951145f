// Whoever was invited and has never been here: from the link to the seat.

import * as api from "./api.js";
import { asked_for_code, contact_of, signed_in } from "./sign_in.js";
import { action, fill, field, h, t } from "./dom.js";

const MARK = "#invitation=";

// The secret stands behind the #, which no browser sends. It stays there until it is used, so
// that a telephone may forget the page while its owner reads the code.
export function secret() {
  return location.hash.startsWith(MARK) ? location.hash.slice(MARK.length) : null;
}

export function forget() {
  history.replaceState(null, "", location.pathname + location.search);
}

// `taken` gets the case and the ceremony; `other` is the way of whoever has an account.
export async function invitation(main, token, { taken, other }) {
  let seen;
  try {
    seen = await api.ask("/v1/invitations/lookup", { token });
  } catch (error) {
    if (error.name === "Offline") throw error;
    fill(main, h("h1", {}, t("invited.title")), over(t("invited.unknown"), null, other));
    return;
  }
  const office = h("p", {}, t("invited.office", { office: seen.office.name, phone: seen.office.phone }));
  if (seen.state !== "open") {
    fill(main, h("h1", {}, t("invited.title")), over(t(`invited.${seen.state}`), office, other));
    return;
  }
  fill(main,
    h("h1", {}, t("invited.title")),
    h("p", { class: "lead" }, t("invited.lead", { office: seen.office.name, seat: t(`seat.${seen.seat}`) })),
    proof(token, taken),
    h("section", { class: "card quiet" }, h("h2", {}, t("invited.ask")), office));
}

function over(says, office, other) {
  return h("section", { class: "card now" }, h("p", { class: "label", role: "status" }, says), office,
    action(t("invited.sign_in"), async () => {
      forget();
      other();
    }, { kind: "plain" }));
}

function proof(token, taken) {
  const contact = h("input", { autocomplete: "tel", autocapitalize: "none", spellcheck: false, required: true });
  const code = h("input", { inputMode: "numeric", autocomplete: "one-time-code", maxLength: 6, pattern: "[0-9]{6}" });
  const second = h("div", { class: "stack", hidden: true }, field(t("in.code"), code, t("in.code_hint")),
    action(t("invited.take"), async () => {
      const typed = code.value.trim();
      const seat = await signed_in("/v1/invitations/acceptance", { token, ...contact_of(contact), code: typed }, typed);
      forget();
      taken(seat.case_id, seat.ceremony_id);
    }));
  return h("section", { class: "card now" },
    field(t("invited.contact"), contact, t("invited.contact_hint")),
    action(t("in.send"), () => asked_for_code(contact, code, second), { kind: "plain" }), second);
}
