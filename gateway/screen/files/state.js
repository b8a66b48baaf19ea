// What is known of a session, made from messages alone. Pure: no clock, no page, no
// network, so it is tested with plain values.
//
// A state is {seq, session, games, tallies, latest, join, poll}; null is not known yet,
// and then nothing is shown rather than something wrong. tallies is a Map from a game's
// id to its {up, down, score} within this session and {upvotes, downvotes, popularity}
// over all; the rest is as the hub sends it.

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
  return {...s, tallies: tallyMap(s.tallies), latest: s.latest ?? [], join: s.join ?? null, poll: s.poll ?? null};
}

// A tally before the snapshot has numbers and no names: it is waited for. An older one
// than what is known says nothing.
function withTally(state, m) {
  if (!state || m.seq <= state.seq) return state;
  return {...state, seq: m.seq, tallies: tallyMap(m.games), latest: m.latest ?? state.latest, poll: withVotes(state.poll, m.poll)};
}

// The votes of the poll that is known and open; of another one the snapshot will tell.
function withVotes(poll, tally) {
  if (!poll || !tally || poll.id !== tally.id || poll.status !== 'open') return poll;
  return {...poll, total_votes: tally.total, candidates: poll.candidates.map((c, i) => ({...c, votes: tally.votes[i]}))};
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

/** newest is the playing that was added last, also when it is over; undefined before the first. */
export const newest = (state) => state.games.at(-1);

/** evening is every game of the session with its votes, best first; one that was played twice stands there once. */
export function evening(state) {
  const once = new Map(state.games.map((g) => [g.game_id, g]));
  return [...once.values()]
    .map((g) => ({...g, tally: tallyOf(state, g.game_id)}))
    .sort((a, b) => b.tally.score - a.tally.score || (b.tally.up + b.tally.down) - (a.tally.up + a.tally.down) || a.title.localeCompare(b.title));
}

// A winner is shown for so long, in milliseconds, unless it is being played sooner.
const WINNER = 5 * 60_000;

/**
 * asked is the poll to show at a moment (milliseconds since 1970, by the hub's clock):
 * {poll, phase, left, most}, or null. phase is 'open', 'counting' (time is up and the hub
 * has not told the outcome) or 'over'; left is in seconds; most is the votes of the leader.
 */
export function asked(state, at) {
  const poll = state.poll;
  if (!poll || poll.status === 'canceled' || !state.session.is_active) return null;
  const most = Math.max(...poll.candidates.map((c) => c.votes));
  if (poll.status === 'open') {
    const left = (Date.parse(poll.ends_at) - at) / 1000;
    return {poll, phase: left > 0 ? 'open' : 'counting', left: Math.max(0, left), most};
  }
  const ended = Date.parse(poll.ended_at);
  const next = newest(state);
  const begun = next && Date.parse(next.played_at) >= ended;
  return begun || at - ended > WINNER ? null : {poll, phase: 'over', left: 0, most};
}
