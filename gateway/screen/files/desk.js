// The host's desk: the connection of somebody who runs the evening, the session that is
// open on it, and who wants to know when that changes. It makes no elements.

import {Hub, HubError, CLOSED, paths, wakeWith} from './socket.js';
import {reduce} from './state.js';

const ANY_CODE = '222222'; // the hub tells the way to every code alike
const KEPT = 'partyline-host'; // in sessionStorage: gone with the tab

/** kept is the token of an earlier load of this tab, '' for none. */
export const kept = () => sessionStorage.getItem(KEPT) ?? '';

/** forget logs out. */
export const forget = () => sessionStorage.removeItem(KEPT);

/** logIn exchanges the admin key for a token. It rejects with a HubError. */
export async function logIn(key) {
  const {token} = await call('api/auth/login', {
    method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({key}),
  }).then((response) => response.json());
  sessionStorage.setItem(KEPT, token);
  return token;
}

async function call(path, options) {
  const response = await fetch(new URL(path, paths.root), options).catch((e) => { throw new HubError(0, CLOSED, e.message); });
  if (response.ok) return response;
  const data = await response.json().catch(() => ({}));
  throw new HubError(response.status, data.code ?? '', data.error ?? response.statusText, data);
}

/** unique is a name that nobody else has; randomUUID is for secure pages alone. */
const unique = () => crypto.getRandomValues(new Uint32Array(4)).join('-');

export class Desk {
  /** state is of the session on the desk: undefined not known yet, null for none. */
  state;
  #token;
  #hub;
  #id = null;
  #listeners = new Set();

  constructor(token, onRefused) {
    this.#token = token;
    this.#hub = new Hub({token, onMessage: (m) => this.#receive(m), onStatus: (status) => this.#changed(status, onRefused)});
    wakeWith(this.#hub);
  }

  get status() { return this.#hub.status; }

  /** on calls listener at every change, and returns a function that ends that. */
  on(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** read asks a question: it may be asked again. */
  read(op, data = {}) {
    return this.#hub.request(op, data, {again: true}).then((r) => r.data);
  }

  /** write changes something, once, also when the connection breaks in between. */
  write(op, data = {}) {
    return this.#hub.request(op, data, {key: unique()}).then((r) => r.data);
  }

  /** inSession is write for the session on the desk. */
  inSession(op, data = {}) { return this.write(op, {id: this.#id, ...data}); }

  /** file asks by REST, for what is too large for the socket. It resolves with a Response. */
  file(path, options = {}) {
    return call(path, {...options, headers: {...options.headers, Authorization: `Bearer ${this.#token}`}});
  }

  /** open puts a session on the desk, or the newest active one. */
  async open(id) {
    const wanted = id ?? (await this.read('sessions.active')).id ?? null;
    if (wanted === this.#id && this.state !== undefined) return;
    if (this.#id) this.#hub.unsubscribe(this.#id);
    this.#id = wanted;
    this.state = wanted ? undefined : null;
    if (wanted) this.#hub.subscribe(wanted, {mode: 'tally', snapshot: true});
    this.#tell();
  }

  /**
   * address is where others in the house find a page: at the host's own machine the
   * console may stand at localhost, which is another machine for everybody else.
   */
  async address(path) {
    const {url} = await (await call(`vote/${ANY_CODE}/link`, {})).json();
    return url.replace(`vote/${ANY_CODE}`, path);
  }

  leave() { this.#hub.close(); }

  #receive(m) {
    if (m.type === 'session.started' && !this.state?.session.is_active) this.open(m.sessionId);
    if (m.sessionId !== this.#id) return;
    if (m.type === 'session.deleted' || (m.type === 'error' && m.code === 'not_found')) {
      this.#id = null;
      this.state = null;
      this.#tell();
      return;
    }
    const next = reduce(this.state, m);
    if (next === this.state || !next) return;
    this.state = next;
    this.#tell();
  }

  #changed(status, onRefused) {
    if (status === 'refused') onRefused();
    this.#tell();
  }

  #tell() {
    for (const listener of this.#listeners) listener(this);
  }
}
