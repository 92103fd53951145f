// Live video: one connection to send, one for each other person. A connection that fails is
// replaced by a new one with a new ticket; the old one goes when the new one stands.

import { owner, post } from "./api.js";
import { pause } from "./dom.js";

const BROKEN_MS = 2500;
const LOOK_MS = 2000;
export const PICTURES = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 15 } };

class Leg {
  constructor(live, account) {
    Object.assign(this, { live, account, connection: null, quality: null, failed: 0, over: false, before: {} });
    this.run();
  }

  async run() {
    while (!this.over) {
      try {
        await this.connect();
        this.failed = 0;
        await this.broken();
      } catch (error) {
        if (error.status === 409 || error.status === 503) this.live.onrefused(error);
        // Another device of this person sends now: it is not called back from here.
        if (error.code === "line_taken_over") this.live.stop_sending();
        this.failed += 1;
      }
      this.tell(null);
      if (!this.over) await pause(Math.min(8000, 500 * 2 ** this.failed));
    }
  }

  async connect() {
    const wish = this.account ? { watches: this.account } : {};
    // The line is of whose device it is, whoever acts at it now.
    const ticket = await post(`${this.live.path}/media-tickets`, wish, owner());
    const policy = ticket.ice_transport_policy ? { iceTransportPolicy: ticket.ice_transport_policy } : {};
    const ways = { iceServers: ticket.ice_servers, ...policy };
    let connection = new RTCPeerConnection(ways);
    try {
      this.dress(connection);
      const answer = await told("POST", ticket.url, ticket.token, await described(connection, await connection.createOffer()));
      if (answer.status === 406) {
        // The other side has an offer of its own (WHEP's counter-offer): answer that one.
        connection.close();
        connection = new RTCPeerConnection(ways);
        this.dress(connection, { answers: true });
        await connection.setRemoteDescription({ type: "offer", sdp: await answer.text() });
        const session = new URL(answer.headers.get("Location"), ticket.url);
        const taken = await told("PATCH", session, ticket.token, await described(connection, await connection.createAnswer()));
        if (taken.status !== 204) throw new Error(`signalling ${taken.status}`);
      } else if (answer.status === 201) {
        await connection.setRemoteDescription({ type: "answer", sdp: await answer.text() });
      } else throw new Error(`signalling ${answer.status}`);
      await standing(connection);
    } catch (error) {
      connection.close();
      throw error;
    }
    const before = this.connection;
    this.connection = connection;
    if (this.account) this.live.onpictures(this.account, this.stream);
    if (before) before.close();
  }

  dress(connection, { answers = false } = {}) {
    if (this.account) {
      this.stream = new MediaStream();
      connection.ontrack = (event) => this.stream.addTrack(event.track);
      if (!answers) for (const kind of ["video", "audio"]) connection.addTransceiver(kind, { direction: "recvonly" });
      return;
    }
    for (const track of this.live.own.getTracks())
      connection.addTransceiver(track, { direction: "sendonly", streams: [this.live.own] });
  }

  // Single pictures leave a weak line to the sound.
  async pace(stills) {
    const sender = this.connection && this.connection.getSenders().find((each) => each.track && each.track.kind === "video");
    if (!sender) return;
    const wanted = sender.getParameters();
    if (!wanted.encodings || !wanted.encodings.length) return;
    wanted.encodings[0].maxFramerate = stills ? 1 : 15;
    await sender.setParameters(wanted);
  }

  broken() {
    return new Promise((done) => {
      const connection = this.connection;
      let waiting = null;
      this.renew = done;
      connection.onconnectionstatechange = () => {
        clearTimeout(waiting);
        if (["failed", "closed"].includes(connection.connectionState)) done();
        if (connection.connectionState === "disconnected") waiting = setTimeout(done, BROKEN_MS);
      };
    });
  }

  async look() {
    if (!this.connection || this.connection.connectionState !== "connected") return;
    const now = { lost: 0, packets: 0, frames: 0, rtt: null };
    for (const each of (await this.connection.getStats()).values()) {
      if (each.type === "candidate-pair" && each.nominated && each.currentRoundTripTime !== undefined)
        now.rtt = each.currentRoundTripTime * 1000;
      if (this.account && each.type === "inbound-rtp") {
        now.lost += each.packetsLost || 0;
        now.packets += each.packetsReceived || 0;
        if (each.kind === "video") now.frames = each.framesDecoded || 0;
      }
      if (!this.account && each.type === "remote-inbound-rtp") now.fraction = Math.max(now.fraction || 0, each.fractionLost || 0);
    }
    this.tell(judged(now, this.before, Boolean(this.account)));
    this.before = now;
  }

  tell(quality) {
    if (quality === this.quality) return;
    this.quality = quality;
    this.live.onquality(this.account, quality);
  }

  end() {
    this.over = true;
    if (this.renew) this.renew();
    if (this.connection) this.connection.close();
  }
}

// good, fair or weak: round trip in ms, loss since the last look.
function judged(now, before, watches) {
  const came = now.packets - (before.packets || 0);
  const lost = now.lost - (before.lost || 0);
  const loss = watches ? Math.max(0, lost) / Math.max(1, came + lost) : now.fraction || 0;
  if (watches && before.packets !== undefined && came <= 0) return "weak";
  if (loss > 0.08 || now.rtt > 800) return "weak";
  return loss > 0.02 || now.rtt > 350 ? "fair" : "good";
}

async function described(connection, description) {
  await connection.setLocalDescription(description);
  await gathered(connection);
  return connection.localDescription.sdp;
}

const told = (method, url, token, body) =>
  fetch(url, { method, headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/sdp" }, body });

function gathered(connection) {
  return new Promise((done) => {
    const look = () => { if (connection.iceGatheringState === "complete") done(); };
    connection.addEventListener("icegatheringstatechange", look);
    setTimeout(done, 4000);
    look();
  });
}

function standing(connection) {
  return new Promise((done, failed) => {
    const late = setTimeout(() => failed(new Error("never connected")), 15000);
    const look = () => {
      if (connection.connectionState === "connected") { clearTimeout(late); done(); }
      if (["failed", "closed"].includes(connection.connectionState)) { clearTimeout(late); failed(new Error("failed")); }
    };
    connection.addEventListener("connectionstatechange", look);
    look();
  });
}

export class Live {
  constructor(path, own, { onpictures, onquality, onrefused }) {
    Object.assign(this, { path, own, onpictures, onquality, onrefused });
    this.legs = new Map();
    this.looking = setInterval(() => this.legs.forEach((leg) => leg.look().catch(() => {})), LOOK_MS);
    this.online = () => this.legs.forEach((leg) => leg.renew && leg.renew());
    window.addEventListener("online", this.online);
  }

  send() {
    if (this.own && !this.legs.has("")) this.legs.set("", new Leg(this, null));
  }

  stop_sending() {
    this.unwatch("");
  }

  pace(stills) {
    const leg = this.legs.get("");
    if (leg) leg.pace(stills).catch(() => {});
  }

  watch(account) {
    if (!this.legs.has(account)) this.legs.set(account, new Leg(this, account));
  }

  unwatch(account) {
    const leg = this.legs.get(account);
    if (leg) leg.end();
    this.legs.delete(account);
  }

  // The worker stops after the act; a page that is reloaded does not come here, and need not.
  end() {
    clearInterval(this.looking);
    window.removeEventListener("online", this.online);
    this.legs.forEach((leg) => leg.end());
    this.legs.clear();
  }
}
