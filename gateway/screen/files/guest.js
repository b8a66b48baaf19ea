// Coming in with a code, as this phone. What a phone remembers is which device it is,
// so that it has one vote and not two, and the name its owner likes. A token is not
// kept: a page that is loaded again comes in again.

import {HubError, paths} from './socket.js';

const DEVICE = 'partyline.device';
const NAME = 'partyline.name';

// A browser may forbid a page to remember; then it does not.
function recall(key) {
  try {
    return localStorage.getItem(key) ?? '';
  } catch {
    return '';
  }
}

function keep(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // It is forgotten, then.
  }
}

export const myName = () => recall(NAME);
export const callMe = (name) => keep(NAME, name);

/** secretIn is the secret in a link's fragment, '' for none: who scanned the link has not guessed its code. */
export const secretIn = (hash) => new URLSearchParams(hash.slice(1)).get('s') ?? '';

/** enter comes in with the code, and the secret if there is one: {token, sessionId, name, policy, yours, chosen}. It rejects with a HubError, status 0 when nobody answers. */
export async function enter(code, secret) {
  let answer;
  let said;
  try {
    answer = await fetch(new URL('api/join', paths.root), {
      method: 'POST', headers: {'Content-Type': 'application/json'},
      body: JSON.stringify({code, secret, name: myName(), device: recall(DEVICE)}), signal: AbortSignal.timeout(10_000),
    });
    said = await answer.json();
  } catch {
    throw new HubError(0, 'away', 'Nobody answers');
  }
  if (!answer.ok) throw new HubError(answer.status, said.code, said.error, said);
  keep(DEVICE, said.device);
  return said;
}

/** newKey is an Idempotency-Key: what is sent again with it is done once. */
export const newKey = () => [...crypto.getRandomValues(new Uint8Array(12))].map((b) => b.toString(16).padStart(2, '0')).join('');

/** codeIn is the code at the end of a path, '' when it ends with the page itself. */
export function codeIn(path) {
  const last = decodeURIComponent(path.split('/').at(-1)).trim().toUpperCase();
  return last === 'VOTE' ? '' : last;
}
