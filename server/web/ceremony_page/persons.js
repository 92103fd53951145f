// Who the person is, and whether the will is free: identification, challenge and questions.

import * as api from "./api.js";
import { action, field, h, has, pause, t } from "./dom.js";

const GROUNDS = ["document_compared", "known_personally", "pictures_compared", "witness_confirms"];
const KNOWN_OTHERWISE = ["notary", "second_handler", "observer"];

export function identifying(room) {
  const open = room.state.act.participants.filter((each) => !each.identified && each.joined && !KNOWN_OTHERWISE.includes(each.seat));
  return open.map((each) => ({
    key: `identify-${each.account}`, title: t("identify.title", { who: room.name(each.account) }), tone: "now",
    by: [each.why_not, each.last_seen, each.device_shared],
    build: () => {
      const ground = h("select", {}, GROUNDS.map((one) => h("option", { value: one }, t(`ground.${one}`))));
      const reason = h("textarea", { rows: 2, maxLength: 1000, value: t("identify.reason_default") });
      const said = h("p", { class: "hint", role: "status" });
      return [
        each.why_not && has(`why.${each.why_not}`) ? h("p", {}, t(`why.${each.why_not}`)) : null,
        each.last_seen && has(`seen.${each.last_seen}`) ? h("p", { class: "hint" }, t(`seen.${each.last_seen}`)) : null,
        each.device_shared ? h("p", { class: "hint" }, t("identify.shared")) : h("div", { class: "row" },
          action(t("identify.challenge"), () => challenged(room, each.account, (code) => { said.textContent = t(code); }), { kind: "plain" }),
          action(t("identify.look"), async () => {
            said.textContent = t("identify.looking");
            await looked_at(room, { account: each.account });
          }, { kind: "plain" })),
        said,
        field(t("identify.ground"), ground), field(t("identify.reason"), reason),
        action(t("identify.confirm"), async () => {
          await api.post(`${room.path}/identifications`,
            { account: each.account, ground: ground.value, reason: reason.value.trim() });
          await room.refresh();
        }),
      ];
    },
  }));
}

// Asked for, begun by the person, and then looked at as the answer that it is.
async function challenged(room, account, say) {
  const asked = await api.post(`${room.path}/challenges`, { account });
  const begun = () => room.channel.links.some((each) =>
    each.kind === "challenge_begun" && each.body.by === account && each.body.sha256 === asked.id);
  say("identify.asked");
  while (!begun()) {
    // By the platform's clock, which is read again every few seconds.
    if (Date.parse(room.state.act.now) > Date.parse(asked.expires_at)) return say("identify.not_begun");
    await pause(500);
  }
  say("identify.looking");
  await pause(asked.lasts_ms);
  await looked_at(room, { account, challenge: asked.id });
}

async function looked_at(room, wanted) {
  await api.finished(await api.post(`${room.path}/looks`, wanted));
  await room.refresh();
}

export function asking(room) {
  const open = room.state.act.participants.filter((each) => each.questions_open.length > 0);
  return open.map((each) => ({
    key: `ask-${each.account}`, title: t("ask.title", { who: room.name(each.account) }), by: each.questions_open,
    build: () => {
      const questions = room.state.form.questions.filter((one) => each.questions_open.includes(one.code));
      const chosen = new Map();
      const list = questions.map((one) => h("fieldset", {}, h("legend", {}, one.text),
        ["yes", "no"].map((way) => h("label", { class: "way" },
          h("input", { type: "radio", name: `${each.account}-${one.code}`, value: way, onchange: () => chosen.set(one.code, way === "yes") }),
          t(`ask.${way}`)))));
      return [h("p", { class: "hint" }, t("ask.says")), ...list,
        action(t("ask.put"), async () => {
          const answers = [...chosen].map(([question, satisfies]) => ({ question, satisfies }));
          if (!answers.length) return;
          await api.post(`${room.path}/answers`, { account: each.account, language: room.state.form.language, answers });
          await room.refresh();
        })];
    },
  }));
}

const COLOURS = { red: "#e5322d", green: "#17a34a", blue: "#1d5fe0", white: "#ffffff", yellow: "#f2c500" };

// What to show, step by step, from the moment that the person begins.
export function challenge(room) {
  const asked = room.my_act.challenge;
  if (!asked) return null;
  return {
    key: `challenge-${asked.id}`, title: t("challenge.title"), tone: "now", by: asked.id,
    build: () => {
      const says = h("p", { class: "says", role: "status" }, asked.warning);
      const begin = action(t("challenge.begin"), async () => {
        await api.post(`${room.path}/events`, { kind: "challenge_begun", sha256: asked.id });
        await played(asked, says);
        says.textContent = t("challenge.done");
      });
      return [says, begin];
    },
  };
}

async function played(asked, says) {
  // The words stand before the light, which fills the screen.
  const shown = h("p", { class: "says" });
  const veil = h("div", { class: "veil", "aria-hidden": "true" }, shown);
  const began = performance.now();
  document.body.append(veil);
  for (let at = 0; at < asked.lasts_ms; at = performance.now() - began) {
    const step = asked.steps.find((each) => each.opens_ms <= at && at < each.closes_ms);
    const flash = asked.flashes.find((each) => each.starts_ms <= at && at < each.ends_ms);
    veil.style.background = flash ? COLOURS[flash.colour] || flash.colour : "transparent";
    const text = step ? step.says : flash ? asked.while_flashing : "";
    if (shown.textContent !== text) {
      for (const each of [says, shown]) each.textContent = text;
      shown.hidden = !text;
    }
    await pause(40);
  }
  veil.remove();
}
