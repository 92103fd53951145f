// The ceremonies of whoever is signed in, and planning one for a case that waits for it.

import * as api from "./api.js";
import { action, fill, h, has, t } from "./dom.js";
import { SEATS, inviting, may_be_invited } from "./inviting.js";

const OVER = ["completed", "aborted", "no_show"];

async function listed() {
  const page = await api.get("/v1/cases?status=interview_set&limit=50");
  return Promise.all(page.items.map((each) => api.get(`/v1/cases/${each.id}`)));
}

export const name_of = (status) => (has(`status.${status}`) ? t(`status.${status}`) : status);

export async function ceremonies(main, me, enter, { again = false } = {}) {
  const cases = await listed();
  const names = new Map();
  for (const code of new Set(cases.map((each) => each.matter))) {
    const matter = await api.get(`/v1/matters/${code}`).catch(() => null);
    names.set(code, matter ? matter.name : code);
  }
  // Somebody who has gone on meanwhile is not called back.
  if (again && !main.querySelector(".list")) return;
  const lines = await Promise.all(cases.map((each) => line(each, names.get(each.matter), me, enter, main)));
  if (again && !main.querySelector(".list")) return;
  fill(main,
    h("h1", {}, t("list.title")),
    cases.length ? null : h("p", { class: "lead" }, t("list.none")),
    h("ul", { class: "list" }, lines),
    action(t("list.again"), () => ceremonies(main, me, enter, { again: true }), { kind: "plain" }));
}

async function line(found, matter, me, enter, main) {
  const open = (found.ceremonies || []).filter((each) => !OVER.includes(each.status));
  const people = found.parties.map((each) => each.name).join(t("list.and"));
  const ways = open.map((each) =>
    action(t("list.enter", { status: name_of(each.status) }), () => enter(found.id, each.id)));
  const may_plan = me.kind === "staff" && me.roles.some((role) => ["assistant", "notary"].includes(role));
  if (!open.length && may_plan)
    ways.push(action(t("list.plan"), async () => {
      await plan(found);
      await ceremonies(main, me, enter, { again: true });
    }));
  if (!open.length && !may_plan) ways.push(h("p", {}, t("list.not_planned")));
  const seats = may_plan ? await Promise.all(open.map((each) => inviting(found, each))) : [];
  return h("li", { class: "card" }, h("h2", {}, matter), h("p", { class: "hint" }, people), ways, seats);
}

// Whose deed it is signs it; who is only related to the matter looks on.
const PLANNED = { ...SEATS, applicant: "party" };

// Whoever has no account is invited once it is planned; of an applicant that is a trouble.
async function plan(found, without = []) {
  const people = found.parties.filter((each) => !each.is_organisation && !without.includes(each.id));
  const participants = people.map((each) => ({ party: each.id, seat: PLANNED[each.role] }));
  try {
    await api.post(`/v1/cases/${found.id}/ceremonies`, { participants });
  } catch (error) {
    const told = (error.problem && error.problem.errors) || [];
    const absent = people.filter((each) => may_be_invited(each)
      && told.some((one) => one.code === "account_missing" && one.subject === each.id));
    if (!absent.length) throw error;
    await plan(found, [...without, ...absent.map((each) => each.id)]);
  }
}
