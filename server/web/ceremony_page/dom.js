// Elements and words: nothing that comes from outside is ever read as HTML.

let texts = {};
export let language = "zh-CN";

export async function speak(wanted) {
  const asked = wanted === "en" ? "en" : "zh-CN";
  const answer = await fetch(`/ceremony/texts-${asked}.json`);
  texts = await answer.json();
  language = asked;
  document.documentElement.lang = language;
  document.title = t("title");
}

export function t(code, names = {}) {
  const text = texts[code];
  if (text === undefined) return code;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in names ? String(names[name]) : whole));
}

export const has = (code) => texts[code] !== undefined;

// h("button", { class: "big", onclick }, "text", child)
export function h(tag, given = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name in made && !name.includes("-") && name !== "list") made[name] = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...real(children));
  return made;
}

const real = (children) => children.flat(Infinity).filter((each) => each !== null && each !== undefined && each !== false);

export function fill(element, ...children) {
  element.replaceChildren(...real(children));
}

let fields = 0;

export function field(label, input, hint) {
  input.id = input.id || `field-${++fields}`;
  const told = hint ? h("p", { class: "hint", id: `${input.id}-hint` }, hint) : null;
  if (told) input.setAttribute("aria-describedby", told.id);
  return h("div", { class: "field" }, h("label", { htmlFor: input.id }, label), input, told);
}

// A button that says what it does, does it once, and tells where it stands.
export function action(label, act, { kind = "big", disabled = false } = {}) {
  const button = h("button", { type: "button", class: kind, disabled }, label);
  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    clear_trouble();
    try {
      await act(button);
    } catch (error) {
      trouble(error);
    } finally {
      button.removeAttribute("aria-busy");
    }
  });
  return button;
}

// Something that a person has begun is not ended yet.
export const busy = () => document.querySelector("main [aria-busy='true']") !== null;

const place = () => document.getElementById("trouble");

export function clear_trouble() {
  place().replaceChildren();
}

// A problem in the person's language: what it is, each thing that is missing, and the way on.
export function trouble(error) {
  const problem = error.problem || {};
  const title = problem.title || t(error.name === "Offline" ? "trouble.offline" : "trouble.unknown");
  const said = (problem.errors || []).map((each) =>
    h("li", {}, each.message || each.detail || each.title || each.code, each.citation ? h("small", {}, ` ${each.citation}`) : null));
  fill(place(),
    h("div", { class: "trouble", role: "alert" },
      h("strong", {}, "⚠ ", title),
      problem.detail ? h("p", {}, problem.detail) : null,
      said.length ? h("ul", {}, said) : null,
      h("button", { type: "button", class: "plain", onclick: clear_trouble }, t("trouble.close"))));
  place().scrollIntoView({ block: "nearest" });
}

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));
