// The public API and nothing else. Tokens travel in headers; a repeated request keeps its key.

import { language, pause } from "./dom.js";

const KEPT = "feigui.session";
const BESIDE = "feigui.beside";
const TRIES = 5;
const access = new Map();
const refreshing = new Map();
let acting = null;

export class Refused extends Error {
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

const read = (name) => {
  try {
    return JSON.parse(sessionStorage.getItem(name));
  } catch {
    return null;
  }
};

// Of a session only what brings it back after a reload, for this tab alone: of whose device it
// is first, then of whoever sits beside.
const sessions = () => (read(KEPT) ? [read(KEPT), ...(read(BESIDE) || [])] : []);

// Of whoever acts now.
export function kept(account = acting) {
  const all = sessions();
  return all.find((each) => each.account === account) || (account ? null : all[0] || null);
}

export const owner = () => (read(KEPT) || { account: null }).account;
export const beside = () => sessions().slice(1).map((each) => each.account);

// From now on what is done here is done by this one, in that one's own session.
export function act_as(account) {
  acting = account === owner() ? null : account;
}

const whose = (account) => account || acting || owner();

function keep(session) {
  if (session.account === owner() || !owner()) sessionStorage.setItem(KEPT, JSON.stringify(session));
  else {
    const others = sessions().slice(1).filter((each) => each.account !== session.account);
    sessionStorage.setItem(BESIDE, JSON.stringify([...others, session]));
  }
}

export function enter(grant) {
  leave();
  enter_beside(grant);
}

// Whoever signs in while another is: the other stays signed in.
export function enter_beside(grant) {
  access.set(grant.account_id, grant.access_token);
  keep({ refresh: grant.refresh_token, account: grant.account_id });
}

export function leave() {
  acting = null;
  access.clear();
  sessionStorage.removeItem(KEPT);
  sessionStorage.removeItem(BESIDE);
}

export function leave_beside(account) {
  if (acting === account) acting = null;
  access.delete(account);
  sessionStorage.setItem(BESIDE, JSON.stringify(sessions().slice(1).filter((each) => each.account !== account)));
}

export async function come_back() {
  if (!kept()) return false;
  try {
    await refresh(owner());
    return true;
  } catch (error) {
    if (error.name === "Offline") throw error;
    return false;
  }
}

async function refresh(account) {
  if (!refreshing.has(account)) refreshing.set(account, (async () => {
    const known = kept(account);
    if (!known) throw new Refused(401, { code: "token_refused" });
    const answer = await sent("POST", "/v1/auth/refresh", {}, JSON.stringify({ refresh_token: known.refresh }));
    if (!answer.ok) {
      if (account === owner()) leave();
      else leave_beside(account);
      throw await refusal(answer);
    }
    enter_beside(await answer.json());
  })().finally(() => { refreshing.delete(account); }));
  await refreshing.get(account);
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

// The answer as it comes, signed in; the token is renewed once where it is refused. Without `as`
// it is asked by whoever acts, from beginning to end.
export async function open(method, path, { headers = {}, body, signal, as } = {}) {
  const account = whose(as);
  for (let renewed = false; ; renewed = true) {
    if (!access.has(account) && kept(account)) await refresh(account);
    const signed = access.has(account) ? { Authorization: `Bearer ${access.get(account)}` } : {};
    const answer = await sent(method, path, { ...headers, ...signed }, body, signal);
    if (answer.ok) return answer;
    const refused = await refusal(answer);
    if (answer.status !== 401 || !kept(account) || renewed) throw refused;
    await refresh(account);
  }
}

export async function call(method, path, { body, etag, key, as } = {}) {
  const headers = {};
  const account = whose(as);
  if (method === "POST") headers["Idempotency-Key"] = key || crypto.randomUUID();
  if (etag) headers["If-Match"] = etag;
  const raw = body === undefined ? undefined : JSON.stringify(body);
  for (let tries = 1; ; tries++) {
    try {
      const answer = await open(method, path, { headers, body: raw, as: account });
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

export const get = async (path, as) => (await call("GET", path, { as })).body;
export const post = async (path, body, as) => (await call("POST", path, { body, as })).body;

// Without a session: signing in itself.
export async function ask(path, body) {
  const answer = await sent("POST", path, {}, JSON.stringify(body));
  if (!answer.ok) throw await refusal(answer);
  return answer.json();
}

// Change the case as it stands now, and again where somebody was quicker.
export async function change(method, base, rest, body) {
  const as = whose();
  for (let tries = 1; ; tries++) {
    const { etag } = await call("GET", base, { as });
    try {
      return (await call(method, base + rest, { body, etag, as })).body;
    } catch (error) {
      if (error.status !== 412 || tries >= TRIES) throw error;
    }
  }
}

export async function bytes(path) {
  return (await open("GET", path)).arrayBuffer();
}

export async function finished(operation) {
  const as = whose();
  for (;;) {
    const now = await get(`/v1/operations/${operation.id}?wait=20`, as);
    if (now.state === "succeeded") return now;
    if (now.state === "failed") throw new Refused(409, now.problem || {});
  }
}
