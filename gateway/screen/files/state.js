// The state of a session, computed from messages. Pure functions, without clock, page or
// network.
//
// A state is {seq, session, games, tallies, latest, join, poll}, or null while it is
// unknown. tallies is a Map from the id of a game to its {up, down, score} within this
// session and {upvotes, downvotes, popularity} over all; the rest is as in the message.

/**
 * reduce returns the state after a message that arrived at a time of this device's clock; the
 * same object if the message has nothing new.
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
  return {...s, tallies: tallyMap(s.tallies), latest: s.latest ?? [], join: s.join ?? null, poll: s.poll ? withReceiptTime(s.poll, before?.poll, at) : null};
}

// withReceiptTime adds when the poll was received (told), because remaining_ms counts from
// then, independently of the server's clock. For an ended poll it is the first receipt.
function withReceiptTime(poll, before, at) {
  const heard = poll.status !== 'open' && before?.id === poll.id && before.status === poll.status;
  return {...poll, told: heard ? before.told : at};
}

// withTally ignores a tally before the snapshot, which has no names, and outdated ones.
function withTally(state, m) {
  if (!state || m.seq <= state.seq) return state;
  return {...state, seq: m.seq, tallies: tallyMap(m.games), latest: m.latest ?? state.latest, poll: withVotes(state.poll, m.poll)};
}

// withVotes updates the votes of the known open poll; another poll comes with a snapshot.
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

/** tallyOf returns the votes for a game, by its id in the catalogue. */
export const tallyOf = (state, gameId) => state.tallies.get(gameId) ?? NONE;

/** playing returns the session game being played, or undefined. */
export const playing = (state) => state.games.findLast((g) => g.status === 'playing');

/** newest returns the session game that was added last, or undefined. */
export const newest = (state) => state.games.at(-1);

/** rankedGames returns every game of the session with its votes, best first, each game once. */
export function rankedGames(state) {
  const once = new Map(state.games.map((g) => [g.game_id, g]));
  return [...once.values()]
    .map((g) => ({...g, tally: tallyOf(state, g.game_id)}))
    .sort((a, b) => b.tally.score - a.tally.score || (b.tally.up + b.tally.down) - (a.tally.up + a.tally.down) || a.title.localeCompare(b.title));
}

// How long a winner is shown, in milliseconds, unless a game is added before.
const WINNER_TIME = 5 * 60_000;

/**
 * visiblePoll returns the poll to show at a time of this device's clock (milliseconds since
 * 1970): {poll, phase, left, most}, or null. phase is 'open', 'counting' (the time is up but
 * the result has not arrived) or 'over'; left is in seconds; most is the votes of the leader.
 */
export function visiblePoll(state, at) {
  const poll = state.poll;
  if (!poll || poll.status === 'canceled' || !state.session.is_active) return null;
  const most = Math.max(...poll.candidates.map((c) => c.votes));
  if (poll.status === 'open') {
    const left = leftOf(poll, at);
    return {poll, phase: left > 0 ? 'open' : 'counting', left: Math.max(0, left), most};
  }
  return poll.followed || at - poll.told > WINNER_TIME ? null : {poll, phase: 'over', left: 0, most};
}

/** leftOf returns the remaining seconds of an open poll at a time of this device's clock. */
export const leftOf = (poll, at) => (poll.told + poll.remaining_ms - at) / 1000;
