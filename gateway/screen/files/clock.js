// The hub's clock, as far as it can be known: countdowns end when the hub says, also on
// a device whose own clock is wrong.

import {paths} from './socket.js';

// The Date header tells whole seconds. A difference below this may be its rounding and
// the way to the hub.
const UNSURE = 1500;

let ahead = 0; // milliseconds that the hub's clock is ahead of ours
let asked = null;

/** now is the hub's time in milliseconds since 1970, as well as it is known. */
export const now = () => Date.now() + ahead;

/** tune asks the hub for its time, once. */
export function tune() {
  asked ??= ask().catch(() => { asked = null; });
  return asked;
}

async function ask() {
  const before = Date.now();
  const answer = await fetch(new URL('health', paths.root), {method: 'HEAD', cache: 'no-store'});
  const after = Date.now();
  ahead = aheadOf(Date.parse(answer.headers.get('Date')), (before + after) / 2);
}

/** aheadOf is how far a clock that tells the whole second told is ahead of ours, 0 when that cannot be told apart. */
export function aheadOf(told, ours) {
  const difference = told + 500 - ours;
  return Math.abs(difference) > UNSURE ? difference : 0;
}
