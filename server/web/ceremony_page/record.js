// The interview record: the notary types, everybody sees it as it stands.

import * as api from "./api.js";
import { action, field, h, t } from "./dom.js";

const REST_MS = 900;

function pair(question, answer, changed, remove) {
  const asked = h("textarea", { rows: 2, value: question, maxLength: 1000, oninput: changed });
  const said = h("textarea", { rows: 2, value: answer, maxLength: 4000, oninput: changed });
  const whole = h("li", { class: "exchange" }, field(t("record.question"), asked), field(t("record.answer"), said),
    h("button", { type: "button", class: "plain small", onclick: () => { whole.remove(); remove(); } }, t("record.remove")));
  whole.read = () => ({ question: asked.value.trim(), answer: said.value.trim() });
  return whole;
}

// Saved by itself a moment after the last stroke; what is half written waits. Made once: what
// comes back from the platform never takes the place of what is being typed.
export function editor(room, read_back) {
  const { state, base } = room;
  const known = state.found.interview_record;
  const questions = state.form ? state.form.questions.map((each) => each.text) : [1, 2, 3].map((n) => t(`record.ask_${n}`));
  const told = state.form ? state.form.told : [1, 2].map((n) => t(`record.told_${n}`));
  const place = h("input", { value: known ? known.place : t("record.place_default"), maxLength: 300 });
  const list = h("ol", { class: "exchanges" });
  const saved = h("p", { class: "hint", role: "status" }, known ? t("record.saved") : t("record.not_saved"));
  let waiting = null;

  const save = async () => {
    clearTimeout(waiting);
    const before = state.found.interview_record;
    const exchanges = [...list.children].map((each) => each.read()).filter((each) => each.question && each.answer);
    if (!exchanges.length) return;
    saved.textContent = t("record.saving");
    await api.change("PUT", base, "/interview-record", {
      place: place.value.trim() || t("record.place_default"),
      started_at: before ? before.started_at : room.began(),
      exchanges,
      told: before ? before.told : told,
    });
    saved.textContent = t("record.saved_at", { time: new Date().toLocaleTimeString() });
    room.refresh();
  };
  const changed = () => {
    clearTimeout(waiting);
    saved.textContent = t("record.typing");
    waiting = setTimeout(() => save().catch((error) => { saved.textContent = t("record.not_saved"); room.trouble(error); }), REST_MS);
  };
  const add = (question = "", answer = "") => list.append(pair(question, answer, changed, changed));
  if (known) known.exchanges.forEach((each) => add(each.question, each.answer));
  else questions.forEach((each) => add(each));
  place.addEventListener("input", changed);
  return [
    field(t("record.place"), place), list,
    h("div", { class: "row" },
      h("button", { type: "button", class: "plain", onclick: () => { add(); list.lastChild.querySelector("textarea").focus(); } }, t("record.add")),
      action(t("record.save"), save, { kind: "plain" })),
    saved,
    action(t("record.read_back"), async () => {
      await save();
      await read_back();
    }),
  ];
}

export function shown(record) {
  return h("div", { class: "paper" },
    h("p", { class: "label" }, t("record.told")),
    h("ul", {}, record.told.map((each) => h("li", {}, each))),
    h("ol", { class: "read" }, record.exchanges.map((each) =>
      h("li", {}, h("p", { class: "asked" }, h("b", {}, t("record.q")), each.question),
        h("p", {}, h("b", {}, t("record.a")), each.answer),
        each.corrected_from ? h("p", { class: "hint" }, t("record.corrected_from"), h("s", {}, each.corrected_from)) : null))));
}
