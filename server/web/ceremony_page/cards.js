// What is to be done now, as cards: whose turn it is sees a button, the others see what is waited for.

import * as api from "./api.js";
import { verified } from "./follow.js";
import { fetched, pages, signing } from "./deed.js";
import { found_later, may_still_come } from "./later.js";
import { editor, shown } from "./record.js";
import { action, field, fill, h, t } from "./dom.js";
import { asking, challenge, identifying } from "./persons.js";

const NEXT = {
  planned: "admit", tech_check: "admit", waiting: "start_recording", paused: "resume", interrupted: "resume",
};
const HEARD = ["recording", "identified", "signing"];

export function cards(room) {
  const { status } = room.state.ceremony;
  if (room.is_over) return [ending(room)];
  const mine = (room.may("lead") ? leading(room, status) : first_now(taking_part(room, status)));
  return [taken_over(room), room.beside.card(), ...mine, ...more(room, status)].filter(Boolean);
}

function taken_over(room) {
  if (!room.taken_over) return null;
  return {
    key: "taken-over", title: t("elsewhere.title"), tone: "now",
    build: () => [h("p", { role: "status" }, t("elsewhere.taken_over")), action(t("elsewhere.take_over"), () => room.send_again())],
  };
}

// Whoever has one thing to do finds it on top. Not for the notary: what is typed in stays where it is.
function first_now(found) {
  const there = found.filter(Boolean);
  return [...there.filter((each) => each.tone === "now"), ...there.filter((each) => each.tone !== "now")];
}

function leading(room, status) {
  const { act } = room.state;
  const talk = HEARD.includes(status);
  return [
    next_step(room, status),
    ...(act && talk ? [...identifying(room), ...asking(room)] : []),
    talk && status !== "signing" ? record_to_write(room) : null,
    talk && status === "signing" ? record_to_read(room) : null,
    act && talk ? correcting(room) : null,
    ...(status === "signing" ? presences(room) : []),
    ...(act && talk ? confirmations(room) : []),
    talk ? deed_to_read(room) : null,
    later(room, status),
  ];
}

function later(room, status) {
  if (!may_still_come(status).length) return null;
  return {
    key: "later", title: t("later.title"), tone: "quiet", by: may_still_come(status),
    build: () => h("details", {}, h("summary", {}, t("later.open")),
      found_later(room.base, room.path, status, () => room.refresh())),
  };
}

function taking_part(room, status) {
  const talk = HEARD.includes(status);
  return [
    ...consents(room),
    room.my_act && talk ? challenge(room) : null,
    room.my_act && talk && room.my_act.notice_due ? notice(room) : null,
    talk ? record_to_read(room) : null,
    talk ? deed_to_read(room) : null,
    waiting(room, status),
  ];
}

function next_of(room, status) {
  if (NEXT[status]) return NEXT[status];
  if (status === "recording") return room.has_act ? "confirm_identities" : "open_signing";
  return status === "identified" ? "open_signing" : "complete";
}

// What the page itself can see to be missing; the platform judges in any case.
function not_yet(room, step) {
  const { ceremony, found } = room.state;
  const seated = ceremony.participants.filter((each) => each.party);
  const of = (people, code) => people.map((each) => t("step.of", { who: room.party_name(each.party), what: t(code) }));
  if (["start_recording", "resume"].includes(step))
    return of(seated.filter((each) => !each.joined_at && each.seat !== "interpreter"), "missing.not_here");
  if (step === "open_signing") {
    const record = found.interview_record;
    const unheard = (ceremony.lines || []).filter((each) => !each.recorded)
      .map((each) => t("step.of", { who: room.name(each.participant), what: t("room.not_recorded") }));
    if (!record) return [t("missing.no_record"), ...unheard];
    return unheard.length ? unheard : of(seated.filter((each) => !record.confirmed_by.includes(each.party) && each.seat === "party"), "missing.not_confirmed");
  }
  if (step === "complete" && found.deed)
    return of(seated.filter((each) => each.seat === "party" && !signed_by(room).includes(each.party)), "missing.not_signed");
  return [];
}

function missing(room, step) {
  const { act } = room.state;
  if (!act) return not_yet(room, step);
  const found = act.steps.find((each) => each.step === step);
  return (found ? found.unmet : []).map((each) => {
    const who = room.party_name(each.subject) || room.name(each.subject);
    return who ? t("step.of", { who, what: each.message }) : each.message;
  });
}

function next_step(room, status) {
  const step = next_of(room, status);
  const lacking = missing(room, step);
  return {
    key: "next", title: t("step.title"), tone: lacking.length ? "" : "now", by: [step, lacking],
    build: () => {
      const said = h("p", { class: "hint", role: "status" });
      const take = () => (step === "complete" ? room.complete((text) => { said.textContent = text; }) : room.step(step));
      return [
        h("p", {}, t(`step.${step}_says`)),
        action(t(`step.${step}`), take, { disabled: lacking.length > 0 }),
        said,
        lacking.length ? h("div", {}, h("p", { class: "label" }, t("step.missing")),
          h("ul", { class: "missing" }, [...new Set(lacking)].map((each) => h("li", {}, each)))) : null,
      ];
    },
  };
}

function record_to_write(room) {
  const { act, found } = room.state;
  const record = act ? act.record : null;
  const settled = found.interview_record && found.interview_record.confirmed_at;
  const reading = record && record.read_back;
  if (settled || reading || (record && is_corrected(record))) return record_to_read(room);
  return {
    key: "write", title: t("record.title"),
    build: () => [h("p", { class: "hint" }, t("record.live")), editor(room, () => read_back(room))],
  };
}

const is_corrected = (record) => record.exchanges.some((each) => each.corrected_from !== null);

async function read_back(room) {
  await room.read();
  const { act } = room.state;
  const sha256 = act && act.record ? { sha256: act.record.sha256 } : {};
  await api.post(`${room.path}/events`, { kind: "record_read_back", ...sha256 });
  await room.refresh();
}

function record_to_read(room) {
  const { act, found } = room.state;
  const record = act && act.record ? { ...found.interview_record, ...act.record } : found.interview_record;
  if (!record) return null;
  const confirmed = act
    ? room.my_act.record_confirmed
    : (found.interview_record.confirmed_by || []).includes(room.mine.party);
  const may_confirm = room.may("confirm") && !confirmed;
  const is_ready = !act || act.record.read_back;
  return {
    key: "record", title: t("record.title"), tone: may_confirm && is_ready ? "now" : "",
    by: [record.exchanges, record.told, confirmed, is_ready, record.open_corrections, record.confirmed_by],
    build: () => [
      shown(record),
      confirmed ? h("p", { class: "good" }, "✓ ", t("record.you_confirmed")) : null,
      ...countersigning(room, record),
      may_confirm && is_ready ? action(t("record.confirm"), () => confirm_record(room)) : null,
      may_confirm && !is_ready ? h("p", { class: "hint" }, t("record.to_be_read")) : null,
    ],
  };
}

async function confirm_record(room) {
  const { act } = room.state;
  await api.change("POST", room.base, "/interview-record/confirmation", act ? { record_sha256: act.record.sha256 } : undefined);
  await room.refresh();
}

// Whose answer it is: the correction says so in the chain.
function corrected_for(room, position) {
  const put = room.channel.links.filter((each) => each.kind === "record_corrected" && each.body.position === position);
  return put.length ? put[put.length - 1].body.party : null;
}

function countersigning(room, record) {
  const open = record.open_corrections || [];
  if (room.may("lead"))
    return open.map((position) => h("p", { class: "hint" },
      t("record.open", { number: position + 1, who: room.party_name(corrected_for(room, position)) })));
  return open.filter((position) => corrected_for(room, position) === room.mine.party).map((position) =>
    action(t("record.countersign", { number: position + 1 }), async () => {
      await api.change("POST", room.base, "/interview-record/countersignatures", { position, record_sha256: record.sha256 });
      await room.refresh();
    }));
}

// A card of its own: what is being typed here stays while the others confirm.
function correcting(room) {
  const { record, participants } = room.state.act;
  if (!record || !(record.read_back || is_corrected(record))) return null;
  const whose = participants.filter((each) => each.may.includes("confirm") && each.party);
  return {
    key: "correct", title: t("record.correct"), tone: record.read_back ? "quiet" : "now", by: [record.sha256, record.read_back],
    build: () => {
      const which = h("select", {}, record.exchanges.map((each, at) => h("option", { value: String(at) }, `${at + 1}. ${each.question}`)));
      const who = h("select", {}, whose.map((each) => h("option", { value: each.party }, room.name(each.account))));
      const answer = h("textarea", { rows: 2, maxLength: 4000 });
      return [
        record.read_back ? null : action(t("record.read_back"), () => read_back(room)),
        field(t("record.which"), which), field(t("record.whose"), who), field(t("record.right"), answer),
        action(t("record.put_correction"), async () => {
          await api.change("POST", room.base, "/interview-record/corrections",
            { position: Number(which.value), answer: answer.value.trim(), party: who.value });
          await room.refresh();
        }, { kind: "plain" }),
      ];
    },
  };
}

// What was signed before an interruption, or before another face, and has to be confirmed aloud.
function confirmations(room) {
  const { act } = room.state;
  const complete = act.steps.find((each) => each.step === "complete");
  const open = (complete ? complete.unmet : []).filter((each) => each.code.startsWith("not_confirmed_after_"));
  return [...new Set(open.map((each) => each.subject))].map((party) => ({
    key: `aloud-${party}`, title: room.party_name(party), tone: "now", by: party,
    build: () => [
      h("p", {}, t("aloud.says")),
      action(t("aloud.confirmed"), async () => {
        await api.post(`${room.path}/events`, { kind: "confirmed_after_interruption", subject: party });
        await room.refresh();
      }),
    ],
  }));
}

function digest_of(room) {
  const { act, found } = room.state;
  if (act && act.deed) return act.deed.sha256;
  return found.deed && (found.deed.signed_sha256 || found.deed.sha256);
}

const signed_by = (room) => (room.state.found.deed ? room.state.found.deed.signed_by : []);

function signs(room, { account, seat }) {
  const { act } = room.state;
  if (!act) return ["party", "agent"].includes(seat);
  return act.participants.some((each) => each.account === account && each.may.includes("sign"));
}

function presences(room) {
  const open = room.state.ceremony.participants
    .filter((each) => each.party && signs(room, each) && !signed_by(room).includes(each.party));
  const confirmed = (party) => room.channel.links.some((each) =>
    each.kind === "presence_confirmed" && each.body.party === party && each.body.object === digest_of(room));
  return open.map((each) => ({
    key: `presence-${each.account}`, title: room.name(each.account), tone: confirmed(each.party) ? "" : "now", by: confirmed(each.party),
    build: () => confirmed(each.party)
      ? [h("p", { class: "good" }, "✓ ", t("presence.confirmed"))]
      : [h("p", {}, t("presence.says")), action(t("presence.confirm"), async () => {
        await api.post(`${room.path}/presence`, { party: each.party, deed_sha256: digest_of(room) });
        await room.refresh();
      })],
  }));
}

function deed_to_read(room) {
  const digest = digest_of(room);
  const { status } = room.state.ceremony;
  if (!digest) return null;
  const signed = signed_by(room).includes(room.mine.party);
  const opens = status === "signing";
  const may_sign = room.may("sign") && opens && !signed;
  return {
    key: "deed", title: t("deed.title"), tone: may_sign ? "now" : "", by: [digest, opens, signed, signed_by(room)],
    build: () => {
      const place = h("div", { class: "stack" }, h("p", { class: "hint" }, t("deed.loading")));
      const show = () => show_deed(room, place, { digest, opens, may_sign, signed })
        .catch((error) => { place.replaceChildren(); room.trouble(error); });
      if (opens) {
        show();
        return place;
      }
      // Before it lies open it is there for whoever wants to look.
      return h("details", { ontoggle: (event) => event.target.open && !place.querySelector("img") && show() },
        h("summary", {}, t("deed.look")), place);
    },
  };
}

async function show_deed(room, place, { digest, opens, may_sign, signed }) {
  const who = room.me.account_id;
  let deed = room.memory.get(digest);
  if (!deed) {
    deed = await fetched(room.base, digest, room.state.act && room.state.act.deed ? room.state.act.deed.pages : 0);
    room.memory.set(digest, deed);
  }
  const seen = seen_pages(room, digest);
  const sign = h("div", { class: "stack" });
  const all_seen = () => deed.pictures.every((_, at) => seen.has(at + 1));
  const offer = () => {
    if (!may_sign || sign.childElementCount) return;
    if (all_seen()) sign.replaceChildren(...signing(room, deed));
  };
  const onshown = async (page) => {
    // Fetched for one who acted before: the other was not shown it.
    if (room.me.account_id !== who) return;
    if (opens) await api.post(`${room.path}/events`, { kind: "page_shown", subject: String(page), sha256: digest });
    seen.add(page);
    offer();
  };
  fill(place,
    pages(deed, opens ? seen : new Set(deed.pictures.map((_, at) => at + 1)), (page) => onshown(page).catch(room.trouble)),
    h("p", { class: "hint mono" }, t("deed.digest", { digest: digest.slice(0, 12) })),
    signed ? h("p", { class: "good" }, "✓ ", t("deed.you_signed")) : null,
    may_sign ? h("p", { class: "hint" }, t("deed.read_first")) : null, sign);
  offer();
}

function seen_pages(room, digest) {
  return new Set(room.channel.links
    .filter((each) => each.kind === "page_shown" && each.body.by === room.me.account_id && each.body.sha256 === digest)
    .map((each) => Number(each.body.subject)));
}

function consents(room) {
  const given = new Set((room.state.found.consents || []).filter((each) => !each.withdrawn_at && each.party === room.mine.party)
    .map((each) => each.purpose));
  const asked = [...(room.mine.party ? ["recording"] : []), ...(room.may("sign") ? ["face_online", "e_signature"] : [])];
  return asked.filter((purpose) => !given.has(purpose)).map((purpose) => ({
    key: `consent-${purpose}`, title: t(`consent.${purpose}`), tone: "now",
    build: () => {
      const place = h("div", { class: "stack" }, t("consent.loading"));
      api.get(`/v1/notices/${purpose}`).then((text) => fill(place,
        h("div", { class: "paper" }, text.text.split("\n").map((each) => h("p", {}, each))),
        action(t("consent.agree"), async () => {
          await api.post(`${room.base}/consents`, {
            purpose, notice_code: text.code, notice_version: text.version, language: text.language, text_sha256: text.text_sha256,
          });
          await room.refresh();
        })), room.trouble);
      return place;
    },
  }));
}

function notice(room) {
  const { notice: text } = room.state.form;
  return {
    key: "notice", title: t("notice.title"), tone: "now", by: text.sha256,
    build: () => [
      h("div", { class: "paper" }, text.text.split("\n").map((each) => h("p", {}, each))),
      action(t("notice.confirm"), async () => {
        await api.post(`${room.path}/events`, { kind: "notice_confirmed", sha256: text.sha256 });
        await room.refresh();
      }),
    ],
  };
}

function waiting(room, status) {
  const talk = HEARD.includes(status) && !room.may("speak");
  return { key: "waiting", title: t("wait.title"), by: status, build: () => [h("p", {}, t(talk ? "wait.watching" : `wait.${status}`))] };
}

function more(room, status) {
  const reason = h("select", {}, ["technical", "party_asks", "notary_asks", "identity_in_doubt", "will_in_doubt", "other"]
    .map((each) => h("option", { value: each }, t(`reason.${each}`))));
  const talk = HEARD.includes(status);
  const lead = room.may("lead");
  const steps = [
    ...(lead && talk ? ["pause"] : []), ...(talk ? ["interrupt"] : []), ...(lead ? ["abort"] : []),
    ...(lead && ["planned", "tech_check", "waiting"].includes(status) ? ["mark_no_show"] : []),
  ];
  if (!steps.length || !(lead || room.may("speak"))) return [];
  return [{
    key: "more", title: t("more.title"), by: [steps, wish(room)], tone: "quiet",
    build: () => [
      wish(room) ? action(t(`more.${wish(room)}`), async () => {
        await api.post(`${room.path}/picture`, { account: room.me.account_id, picture: wish(room) });
        await room.refresh();
      }, { kind: "plain start" }) : null,
      field(t("more.reason"), reason),
      h("div", { class: "row" }, steps.map((each) =>
        action(t(`step.${each}`), async () => {
          if (["abort", "mark_no_show"].includes(each) && !confirm(t(`more.sure_${each}`))) return;
          await room.step(each, reason.value);
        }, { kind: each === "abort" ? "plain danger" : "plain" }))),
    ],
  }];
}

// What one may ask of the own picture, where the platform measures lines.
function wish(room) {
  const line = room.line_of(room.me.account_id);
  if (!line) return null;
  return line.picture_wanted === "stills" ? "moving" : "stills";
}

function ending(room) {
  const { status, head } = room.state.ceremony;
  return {
    key: "end", title: t(`end.${status}`), tone: "now", by: [status, head],
    build: () => {
      const said = h("p", { role: "status" }, t("end.checking"));
      verified(room.channel.links).then((last) => {
        const holds = last !== null && last === head;
        said.className = holds ? "good" : "hint";
        said.textContent = t(holds ? "end.verified" : "end.not_all", { links: room.channel.links.length, head: head.slice(0, 12) });
      });
      return [h("p", {}, t(`end.${status}_says`)), said, action(t("end.leave"), async () => room.onleave())];
    },
  };
}
