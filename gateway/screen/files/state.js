// What is known of a session, made from messages alone. Pure: no clock, no page, no
// network, so it is tested with plain values.
//
// A state is {seq, session, games, tallies, …}; null is not known yet, and then nothing
// is shown rather than something wrong. tallies is a Map from a game's id to its
// {up, down, score} within this session and {upvotes, downvotes, popularity} over all.

/** reduce is the state after a message; the same object when the message says nothing new. */
export function reduce(state, message) {
  switch (message.type) {
    case 'subscribed': return message.snapshot ? fromSnapshot(message.snapshot) : state;
    case 'snapshot': return fromSnapshot(message.data);
    case 'tally': return withTally(state, message);
    default: return state;
  }
}

function fromSnapshot(s) {
  return {...s, tallies: tallyMap(s.tallies)};
}

// A tally before the snapshot has numbers and no names: it is waited for. An older one
// than what is known says nothing.
function withTally(state, m) {
  if (!state || m.seq <= state.seq) return state;
  return {...state, seq: m.seq, tallies: tallyMap(m.games)};
}

function tallyMap(games) {
  return new Map(games.map((g) => [g.id, {
    up: g.session_upvotes, down: g.session_downvotes, score: g.session_upvotes - g.session_downvotes,
    upvotes: g.upvotes, downvotes: g.downvotes, popularity: g.popularity_score,
  }]));
}

const NONE = Object.freeze({up: 0, down: 0, score: 0, upvotes: 0, downvotes: 0, popularity: 0});

/** tallyOf is the votes for a game, by the id of the catalogue. */
export const tallyOf = (state, gameId) => state.tallies.get(gameId) ?? NONE;

/** playing is the playing that votes count for now; undefined when none is. */
export const playing = (state) => state.games.findLast((g) => g.status === 'playing');

/** latest is the playing that was added last, also when it is over; undefined before the first. */
export const latest = (state) => state.games.at(-1);

/** evening is every game of the session with its votes, best first; one that was played twice stands there once. */
export function evening(state) {
  const once = new Map(state.games.map((g) => [g.game_id, g]));
  return [...once.values()]
    .map((g) => ({...g, tally: tallyOf(state, g.game_id)}))
    .sort((a, b) => b.tally.score - a.tally.score || (b.tally.up + b.tally.down) - (a.tally.up + a.tally.down) || a.title.localeCompare(b.title));
}
