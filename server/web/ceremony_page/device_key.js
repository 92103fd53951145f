// The key that answers for its person: made in this browser, and it never leaves it (WebCrypto,
// not extractable, kept in IndexedDB). What is signed is what was shown.

const NAME = "feigui";
const STORE = "device-keys";

function opened() {
  return new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
}

async function inside(mode, act) {
  const database = await opened();
  try {
    return await new Promise((done, failed) => {
      const asked = act(database.transaction(STORE, mode).objectStore(STORE));
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error);
    });
  } finally {
    database.close();
  }
}

// With the pair, which of the person's devices it is: what is signed by one is never told as another's.
export const keep = (account, held) => inside("readwrite", (store) => store.put(held, account));
export const held = (account) => inside("readonly", (store) => store.get(account));

export const made = () =>
  crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);

function base64url(octets) {
  let text = "";
  for (const each of new Uint8Array(octets)) text += String.fromCharCode(each);
  return btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

export async function sha256(octets) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", octets));
  return Array.from(digest, (each) => each.toString(16).padStart(2, "0")).join("");
}

// WebCrypto gives r and s side by side; the platform takes DER (RFC 3279, 2.2.3).
function der(signature) {
  const whole = (part) => {
    let at = 0;
    while (at < part.length - 1 && part[at] === 0) at++;
    const cut = part.slice(at);
    const padded = cut[0] & 0x80 ? [0, ...cut] : [...cut];
    return [2, padded.length, ...padded];
  };
  const octets = new Uint8Array(signature);
  const body = [...whole(octets.slice(0, 32)), ...whole(octets.slice(32))];
  return new Uint8Array([0x30, body.length, ...body]);
}

export async function sign(pair, statement) {
  const signature = await crypto.subtle.sign(
    { name: "ECDSA", hash: "SHA-256" }, pair.privateKey, new TextEncoder().encode(statement));
  return base64url(der(signature));
}

// What adds the key under a one-time code: canonical JSON, its names in order.
export async function introduced(pair, code) {
  const spki = await crypto.subtle.exportKey("spki", pair.publicKey);
  const statement = JSON.stringify({ code, key_sha256: await sha256(spki), type: "feigui.device.v1" });
  return { kind: "device_key", public_key: base64url(spki), signature: await sign(pair, statement) };
}

// Answer for a person, and only what names this act, case and file.
export async function answered(held, asked, { act, base, digest }) {
  const told = JSON.parse(asked.statement);
  const wanted = ["feigui.step-up.v1", act, base, digest];
  const named = [told.type, told.action, told.case, told.digest];
  if (!wanted.every((each, at) => each === named[at])) throw new Error("another statement");
  return { id: asked.id, device_id: held.device, signature: await sign(held, asked.statement) };
}
