import test from 'node:test';
import assert from 'node:assert/strict';
import {reduce, playing, newest, tallyOf, rankedGames, visiblePoll} from '../files/state.js';

const game = (id, title, more = {}) => ({id: 30000 + id, game_id: id, title, pack_name: 'Pack', status: 'played', min_players: 3, max_players: 8, player_count: null, room_code: null, ...more});
const tally = (id, up, down) => ({id, upvotes: 100 + up, downvotes: 50 + down, popularity_score: 50 + up - down, session_upvotes: up, session_downvotes: down});
const snapshot = (seq, more = {}) => ({seq, session: {id: 3, is_active: true}, games: [], tallies: [], ...more});
const subscribed = (state) => ({type: 'subscribed', sessionId: 3, seq: state.seq, snapshot: state});

test('before the snapshot there is nothing, not zeros', () => {
  assert.equal(reduce(null, {type: 'tally', sessionId: 3, seq: 5, games: [tally(1, 1, 0)]}), null);
  assert.equal(reduce(null, {type: 'subscribed', sessionId: 3, seq: 5}), null);
  assert.equal(reduce(null, {type: 'vote.received', seq: 6}), null);
});

test('a tally moves the numbers and nothing else', () => {
  const before = reduce(null, subscribed(snapshot(5, {games: [game(1, 'Quiplash', {status: 'playing'})], tallies: [tally(1, 2, 1)]})));
  const after = reduce(before, {type: 'tally', sessionId: 3, seq: 7, games: [tally(1, 4, 1)]});
  assert.deepEqual(tallyOf(before, 1), {up: 2, down: 1, score: 1, upvotes: 102, downvotes: 51, popularity: 51});
  assert.equal(tallyOf(after, 1).up, 4);
  assert.equal(after.seq, 7);
  assert.equal(after.games, before.games);
  assert.equal(playing(after).title, 'Quiplash');
});

test('what is older than what is known says nothing', () => {
  const state = reduce(null, subscribed(snapshot(5, {tallies: [tally(1, 2, 1)]})));
  assert.equal(reduce(state, {type: 'tally', sessionId: 3, seq: 5, games: [tally(1, 1, 1)]}), state);
  assert.equal(reduce(state, {type: 'tally', sessionId: 3, seq: 4, games: []}), state);
});

test('a snapshot replaces everything, also after a reconnect to a server that knows less', () => {
  let state = reduce(null, subscribed(snapshot(9, {games: [game(1, 'A')], tallies: [tally(1, 2, 1)]})));
  state = reduce(state, {type: 'snapshot', sessionId: 3, seq: 12, recovered: true, data: snapshot(12, {games: [game(2, 'B')]})});
  assert.deepEqual([state.seq, state.games.map((g) => g.title), tallyOf(state, 1).up], [12, ['B'], 0]);
  state = reduce(state, subscribed(snapshot(4)));
  assert.deepEqual([state.seq, state.games], [4, []]);
});

test('which game is played, and which was last', () => {
  const state = reduce(null, subscribed(snapshot(5, {games: [game(1, 'A'), game(2, 'B', {status: 'playing'}), game(3, 'C', {status: 'skipped'})]})));
  assert.equal(playing(state).title, 'B');
  assert.equal(newest(state).title, 'C');
  const empty = reduce(null, subscribed(snapshot(1)));
  assert.equal(playing(empty), undefined);
  assert.equal(newest(empty), undefined);
  assert.deepEqual(tallyOf(empty, 7), {up: 0, down: 0, score: 0, upvotes: 0, downvotes: 0, popularity: 0});
});

test('the evening is best first, and a game that was played twice stands there once', () => {
  const state = reduce(null, subscribed(snapshot(5, {
    games: [game(1, 'A'), game(2, 'B'), game(3, 'D'), game(4, 'C'), {...game(1, 'A'), id: 30009, status: 'playing'}],
    tallies: [tally(1, 1, 3), tally(2, 5, 1), tally(3, 0, 0), tally(4, 1, 1)],
  })));
  assert.deepEqual(rankedGames(state).map((g) => [g.title, g.tally.score, g.status]), [['B', 4, 'played'], ['C', 0, 'played'], ['D', 0, 'played'], ['A', -2, 'playing']]);
});

test('the newest votes come with a tally, and stay when it has none', () => {
  const ann = {game_id: 1, username: 'ann', type: 'up', timestamp: '2024-01-15T12:00:00.000Z'};
  let state = reduce(null, subscribed(snapshot(5, {latest: [ann]})));
  assert.deepEqual(state.latest, [ann]);
  state = reduce(state, {type: 'tally', sessionId: 3, seq: 6, games: []});
  assert.deepEqual(state.latest, [ann]);
  state = reduce(state, {type: 'tally', sessionId: 3, seq: 7, games: [], latest: [{...ann, type: 'down'}, ann]});
  assert.equal(state.latest[0].type, 'down');
});

test('a tally moves the votes of the poll that is open, and of no other', () => {
  const poll = {id: 3001, status: 'open', told: 0, total_votes: 0, candidates: [{choice: 1, title: 'A', votes: 0}, {choice: 2, title: 'B', votes: 0}]};
  const after = (p, tally) => reduce(reduce(null, subscribed(snapshot(5, {poll: p})), 0), {type: 'tally', sessionId: 3, seq: 6, games: [], latest: [], poll: tally}).poll;
  assert.deepEqual(after(poll, {id: 3001, votes: [2, 1], total: 3}), {...poll, total_votes: 3, candidates: [{choice: 1, title: 'A', votes: 2}, {choice: 2, title: 'B', votes: 1}]});
  assert.deepEqual(after(poll, {id: 3002, votes: [2, 1], total: 3}), poll);
  assert.deepEqual(after(poll, null), poll);
  assert.equal(after(null, {id: 3001, votes: [2], total: 2}), null);
  const over = {...poll, status: 'ended'};
  assert.deepEqual(after(over, {id: 3001, votes: [9, 9], total: 18}), over);
});

test('which poll is shown, and when', () => {
  const noon = Date.parse('2024-01-15T12:00:00.000Z');
  const poll = {id: 3001, status: 'open', remaining_ms: 60_000, followed: false, winner: null, candidates: [{choice: 1, votes: 2}, {choice: 2, votes: 5}]};
  const shown = (p, seconds, more = {}) => visiblePoll(reduce(null, subscribed(snapshot(5, {poll: p, ...more})), noon), noon + seconds * 1000);
  assert.equal(shown(null, 0), null);
  const {phase, left, most} = shown(poll, 15.5);
  assert.deepEqual([phase, left, most], ['open', 44.5, 5]);
  assert.deepEqual([shown(poll, 60).phase, shown(poll, 61).left], ['counting', 0]);
  const over = {...poll, status: 'ended', remaining_ms: 0, winner: poll.candidates[1]};
  assert.equal(shown(over, 1).phase, 'over');
  assert.equal(shown(over, 301), null);
  assert.equal(shown({...over, followed: true}, 1), null);
  assert.equal(shown({...poll, status: 'canceled'}, 1), null);
  assert.equal(shown(over, 1, {session: {id: 3, is_active: false}}), null);
});

test('a countdown goes by what is left, whatever the clocks say', () => {
  const poll = {id: 3001, status: 'open', ends_at: '2031-01-01T00:00:00.000Z', remaining_ms: 30_000, candidates: [{choice: 1, votes: 0}]};
  let state = reduce(null, subscribed(snapshot(5, {poll})), 1_000_000);
  assert.equal(visiblePoll(state, 1_010_000).left, 20);
  state = reduce(state, {type: 'tally', sessionId: 3, seq: 6, games: [], poll: {id: 3001, votes: [1], total: 1}}, 1_012_000);
  assert.equal(visiblePoll(state, 1_012_000).left, 18);
  state = reduce(state, {type: 'snapshot', data: snapshot(7, {poll: {...poll, remaining_ms: 12_000}})}, 1_018_000);
  assert.equal(visiblePoll(state, 1_018_000).left, 12);
  const over = {...poll, status: 'ended', remaining_ms: 0, followed: false};
  state = reduce(state, {type: 'snapshot', data: snapshot(8, {poll: over})}, 1_030_000);
  state = reduce(state, subscribed(snapshot(9, {poll: over})), 1_300_000); // after a reconnect: it is no later winner
  assert.equal(visiblePoll(state, 1_030_000 + 300_000).phase, 'over');
  assert.equal(visiblePoll(state, 1_030_000 + 300_001), null);
});
