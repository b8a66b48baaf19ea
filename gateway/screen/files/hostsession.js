// The host's connection: login, the open session with its state, and listeners for
// changes. No elements.

import {Connection, RequestError, CLOSED, paths, checkOnWake} from './socket.js';
import {reduce} from './state.js';

const ANY_CODE = '222222'; // link requests work with any code
const TOKEN_KEY = 'partyline-host'; // in sessionStorage, which ends with the tab

/** savedToken returns the token of an earlier load of this tab, '' for none. */
export const savedToken = () => sessionStorage.getItem(TOKEN_KEY) ?? '';

/** clearToken removes the saved token. */
export const clearToken = () => sessionStorage.removeItem(TOKEN_KEY);

/** logIn exchanges the admin key for a token. It rejects with a RequestError. */
export async function logIn(key) {
  const {token} = await call('api/auth/login', {
    method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({key}),
  }).then((response) => response.json());
  sessionStorage.setItem(TOKEN_KEY, token);
  return token;
}

async function call(path, options) {
  const response = await fetch(new URL(path, paths.root), options).catch((e) => { throw new RequestError(0, CLOSED, e.message); });
  if (response.ok) return response;
  const data = await response.json().catch(() => ({}));
  throw new RequestError(response.status, data.code ?? '', data.error ?? response.statusText, data);
}

/** newKey returns a unique key; randomUUID exists only on secure pages. */
const newKey = () => crypto.getRandomValues(new Uint32Array(4)).join('-');

export class HostSession {
  /** state of the open session: undefined until it is known, null for no session. */
  state;
  #token;
  #connection;
  #id = null;
  #listeners = new Set();

  constructor(token, onRefused) {
    this.#token = token;
    this.#connection = new Connection({token, onMessage: (m) => this.#receive(m), onStatus: (status) => this.#onStatus(status, onRefused)});
    checkOnWake(this.#connection);
  }

  get status() { return this.#connection.status; }

  /** on calls listener at every change, and returns a function that removes it. */
  on(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** read sends a request that only reads, so it is retried after a reconnect. */
  read(op, data = {}) {
    return this.#connection.request(op, data, {again: true}).then((r) => r.data);
  }

  /**
   * readList reads the first rows of a list, so many at most, in as many requests as that takes.
   * It resolves with {rows, total, more}; total is null where the server does not count.
   */
  async readList(op, {wanted = Infinity, size = 1000, ...data} = {}) {
    const rows = [];
    for (let at = {}; ;) {
      const {data: part, page} = await this.#connection.request(op, {...data, ...at, limit: Math.min(size, wanted - rows.length)}, {again: true});
      rows.push(...part);
      if (!page.more || rows.length >= wanted) return {rows, ...page};
      at = page.next ? {cursor: page.next} : {offset: rows.length};
    }
  }

  /** write sends a request with a key, so that it takes effect once even if it is retried. */
  write(op, data = {}) {
    return this.#connection.request(op, data, {key: newKey()}).then((r) => r.data);
  }

  /** inSession is write for the open session. */
  inSession(op, data = {}) { return this.write(op, {id: this.#id, ...data}); }

  /** file sends a request by REST, for data too large for the WebSocket. It resolves with a Response. */
  file(path, options = {}) {
    return call(path, {...options, headers: {...options.headers, Authorization: `Bearer ${this.#token}`}});
  }

  /** open opens a session, by default the newest active one. */
  async open(id) {
    const wanted = id ?? (await this.read('sessions.active')).id ?? null;
    if (wanted === this.#id && this.state !== undefined) return;
    if (this.#id) this.#connection.unsubscribe(this.#id);
    this.#id = wanted;
    this.state = wanted ? undefined : null;
    if (wanted) this.#connection.subscribe(wanted, {mode: 'tally', snapshot: true});
    this.#notify();
  }

  /**
   * address returns the URL of a page for other devices: on the host's own machine the
   * console may be at localhost, which other devices cannot reach.
   */
  async address(path) {
    const {url} = await (await call(`vote/${ANY_CODE}/link`, {})).json();
    return url.replace(`vote/${ANY_CODE}`, path);
  }

  leave() { this.#connection.close(); }

  #receive(m) {
    if (m.type === 'session.started' && !this.state?.session.is_active) this.open(m.sessionId);
    if (m.sessionId !== this.#id) return;
    if (m.type === 'session.deleted' || (m.type === 'error' && m.code === 'not_found')) {
      this.#id = null;
      this.state = null;
      this.#notify();
      return;
    }
    const next = reduce(this.state, m);
    if (next === this.state || !next) return;
    this.state = next;
    this.#notify();
  }

  #onStatus(status, onRefused) {
    if (status === 'refused') onRefused();
    this.#notify();
  }

  #notify() {
    for (const listener of this.#listeners) listener(this);
  }
}
