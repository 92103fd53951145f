// The office invites who has no account yet, and sees what became of it.

import * as api from "./api.js";
import { contact_of } from "./sign_in.js";
import { action, fill, field, h, language, t } from "./dom.js";

export const BEFORE_RECORDING = ["planned", "tech_check", "waiting"];
export const SEATS = {
  witness: "witness", interpreter: "interpreter", consular_witness: "consular_witness",
  agent: "agent", guardian: "agent", legal_representative: "agent",
  principal: "party", related_person: "observer", trustee: "observer",
};

export const may_be_invited = (party) => !party.is_organisation && party.role in SEATS;

// Of one ceremony that was planned: everybody who could be invited and has no seat yet.
export async function inviting(found, ceremony) {
  if (!BEFORE_RECORDING.includes(ceremony.status)) return null;
  const base = `/v1/cases/${found.id}/ceremonies/${ceremony.id}`;
  const seated = new Set((await api.get(base)).participants.map((each) => each.party));
  const free = found.parties.filter((each) => may_be_invited(each) && !seated.has(each.id));
  if (!free.length) return null;
  const shown = h("div", { class: "stack" });
  const draw = async () => {
    const sent = (await api.get(`${base}/invitations`)).items;
    fill(shown, free.map((each) => person(base, each, sent.find((one) => one.party === each.id), draw)));
  };
  await draw();
  return h("details", { class: "card quiet" }, h("summary", {}, t("invite.title")), shown);
}

function person(base, party, newest, draw) {
  const seat = t(`seat.${SEATS[party.role]}`);
  const contact = h("input", { autocapitalize: "none", spellcheck: false });
  const spoken = h("select", {}, ["zh-CN", "en"].map((each) =>
    h("option", { value: each, selected: each === language }, t(`invite.in_${each}`))));
  return h("fieldset", { class: "stack" }, h("legend", {}, `${party.name} · ${seat}`),
    newest ? standing(base, newest, draw) : null,
    field(t("invite.contact"), contact, t("in.phone_hint")),
    field(t("invite.language"), spoken),
    action(t(newest ? "invite.again" : "invite.send"), async () => {
      const body = { party: party.id, seat: SEATS[party.role], language: spoken.value, ...contact_of(contact) };
      await api.post(`${base}/invitations`, body);
      await draw();
    }, { kind: "plain" }));
}

function standing(base, newest, draw) {
  return h("div", { class: "row" },
    h("span", { class: "label", role: "status" }, t(`invite.${newest.state}`, { to: newest.sent_to })),
    newest.state !== "open" ? null : action(t("invite.revoke"), async () => {
      await api.post(`${base}/invitations/${newest.id}/revocation`);
      await draw();
    }, { kind: "plain danger small" }));
}
