// The public API and nothing else. Tokens travel in headers; a repeated request keeps its key.

import { language, pause } from "./dom.js";

const KEPT = "feigui.session";
const TRIES = 5;
let access = null;
let refreshing = null;

class Refused extends Error {
  constructor(status, problem, retry_after) {
    super(problem.code || String(status));
    this.name = "Refused";
    this.status = status;
    this.code = problem.code;
    this.problem = problem;
    this.retry_after = Number(retry_after) || 0;
  }
}

class Offline extends Error {
  constructor() {
    super("offline");
    this.name = "Offline";
  }
}

// Of a session only what brings it back after a reload, for this tab alone.
export function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT));
  } catch {
    return null;
  }
}

export function enter(grant) {
  access = grant.access_token;
  sessionStorage.setItem(KEPT, JSON.stringify({ refresh: grant.refresh_token, account: grant.account_id }));
}

export function leave() {
  access = null;
  sessionStorage.removeItem(KEPT);
}

export async function come_back() {
  if (!kept()) return false;
  try {
    await refresh();
    return true;
  } catch (error) {
    if (error.name === "Offline") throw error;
    return false;
  }
}

async function refresh() {
  refreshing = refreshing || (async () => {
    const known = kept();
    if (!known) throw new Refused(401, { code: "token_refused" });
    const answer = await sent("POST", "/v1/auth/refresh", {}, JSON.stringify({ refresh_token: known.refresh }));
    if (!answer.ok) {
      leave();
      throw await refusal(answer);
    }
    enter(await answer.json());
  })().finally(() => { refreshing = null; });
  await refreshing;
}

async function sent(method, path, headers, body, signal) {
  const told = { "Accept-Language": language, ...headers };
  if (body !== undefined && !told["Content-Type"]) told["Content-Type"] = "application/json";
  try {
    return await fetch(path, { method, headers: told, body, signal, cache: "no-store", credentials: "omit" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Offline();
  }
}

async function refusal(answer) {
  let problem = {};
  try {
    problem = await answer.json();
  } catch { /* a proxy's own page: the status has to do */ }
  return new Refused(answer.status, problem, answer.headers.get("Retry-After"));
}

// The answer as it comes, signed in; the token is renewed once where it is refused.
export async function open(method, path, { headers = {}, body, signal } = {}) {
  for (let renewed = false; ; renewed = true) {
    if (!access && kept()) await refresh();
    const signed = access ? { Authorization: `Bearer ${access}` } : {};
    const answer = await sent(method, path, { ...headers, ...signed }, body, signal);
    if (answer.ok) return answer;
    const refused = await refusal(answer);
    if (answer.status !== 401 || !kept() || renewed) throw refused;
    await refresh();
  }
}

export async function call(method, path, { body, etag, key } = {}) {
  const headers = {};
  if (method === "POST") headers["Idempotency-Key"] = key || crypto.randomUUID();
  if (etag) headers["If-Match"] = etag;
  const raw = body === undefined ? undefined : JSON.stringify(body);
  for (let tries = 1; ; tries++) {
    try {
      const answer = await open(method, path, { headers, body: raw });
      const is_json = (answer.headers.get("Content-Type") || "").startsWith("application/json");
      return { etag: answer.headers.get("ETag"), body: is_json ? await answer.json() : null };
    } catch (error) {
      // A lost answer: the same key again gives the same effect once.
      const again = error.name === "Offline" || error.code === "idempotency_key_in_flight";
      if (!again || tries >= TRIES) throw error;
      await pause(Math.min(8000, 400 * 2 ** tries));
    }
  }
}

export const get = async (path) => (await call("GET", path)).body;
export const post = async (path, body) => (await call("POST", path, { body })).body;

// Without a session: signing in itself.
export async function ask(path, body) {
  const answer = await sent("POST", path, {}, JSON.stringify(body));
  if (!answer.ok) throw await refusal(answer);
  return answer.json();
}

// Change the case as it stands now, and again where somebody was quicker.
export async function change(method, base, rest, body) {
  for (let tries = 1; ; tries++) {
    const { etag } = await call("GET", base);
    try {
      return (await call(method, base + rest, { body, etag })).body;
    } catch (error) {
      if (error.status !== 412 || tries >= TRIES) throw error;
    }
  }
}

export async function bytes(path) {
  return (await open("GET", path)).arrayBuffer();
}

export async function finished(operation) {
  for (;;) {
    const now = await get(`/v1/operations/${operation.id}?wait=20`);
    if (now.state === "succeeded") return now;
    if (now.state === "failed") throw new Refused(409, now.problem || {});
  }
}
