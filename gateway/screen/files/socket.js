// The connection to the server: one WebSocket that authenticates, subscribes, sends
// requests and reconnects on its own.
//
//   const connection = new Connection({token, onMessage, onStatus});
//   connection.subscribe(3, {mode: 'tally', snapshot: true});
//   const {status, data} = await connection.request('games.pick', {playerCount: 5});
//   connection.close();
//
// onMessage(m) is called with every message that is not a response: subscribed, snapshot,
// tally, events, error. onStatus(s, why) is called when the status changes to:
//   connecting  not connected; data on the page may be outdated
//   online      authenticated; subscriptions are sent
//   refused     the token is invalid. Unless it was revoked it is tried again from time to
//               time, because the server's clock may have been wrong
//   closed      close() was called

export const paths = {
  // This module is at …/assets/VERSION/socket.js, possibly below a prefix.
  root: new URL('../../', import.meta.url),
};

// Delays in milliseconds.
const FIRST_WAIT = 250; // a killed server restarts in about that time
const LONGEST_WAIT = 15_000; // people reload a page that reconnects for longer
const SLOW_DOWN = 30_000; // after 4009: too many messages
const TRY_LATER = 5_000; // after 1013: the storage fails
const FIRST_TOKEN_RETRY = 30_000; // before a refused token is tried again
const LONGEST_TOKEN_RETRY = 300_000;
const STABLE = 10_000; // a connection that lasted this long resets the delays
const SILENCE = 20_000; // after this time without a message a ping is sent
const TIMEOUT_MS = 10_000; // for the response to a ping or a request
const SPREAD = 1_000; // random addition to retryAfter, so that clients do not retry at once; doubles with each refusal

/** RequestError is a failed request; code is the server's, or one of those below. */
export class RequestError extends Error {
  constructor(status, code, message, data = {}) {
    super(message);
    Object.assign(this, {status, code, data});
  }
}

// Codes of failures without a response. After lost and timeout the outcome of a write is
// unknown: send it again with the same key.
export const LOST = 'lost';
export const TIMEOUT = 'timeout_here';
export const CLOSED = 'closed';

// The reason of a close with 4003 after which the same token may become valid again.
const EXPIRED = 'Token expired';

export class Connection {
  #o;
  #socket = null;
  #status = '';
  #subscriptions = new Map();
  #refused = new Map(); // by session: {tries, timer} of a subscription to be retried
  #requests = new Map();
  #lastId = 0;
  #tries = 0;
  #refusals = 0; // consecutive refusals of the token
  #revoked = false; // whether the token was revoked
  #onlineSince = 0;
  #drainDelay = null; // reconnect delay given by server.draining
  #timers = {};

  /**
   * token: for auth. url: of the WebSocket, by default on the page's own host. WebSocket and
   * clock are for tests.
   */
  constructor({token, url = new URL('api/sessions/live', paths.root), onMessage = () => {}, onStatus = () => {},
    WebSocket = globalThis.WebSocket, clock = browserClock()}) {
    this.#o = {token, url: String(url).replace(/^http/, 'ws'), onMessage, onStatus, WebSocket, clock};
    this.#connect();
  }

  get status() { return this.#status; }

  /**
   * subscribe lasts across reconnects until unsubscribe. A refusal with retryAfter is
   * retried. After the first response it sends the epoch, so that the server can answer
   * with reset after a restore.
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
   * request resolves with {status, data, page} of a success (below 400), otherwise it rejects with a
   * RequestError. Without a connection it waits for one. With a key (the Idempotency-Key), or
   * again: true for reads, it is sent again after a reconnect; otherwise it fails with LOST.
   * Reads refused with retryAfter are retried if the timeout allows it.
   */
  request(op, data = {}, {key, again = key !== undefined, timeout = TIMEOUT_MS} = {}) {
    return new Promise((resolve, reject) => {
      if (this.#status === 'refused' || this.#status === 'closed') {
        reject(new RequestError(0, CLOSED, 'The connection is closed'));
        return;
      }
      const id = String(++this.#lastId);
      const timer = this.#o.clock.after(timeout, () => {
        this.#requests.delete(id);
        reject(new RequestError(0, TIMEOUT, 'No response in time'));
      });
      const r = {message: {type: 'request', id, op, data, ...(key !== undefined && {key})}, again, sent: false, resolve, reject, timer,
        reads: again && key === undefined, refusals: 0, pause: null, until: this.#o.clock.now() + timeout};
      this.#requests.set(id, r);
      if (this.#status === 'online') this.#sendRequest(r);
    });
  }

  /** renew replaces the token, also after refused. */
  renew(token) {
    this.#o.token = token;
    if (this.#status === 'online') {
      this.#send({type: 'auth', token});
      return;
    }
    if (this.#status !== 'refused') return;
    this.#dropSocket();
    this.#revoked = false;
    this.#setStatus('connecting');
    this.#reconnectIn(0);
  }

  /** check reconnects at once, or sends a ping if connected; for when the page was hidden or the network has changed. */
  check() {
    if (this.#status === 'online') this.#probe();
    else if (this.#status !== 'closed' && !this.#revoked && !this.#socket) this.#reconnectIn(0);
  }

  close() {
    this.#end('closed');
    this.#failAll(() => true, new RequestError(0, CLOSED, 'The connection is closed'));
  }

  // --- the connection

  #connect() {
    if (this.#status !== 'refused') this.#setStatus('connecting');
    this.#drainDelay = null;
    const socket = new this.#o.WebSocket(this.#o.url);
    this.#socket = socket;
    // A replaced socket may still call its handlers while it closes.
    socket.onopen = () => this.#socket === socket && this.#send({type: 'auth', token: this.#o.token});
    socket.onmessage = (event) => this.#socket === socket && this.#receive(event.data);
    socket.onclose = (event) => this.#socket === socket && this.#onClose(event.code, event.reason);
    this.#watchSilence(SILENCE);
  }

  #setStatus(status, why = '') {
    if (status === this.#status) return;
    this.#status = status;
    this.#o.onStatus(status, why);
  }

  #send(message) {
    this.#socket.send(JSON.stringify(message));
  }

  #receive(text) {
    this.#watchSilence(SILENCE);
    const m = JSON.parse(text);
    switch (m.type) {
      case 'auth_success': return this.#onAuthenticated();
      case 'auth_error': return this.#onRefused(m.code);
      case 'pong': return undefined;
      case 'response': return this.#onResponse(m);
      case 'server.draining': this.#drainDelay = m.reconnectInMs; return undefined;
      case 'error': return this.#onError(m);
      case 'subscribed': this.#onSubscribed(m); break;
      default:
    }
    return this.#o.onMessage(m);
  }

  // #onError retries a subscription that was refused for now, without calling onMessage.
  #onError(m) {
    const {sessionId, retryAfter} = m;
    if (!retryAfter || !this.#subscriptions.has(sessionId)) return this.#o.onMessage(m);
    const {tries = 0, timer} = this.#refused.get(sessionId) ?? {};
    this.#o.clock.cancel(timer);
    const again = () => {
      const s = this.#subscriptions.get(sessionId);
      if (s && this.#status === 'online') this.#send(s);
    };
    this.#refused.set(sessionId, {tries: tries + 1, timer: this.#o.clock.after(this.#retryDelay(retryAfter, tries), again)});
    return undefined;
  }

  // #retryDelay returns the delay in milliseconds after a number of refusals.
  #retryDelay(retryAfter, tries) {
    return retryAfter * 1000 + Math.min(SPREAD * 2 ** tries, LONGEST_WAIT) * (0.5 + 0.5 * this.#o.clock.chance());
  }

  #onSubscribed({sessionId, epoch}) {
    this.#o.clock.cancel(this.#refused.get(sessionId)?.timer);
    this.#refused.delete(sessionId);
    const s = this.#subscriptions.get(sessionId);
    if (s) s.epoch = epoch;
  }

  #onAuthenticated() {
    if (this.#status === 'online') return; // the response to a renewed token
    this.#onlineSince = this.#o.clock.now();
    this.#refusals = 0;
    this.#setStatus('online');
    for (const {timer} of this.#refused.values()) this.#o.clock.cancel(timer);
    for (const s of this.#subscriptions.values()) this.#send(s);
    for (const r of this.#requests.values()) if (!r.sent && !r.pause) this.#sendRequest(r);
  }

  #onClose(code, reason) {
    if (code === 4003 || this.#status === 'refused') {
      this.#revoked = code === 4003 && reason !== EXPIRED;
      this.#onRefused('forbidden');
      return;
    }
    this.#dropSocket();
    for (const r of this.#requests.values()) if (r.again) r.sent = false;
    this.#failAll((r) => r.sent, new RequestError(0, LOST, 'The connection was lost'));
    if (this.#onlineSince && this.#o.clock.now() - this.#onlineSince >= STABLE) this.#tries = 0;
    this.#onlineSince = 0;
    this.#setStatus('connecting');
    this.#reconnectIn(this.#reconnectDelay(code));
  }

  // #reconnectDelay grows with each attempt; half of it is random, so that a thousand
  // screens do not reconnect at once.
  #reconnectDelay(code) {
    if (this.#drainDelay !== null) return this.#drainDelay;
    const grown = Math.min(FIRST_WAIT * 2 ** this.#tries++, LONGEST_WAIT);
    const least = {4009: SLOW_DOWN, 1013: TRY_LATER}[code] ?? 0;
    return least + grown * (0.5 + 0.5 * this.#o.clock.chance());
  }

  // #onRefused tries the token again later: an expired token and a wrong clock of the server
  // look the same.
  #onRefused(why) {
    this.#end('refused', why);
    if (this.#revoked || this.#status !== 'refused') return; // closed by onStatus
    const grown = Math.min(FIRST_TOKEN_RETRY * 2 ** this.#refusals++, LONGEST_TOKEN_RETRY);
    this.#reconnectIn(grown * (0.5 + 0.5 * this.#o.clock.chance()));
  }

  #reconnectIn(ms) {
    this.#stop('reconnect');
    this.#timers.reconnect = this.#o.clock.after(ms, () => this.#connect());
  }

  // A network can fail silently. After some time without a message a ping is sent; without
  // a response the connection counts as lost.
  #watchSilence(ms) {
    this.#stop('silence');
    this.#timers.silence = this.#o.clock.after(ms, () => this.#probe());
  }

  #probe() {
    const socket = this.#socket;
    if (!socket) return;
    if (socket.readyState === 1) this.#send({type: 'ping'});
    this.#stop('silence');
    this.#timers.silence = this.#o.clock.after(TIMEOUT_MS, () => {
      if (this.#socket === socket) this.#onClose(1006);
    });
  }

  #dropSocket() {
    this.#stop('silence');
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #end(status, why) {
    this.#stop('reconnect');
    this.#dropSocket();
    this.#failAll((r) => r.sent, new RequestError(0, CLOSED, 'The connection is closed'));
    this.#setStatus(status, why);
  }

  #stop(name) {
    this.#o.clock.cancel(this.#timers[name]);
  }

  // --- requests

  #sendRequest(r) {
    r.sent = true;
    this.#send(r.message);
  }

  #onResponse({id, status, data, page}) {
    const r = this.#requests.get(id);
    if (!r || this.#retryLater(r, status, data)) return; // without a request it came too late
    this.#requests.delete(id);
    this.#o.clock.cancel(r.timer);
    if (status < 400) r.resolve({status, data, page});
    else r.reject(new RequestError(status, data?.code ?? '', data?.error ?? String(status), data ?? {}));
  }

  // #retryLater retries a read that was refused for now.
  #retryLater(r, status, data) {
    if (!r.reads || (status !== 429 && status !== 503) || !data?.retryAfter) return false;
    const wait = this.#retryDelay(data.retryAfter, r.refusals++);
    if (this.#o.clock.now() + wait >= r.until) return false;
    r.sent = false;
    r.pause = this.#o.clock.after(wait, () => {
      r.pause = null;
      if (this.#status === 'online' && this.#requests.has(r.message.id)) this.#sendRequest(r);
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

/** checkOnWake calls check() when the page becomes visible or the network is back. */
export function checkOnWake(connection) {
  addEventListener('online', () => connection.check());
  document.addEventListener('visibilitychange', () => { if (!document.hidden) connection.check(); });
}
