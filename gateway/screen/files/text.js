// Every word that people read on the pages, in one table for each language, and how
// numbers and times are written. A language is added as a table with the same names;
// what it lacks is English. A message is a text with {names}, or several by the plural
// form of {n} (those of Intl.PluralRules).

const en = {
  // The connection.
  connecting: 'Connecting…',
  stale: 'Reconnecting: these numbers may be old',
  refused: 'This link is no longer good',
  refusedHow: 'It has run out or was taken back. Ask the host for a new one.',
  // Screens.
  nowPlaying: 'Now playing',
  justPlayed: 'Just played',
  soon: 'Soon',
  over: 'That was the evening',
  noGame: 'The first game is being picked',
  seats: '{min} to {max} players',
  players: {one: '{n} player', other: '{n} players'},
  room: 'Room code',
  votes: 'Votes',
  up: 'Thumbs up',
  down: 'Thumbs down',
  net: 'Score',
  tonight: 'Tonight',
  spoken: '{title}: {up} up, {down} down',
  noneActive: 'Nobody is playing yet',
  noneActiveHow: 'This screen begins by itself when the host opens a session.',
  // Links that cannot work.
  noToken: 'This page needs a link with a token',
  noTokenHow: 'Ask the host for the link of this screen, or make one: a viewer token, added to this address as #token=…',
  adminToken: 'This link holds the host’s own key',
  adminTokenHow: 'Whoever sees it could run your evening. Make a viewer token and use that instead.',
  noSession: 'There is no such session',
  noSessionHow: 'Perhaps it was deleted. The link ends with the number of a session, or with “active”.',
  otherSession: 'This link is for another session',
  otherSessionHow: 'Its token can watch one session only. Ask the host for a link for this one.',
};

const languages = {en};

/** language is the reader's, when there is a table for it. */
export function language(wanted = globalThis.navigator?.languages ?? []) {
  return wanted.map((w) => w.toLowerCase().split('-')[0]).find((w) => languages[w]) ?? 'en';
}

let current = language();
let plural = new Intl.PluralRules(current);
let integers = new Intl.NumberFormat(current);
let signed = new Intl.NumberFormat(current, {signDisplay: 'exceptZero'});

/** speak sets the language of everything that follows. */
export function speak(name) {
  current = languages[name] ? name : 'en';
  plural = new Intl.PluralRules(current);
  integers = new Intl.NumberFormat(current);
  signed = new Intl.NumberFormat(current, {signDisplay: 'exceptZero'});
  if (globalThis.document) document.documentElement.lang = current;
}

/** t is a message with its values put in. */
export function t(name, values = {}) {
  let message = languages[current][name] ?? en[name];
  if (message === undefined) throw new Error(`no text ${name}`);
  if (typeof message !== 'string') message = message[plural.select(values.n)] ?? message.other;
  return message.replace(/\{(\w+)\}/g, (_, key) => {
    const value = values[key];
    return typeof value === 'number' ? integers.format(value) : String(value ?? '');
  });
}

/** number is 1,234. */
export const number = (n) => integers.format(n);

/** score is +3, 0 or -2. */
export const score = (n) => signed.format(n);

/** clock is 1:05 for 65 seconds. */
export function clock(seconds) {
  const s = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`;
}
