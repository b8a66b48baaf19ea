// The connection to the hub: one WebSocket that authenticates, subscribes, asks and
// comes back by itself. Whoever uses it is told what arrives and how things stand, and
// never deals with sockets.
//
//   const hub = new Hub({token, onMessage, onStatus});
//   hub.subscribe(3, {mode: 'tally', snapshot: true});
//   const {status, data} = await hub.request('games.pick', {playerCount: 5});
//   hub.close();
//
// onMessage(m) is called with every message that is no response: subscribed, snapshot,
// tally, events, error. onStatus(s, why) is called when the state changes, with:
//   connecting  there is no connection, and one is being made: what is shown is stale
//   online      authenticated; subscriptions are being answered
//   refused     the token is no good (any more). Unless it was taken back it is tried again
//               now and then, in silence: the server's clock may have been wrong
//   closed      close() was called

export const paths = {
  // A module knows where it stands: …/assets/VERSION/socket.js, also below a prefix.
  root: new URL('../../', import.meta.url),
};

// Waits in milliseconds.
const FIRST_WAIT = 250; // a server that was killed is back in about that time
const LONGEST_WAIT = 15_000; // nobody looks longer at "reconnecting" without reloading
const SLOW_DOWN = 30_000; // after 4009: we have sent too much
const TRY_LATER = 5_000; // after 1013: the storage fails
const FIRST_DOUBT = 30_000; // before a token that was refused is tried again
const LONGEST_DOUBT = 300_000;
const STEADY = 10_000; // a connection that held for so long starts the waits anew
const QUIET = 20_000; // without a message for so long we ask whether anybody is there
const ANSWER = 10_000; // and wait so long for an answer, as for one to a request
const SPREAD = 1_000; // beyond the wait of a refusal, more with each, so that not all ask again at once

/** HubError is a request that failed; code is the hub's, or one of those below. */
export class HubError extends Error {
  constructor(status, code, message, data = {}) {
    super(message);
    Object.assign(this, {status, code, data});
  }
}

// Codes of failures that are not the hub's. After lost and timeout nobody knows whether
// a write was done: ask again with the same key.
export const LOST = 'lost';
export const TIMEOUT = 'timeout_here';
export const CLOSED = 'closed';

// The reason of a close with 4003 after which the same token may hold again.
const EXPIRED = 'Token expired';

export class Hub {
  #o;
  #socket = null;
  #status = '';
  #subscriptions = new Map();
  #refused = new Map(); // session: {tries, timer} of a subscription that is to be asked for again
  #requests = new Map();
  #lastId = 0;
  #tries = 0;
  #doubts = 0; // how often the token was refused, in a row
  #over = false; // the token was taken back
  #onlineSince = 0;
  #wait = null; // what the server has asked for before it closes
  #timers = {};

  /**
   * token: what auth sends. url: of the WebSocket, by default our own host's.
   * WebSocket and clock are for tests.
   */
  constructor({token, url = new URL('api/sessions/live', paths.root), onMessage = () => {}, onStatus = () => {},
    WebSocket = globalThis.WebSocket, clock = browserClock()}) {
    this.#o = {token, url: String(url).replace(/^http/, 'ws'), onMessage, onStatus, WebSocket, clock};
    this.#connect();
  }

  get status() { return this.#status; }

  /**
   * subscribe holds over reconnects until unsubscribe. One that is refused for now, with a
   * retryAfter, is asked for again after it. After the first answer it says which
   * timeline that was of, so that the hub says reset when it has another since.
   */
  subscribe(sessionId, {mode = 'tally', snapshot = true} = {}) {
    const epoch = this.#subscriptions.get(sessionId)?.epoch;
    this.#subscriptions.set(sessionId, {type: 'subscribe', sessionId, mode, snapshot, epoch});
    if (this.#status === 'online') this.#send(this.#subscriptions.get(sessionId));
  }

  unsubscribe(sessionId) {
    if (this.#subscriptions.delete(sessionId) && this.#status === 'online') this.#send({type: 'unsubscribe', sessionId});
  }

  /**
   * request resolves with {status, data} of a success (below 400), else rejects with a
   * HubError. It waits for the connection if there is none. With a key (what the
   * Idempotency-Key header is to REST), or again: true for what only reads, it is sent
   * again after a reconnect; without, it fails with LOST. What only reads is also sent again
   * when it is refused for now, if the time that the hub asks for is left of the timeout.
   */
  request(op, data = {}, {key, again = key !== undefined, timeout = ANSWER} = {}) {
    return new Promise((resolve, reject) => {
      if (this.#status === 'refused' || this.#status === 'closed') {
        reject(new HubError(0, CLOSED, 'The connection is closed'));
        return;
      }
      const id = String(++this.#lastId);
      const timer = this.#o.clock.after(timeout, () => {
        this.#requests.delete(id);
        reject(new HubError(0, TIMEOUT, 'No answer in time'));
      });
      const r = {message: {type: 'request', id, op, data, ...(key !== undefined && {key})}, again, sent: false, resolve, reject, timer,
        reads: again && key === undefined, refusals: 0, pause: null, until: this.#o.clock.now() + timeout};
      this.#requests.set(id, r);
      if (this.#status === 'online') this.#ask(r);
    });
  }

  /** renew puts a fresh token in place, also after refused. */
  renew(token) {
    this.#o.token = token;
    if (this.#status === 'online') {
      this.#send({type: 'auth', token});
      return;
    }
    if (this.#status !== 'refused') return;
    this.#detach();
    this.#over = false;
    this.#set('connecting');
    this.#reconnectIn(0);
  }

  /** look is for when the page was hidden or the network has changed: it connects at once, or asks whether anybody is there. */
  look() {
    if (this.#status === 'online') this.#probe();
    else if (this.#status !== 'closed' && !this.#over && !this.#socket) this.#reconnectIn(0);
  }

  close() {
    this.#end('closed');
    this.#failAll(() => true, new HubError(0, CLOSED, 'The connection is closed'));
  }

  // --- the connection

  #connect() {
    if (this.#status !== 'refused') this.#set('connecting');
    this.#wait = null;
    const socket = new this.#o.WebSocket(this.#o.url);
    this.#socket = socket;
    // Each handler asks whether it is still the socket's turn: closing takes a while.
    socket.onopen = () => this.#socket === socket && this.#send({type: 'auth', token: this.#o.token});
    socket.onmessage = (event) => this.#socket === socket && this.#receive(event.data);
    socket.onclose = (event) => this.#socket === socket && this.#lost(event.code, event.reason);
    this.#listenFor(QUIET);
  }

  #set(status, why = '') {
    if (status === this.#status) return;
    this.#status = status;
    this.#o.onStatus(status, why);
  }

  #send(message) {
    this.#socket.send(JSON.stringify(message));
  }

  #receive(text) {
    this.#listenFor(QUIET);
    const m = JSON.parse(text);
    switch (m.type) {
      case 'auth_success': return this.#welcome();
      case 'auth_error': return this.#doubt(m.code);
      case 'pong': return undefined;
      case 'response': return this.#answer(m);
      case 'server.draining': this.#wait = m.reconnectInMs; return undefined;
      case 'error': return this.#refusal(m);
      case 'subscribed': this.#remember(m); break;
      default:
    }
    return this.#o.onMessage(m);
  }

  // A subscription that the server has no room for now is asked for again. Nobody else is
  // told: what is shown is stale, not wrong.
  #refusal(m) {
    const {sessionId, retryAfter} = m;
    if (!retryAfter || !this.#subscriptions.has(sessionId)) return this.#o.onMessage(m);
    const {tries = 0, timer} = this.#refused.get(sessionId) ?? {};
    this.#o.clock.cancel(timer);
    const again = () => {
      const s = this.#subscriptions.get(sessionId);
      if (s && this.#status === 'online') this.#send(s);
    };
    this.#refused.set(sessionId, {tries: tries + 1, timer: this.#o.clock.after(this.#after(retryAfter, tries), again)});
    return undefined;
  }

  // after is when to ask again, in milliseconds, what was refused so often before.
  #after(retryAfter, tries) {
    return retryAfter * 1000 + Math.min(SPREAD * 2 ** tries, LONGEST_WAIT) * (0.5 + 0.5 * this.#o.clock.chance());
  }

  #remember({sessionId, epoch}) {
    this.#o.clock.cancel(this.#refused.get(sessionId)?.timer);
    this.#refused.delete(sessionId);
    const s = this.#subscriptions.get(sessionId);
    if (s) s.epoch = epoch;
  }

  #welcome() {
    if (this.#status === 'online') return; // of a renewed token
    this.#onlineSince = this.#o.clock.now();
    this.#doubts = 0;
    this.#set('online');
    for (const {timer} of this.#refused.values()) this.#o.clock.cancel(timer);
    for (const s of this.#subscriptions.values()) this.#send(s);
    for (const r of this.#requests.values()) if (!r.sent && !r.pause) this.#ask(r);
  }

  #lost(code, reason) {
    if (code === 4003 || this.#status === 'refused') {
      this.#over = code === 4003 && reason !== EXPIRED;
      this.#doubt('forbidden');
      return;
    }
    this.#detach();
    for (const r of this.#requests.values()) if (r.again) r.sent = false;
    this.#failAll((r) => r.sent, new HubError(0, LOST, 'The connection was lost'));
    if (this.#onlineSince && this.#o.clock.now() - this.#onlineSince >= STEADY) this.#tries = 0;
    this.#onlineSince = 0;
    this.#set('connecting');
    this.#reconnectIn(this.#patience(code));
  }

  // patience grows with each try; half of it is by chance, so that a thousand screens do
  // not come back in the same moment.
  #patience(code) {
    if (this.#wait !== null) return this.#wait;
    const grown = Math.min(FIRST_WAIT * 2 ** this.#tries++, LONGEST_WAIT);
    const least = {4009: SLOW_DOWN, 1013: TRY_LATER}[code] ?? 0;
    return least + grown * (0.5 + 0.5 * this.#o.clock.chance());
  }

  // doubt takes a refusal for now: it looks the same when the token is over, and when the
  // server's clock is wrong for a while.
  #doubt(why) {
    this.#end('refused', why);
    if (this.#over || this.#status !== 'refused') return; // closed by whoever was told
    const grown = Math.min(FIRST_DOUBT * 2 ** this.#doubts++, LONGEST_DOUBT);
    this.#reconnectIn(grown * (0.5 + 0.5 * this.#o.clock.chance()));
  }

  #reconnectIn(ms) {
    this.#stop('reconnect');
    this.#timers.reconnect = this.#o.clock.after(ms, () => this.#connect());
  }

  // A network can vanish without a word. After a while without a message we ask for a
  // pong, and without one the connection counts as lost.
  #listenFor(ms) {
    this.#stop('silence');
    this.#timers.silence = this.#o.clock.after(ms, () => this.#probe());
  }

  #probe() {
    const socket = this.#socket;
    if (!socket) return;
    if (socket.readyState === 1) this.#send({type: 'ping'});
    this.#stop('silence');
    this.#timers.silence = this.#o.clock.after(ANSWER, () => {
      if (this.#socket === socket) this.#lost(1006);
    });
  }

  #detach() {
    this.#stop('silence');
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #end(status, why) {
    this.#stop('reconnect');
    this.#detach();
    this.#failAll((r) => r.sent, new HubError(0, CLOSED, 'The connection is closed'));
    this.#set(status, why);
  }

  #stop(name) {
    this.#o.clock.cancel(this.#timers[name]);
  }

  // --- requests

  #ask(r) {
    r.sent = true;
    this.#send(r.message);
  }

  #answer({id, status, data}) {
    const r = this.#requests.get(id);
    if (!r || this.#askLater(r, status, data)) return; // without one it came too late
    this.#requests.delete(id);
    this.#o.clock.cancel(r.timer);
    if (status < 400) r.resolve({status, data});
    else r.reject(new HubError(status, data?.code ?? '', data?.error ?? String(status), data ?? {}));
  }

  // askLater sends a request that only reads again when it was refused for now.
  #askLater(r, status, data) {
    if (!r.reads || (status !== 429 && status !== 503) || !data?.retryAfter) return false;
    const wait = this.#after(data.retryAfter, r.refusals++);
    if (this.#o.clock.now() + wait >= r.until) return false;
    r.sent = false;
    r.pause = this.#o.clock.after(wait, () => {
      r.pause = null;
      if (this.#status === 'online' && this.#requests.has(r.message.id)) this.#ask(r);
    });
    return true;
  }

  #failAll(which, error) {
    for (const [id, r] of this.#requests) {
      if (!which(r)) continue;
      this.#requests.delete(id);
      this.#o.clock.cancel(r.timer);
      r.reject(error);
    }
  }
}

function browserClock() {
  return {
    now: () => performance.now(),
    after: (ms, then) => setTimeout(then, ms),
    cancel: (timer) => clearTimeout(timer),
    chance: () => Math.random(),
  };
}

/** wakeWith calls hub.look() when the page is seen again or the network is back. */
export function wakeWith(hub) {
  addEventListener('online', () => hub.look());
  document.addEventListener('visibilitychange', () => { if (!document.hidden) hub.look(); });
}
