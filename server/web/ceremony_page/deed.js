// The deed, page by page, and signing it: what is signed is the hash of the file that came here.

import * as api from "./api.js";
import * as keys from "./device_key.js";
import { action, h, t } from "./dom.js";

// A file, its digest, and a picture of each page; fetched again only for another deed.
export async function fetched(base, digest, pages) {
  const file = await api.bytes(`${base}/deed`);
  const real = await keys.sha256(file);
  if (real !== digest) throw new Error("another deed");
  const pictures = [];
  for (let page = 1; page <= (pages || 200); page++) {
    try {
      const octets = await api.bytes(`${base}/deed/pages/${page}`);
      pictures.push(URL.createObjectURL(new Blob([octets], { type: "image/png" })));
    } catch (error) {
      if (error.status !== 404 || page === 1) throw error;
      break;
    }
  }
  return { digest, pictures };
}

export function pages(deed, seen, onshown) {
  const picture = h("img", { class: "page", alt: "" });
  const where = h("p", { class: "where", role: "status" });
  let at = 0;
  const turn = (step) => {
    at = Math.min(deed.pictures.length - 1, Math.max(0, at + step));
    picture.src = deed.pictures[at];
    picture.alt = t("deed.page_alt", { page: at + 1 });
    where.textContent = t("deed.page", { page: at + 1, of: deed.pictures.length });
    before.disabled = at === 0;
    after.disabled = at === deed.pictures.length - 1;
    if (!seen.has(at + 1)) onshown(at + 1);
  };
  const before = h("button", { type: "button", class: "plain", onclick: () => turn(-1) }, t("deed.before"));
  const after = h("button", { type: "button", class: "plain", onclick: () => turn(1) }, t("deed.after"));
  const is_one = deed.pictures.length === 1;
  const whole = h("div", { class: "deed" }, picture,
    h("div", { class: "row" }, is_one ? null : before, where, is_one ? null : after));
  turn(0);
  return whole;
}

// Writing with a finger: lines of points, 0 to 10000 across and down.
function pad() {
  const canvas = h("canvas", { class: "pad", width: 900, height: 300, "aria-label": t("deed.pad") });
  const lines = [];
  const context = canvas.getContext("2d");
  context.lineWidth = 5;
  context.lineCap = "round";
  const point = (event) => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const part = (value) => Math.round(10000 * Math.min(1, Math.max(0, value)));
    return [part((event.clientX - left) / width), part((event.clientY - top) / height)];
  };
  const draw = (from, to) => {
    context.beginPath();
    context.moveTo(from[0] * 0.09, from[1] * 0.03);
    context.lineTo(to[0] * 0.09, to[1] * 0.03);
    context.stroke();
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    if (lines.length < 40) lines.push([point(event)]);
  });
  canvas.addEventListener("pointermove", (event) => {
    const line = lines[lines.length - 1];
    if (!event.buttons || !line || line.length >= 400) return;
    const next = point(event);
    draw(line[line.length - 1], next);
    line.push(next);
  });
  const clear = () => { lines.length = 0; context.clearRect(0, 0, 900, 300); };
  return { lines, whole: h("div", { class: "stack" }, h("p", { class: "label" }, t("deed.pad")), canvas,
    h("button", { type: "button", class: "plain small start", onclick: clear }, t("deed.clear"))) };
}

// Two steps: read what the device is about to agree to, then agree.
export function signing(room, deed) {
  const written = pad();
  const says = h("p", { class: "says", role: "status" });
  const agree = h("div", { hidden: true });
  const { base, case_id, ceremony_id } = room;
  const agreed = async (asked) => {
    const held = await keys.held(api.kept().account);
    const answer = await keys.answered(held, asked, { act: "sign_deed", base: case_id, digest: deed.digest });
    const begun = await api.post(`${base}/deed/signatures`, {
      ceremony_id, deed_sha256: deed.digest, step_up: answer,
      ...(written.lines.length ? { strokes: written.lines } : {}),
    });
    says.textContent = t("deed.signing");
    await api.finished(begun);
    says.textContent = t("deed.signed");
    room.refresh();
  };
  const ask = action(t("deed.sign"), async (button) => {
    const asked = await api.post(`${base}/step-ups`, { action: "sign_deed", document_sha256: deed.digest });
    says.textContent = asked.says;
    agree.replaceChildren(action(t("deed.agree"), () => agreed(asked).catch((error) => {
      // What was asked is spent: the way on is to ask anew.
      agree.hidden = true;
      button.hidden = false;
      says.textContent = "";
      throw error;
    })));
    agree.hidden = false;
    button.hidden = true;
    agree.querySelector("button").focus();
  });
  return [written.whole, ask, says, agree];
}
