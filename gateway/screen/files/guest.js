// Joining with a code. The phone stores its device, so that it has one vote, and the name.
// It does not store the token: a reloaded page joins again.

import {RequestError, paths} from './socket.js';

const DEVICE = 'partyline.device';
const NAME = 'partyline.name';

// A browser may forbid storage; then nothing is stored.
function load(key) {
  try {
    return localStorage.getItem(key) ?? '';
  } catch {
    return '';
  }
}

function save(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Not stored.
  }
}

export const savedName = () => load(NAME);
export const saveName = (name) => save(NAME, name);

/** secretFromHash returns the secret in the fragment of a QR code's link, '' for none. */
export const secretFromHash = (hash) => new URLSearchParams(hash.slice(1)).get('s') ?? '';

/** joinSession joins with the code and the secret, if any: {token, sessionId, name, policy, yours, chosen}. It rejects with a RequestError, with status 0 without a response. */
export async function joinSession(code, secret) {
  let answer;
  let said;
  try {
    answer = await fetch(new URL('api/join', paths.root), {
      method: 'POST', headers: {'Content-Type': 'application/json'},
      body: JSON.stringify({code, secret, name: savedName(), device: load(DEVICE)}), signal: AbortSignal.timeout(10_000),
    });
    said = await answer.json();
  } catch {
    throw new RequestError(0, 'away', 'Nobody answers');
  }
  if (!answer.ok) throw new RequestError(answer.status, said.code, said.error, said);
  save(DEVICE, said.device);
  return said;
}

/** newKey returns a random Idempotency-Key. */
export const newKey = () => [...crypto.getRandomValues(new Uint8Array(12))].map((b) => b.toString(16).padStart(2, '0')).join('');

/** codeFromPath returns the code at the end of a path, '' for the page without a code. */
export function codeFromPath(path) {
  const last = decodeURIComponent(path.split('/').at(-1)).trim().toUpperCase();
  return last === 'VOTE' ? '' : last;
}
