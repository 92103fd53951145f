// Before somebody comes in: is there a picture, is there a sound, and what does the line carry?

import { action, fill, h, t } from "./dom.js";
import { PICTURES } from "./live.js";

const OCTETS = 192 * 1024;
const ENOUGH_KBPS = 700;

async function gear(wish) {
  try {
    return await navigator.mediaDevices.getUserMedia(wish);
  } catch (error) {
    return error.name === "NotFoundError" ? "missing" : error.name === "NotAllowedError" ? "refused" : "failed";
  }
}

async function own_pictures() {
  const both = await gear({ video: PICTURES, audio: true });
  if (both instanceof MediaStream) return { stream: both, camera: "works", microphone: "works" };
  const video = await gear({ video: PICTURES });
  const audio = await gear({ audio: true });
  const parts = [video, audio].filter((each) => each instanceof MediaStream);
  const said = (part) => (part instanceof MediaStream ? "works" : part);
  return {
    stream: parts.length ? new MediaStream(parts.flatMap((each) => each.getTracks())) : null,
    camera: said(video), microphone: said(audio),
  };
}

async function send(body) {
  const answer = await fetch("/ceremony/measure", { method: "POST", body, credentials: "omit" });
  if (!answer.ok) throw new Error("not taken");
}

async function measured() {
  const times = [];
  for (let n = 0; n < 4; n++) {
    const began = performance.now();
    await send("");
    times.push(performance.now() - began);
  }
  const rtt = Math.min(...times);
  const began = performance.now();
  await send(new Uint8Array(OCTETS));
  const took = Math.max(1, performance.now() - began - rtt);
  return { round_trip_ms: Math.round(rtt), uplink_kbps: Math.min(100000, Math.round((OCTETS * 8) / took)) };
}

export function kind_of_device() {
  const small = Math.min(screen.width, screen.height);
  if (!matchMedia("(pointer: coarse)").matches) return "computer";
  return small < 600 ? "phone" : "tablet";
}

function heard(stream, meter) {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const looking = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    meter.value = Math.min(1, 4 * Math.sqrt(samples.reduce((sum, each) => sum + each * each, 0) / samples.length));
  }, 120);
  return () => { clearInterval(looking); context.close(); };
}

const verdict = (good, text) => h("li", { class: good ? "good" : "bad" }, h("span", { "aria-hidden": "true" }, good ? "✓" : "✕"), text);

function of_the_line({ uplink_kbps, round_trip_ms }) {
  if (uplink_kbps === undefined) return verdict(false, t("check.line_unmeasured"));
  const is_good = uplink_kbps >= ENOUGH_KBPS && round_trip_ms < 800;
  const figures = { kbps: uplink_kbps.toLocaleString(), ms: round_trip_ms };
  return verdict(is_good, t(is_good ? "check.line_good" : "check.line_weak", figures));
}

// Shows the check and resolves once the person goes on, with what was found.
export function tech_check(main) {
  return new Promise((done) => { look(main, done); });
}

async function look(main, done) {
  const picture = h("video", { autoplay: true, muted: true, playsInline: true, "aria-label": t("check.picture") });
  const meter = h("meter", { min: 0, max: 1, value: 0, low: 0.02, "aria-label": t("check.sound") });
  const found = h("ul", { class: "verdicts", "aria-live": "polite" }, h("li", {}, t("check.looking")));
  const ways = h("div", { class: "ways-on" });
  fill(main,
    h("h1", {}, t("check.title")), h("p", { class: "lead" }, t("check.lead")),
    h("div", { class: "check" },
      h("div", { class: "tile" }, picture),
      h("section", { class: "card" }, h("p", { class: "label" }, t("check.sound")), meter, found, ways)));
  const own = await own_pictures();
  picture.srcObject = own.stream;
  const ended = own.microphone === "works" ? heard(own.stream, meter) : () => {};
  let line = {};
  try {
    line = await measured();
  } catch {
    // Said below, and nothing is reported that was not measured.
  }
  fill(found,
    verdict(own.camera === "works", t(`check.camera_${own.camera}`)),
    verdict(own.microphone === "works", t(`check.microphone_${own.microphone}`)),
    of_the_line(line));
  const go_on = action(t("check.go_on"), async () => { ended(); done({ ...own, ...line }); });
  fill(ways, go_on,
    action(t("check.again"), async () => { ended(); stop(own.stream); await look(main, done); }, { kind: "plain" }));
  go_on.focus();
}

const stop = (stream) => stream && stream.getTracks().forEach((each) => each.stop());
