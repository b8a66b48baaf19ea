// What is known of a session, made from messages alone. Pure: no clock, no page, no
// network, so it is tested with plain values.
//
// A state is {seq, session, games, tallies, latest, join, poll}; null is not known yet,
// and then nothing is shown rather than something wrong. tallies is a Map from a game's
// id to its {up, down, score} within this session and {upvotes, downvotes, popularity}
// over all; the rest is as the hub sends it.

/**
 * reduce is the state after a message that has come at a moment of this device's clock; the
 * same object when the message says nothing new.
 */
export function reduce(state, message, at = Date.now()) {
  switch (message.type) {
    case 'subscribed': return message.snapshot ? fromSnapshot(message.snapshot, state, at) : state;
    case 'snapshot': return fromSnapshot(message.data, state, at);
    case 'tally': return withTally(state, message);
    default: return state;
  }
}

function fromSnapshot(s, before, at) {
  return {...s, tallies: tallyMap(s.tallies), latest: s.latest ?? [], join: s.join ?? null, poll: s.poll ? toldAt(s.poll, before?.poll, at) : null};
}

// How long a poll goes on is told in milliseconds from now, so a countdown is right
// whatever the clocks of the hub and of this device say. What is over was so when we
// first heard of it.
function toldAt(poll, before, at) {
  const heard = poll.status !== 'open' && before?.id === poll.id && before.status === poll.status;
  return {...poll, told: heard ? before.told : at};
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
 * asked is the poll to show at a moment of this device's clock (milliseconds since 1970):
 * {poll, phase, left, most}, or null. phase is 'open', 'counting' (time is up and the hub
 * has not told the outcome) or 'over'; left is in seconds; most is the votes of the leader.
 */
export function asked(state, at) {
  const poll = state.poll;
  if (!poll || poll.status === 'canceled' || !state.session.is_active) return null;
  const most = Math.max(...poll.candidates.map((c) => c.votes));
  if (poll.status === 'open') {
    const left = leftOf(poll, at);
    return {poll, phase: left > 0 ? 'open' : 'counting', left: Math.max(0, left), most};
  }
  return poll.followed || at - poll.told > WINNER ? null : {poll, phase: 'over', left: 0, most};
}

/** leftOf is how many seconds an open poll goes on, from a moment of this device's clock. */
export const leftOf = (poll, at) => (poll.told + poll.remaining_ms - at) / 1000;
