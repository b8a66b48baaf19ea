import test from 'node:test';
import assert from 'node:assert/strict';
import {Connection, RequestError} from '../files/socket.js';

// A world without network: sockets that the test opens, feeds and closes, and a clock
// that it moves.
function world(onStatus = () => {}) {
  const sockets = [];
  const timers = [];
  let now = 0;
  class FakeSocket {
    constructor(url) {
      Object.assign(this, {url, sent: [], readyState: 0, closed: false});
      sockets.push(this);
    }
    send(text) { this.sent.push(JSON.parse(text)); }
    close() { this.closed = true; }
    open() { this.readyState = 1; this.onopen?.(); }
    say(message) { this.onmessage?.({data: JSON.stringify(message)}); }
    drop(code = 1006, reason = '') { this.readyState = 3; this.onclose?.({code, reason}); }
    greet() { this.open(); this.say({type: 'auth_success'}); }
  }
  const clock = {
    now: () => now,
    after: (ms, then) => { const timer = {at: now + ms, then}; timers.push(timer); return timer; },
    cancel: (timer) => { const i = timers.indexOf(timer); if (i >= 0) timers.splice(i, 1); },
    chance: () => 1,
  };
  const pass = (ms) => {
    const end = now + ms;
    for (;;) {
      const next = timers.filter((t) => t.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      clock.cancel(next);
      now = next.at;
      next.then();
    }
    now = end;
  };
  const told = {messages: [], statuses: []};
  const hub = new Connection({token: 'T', url: 'https://hub.example/api/sessions/live', WebSocket: FakeSocket, clock,
    onMessage: (m) => told.messages.push(m), onStatus: (s, why) => { told.statuses.push(why ? `${s} ${why}` : s); onStatus(s); }});
  return {hub, sockets, pass, told, last: () => sockets.at(-1)};
}

test('it authenticates, then subscribes, also after a reconnect', () => {
  const w = world();
  w.hub.subscribe(3);
  assert.equal(w.last().url, 'wss://hub.example/api/sessions/live');
  w.last().open();
  assert.deepEqual(w.last().sent, [{type: 'auth', token: 'T'}]);
  w.last().say({type: 'auth_success'});
  assert.deepEqual(w.last().sent[1], {type: 'subscribe', sessionId: 3, mode: 'tally', snapshot: true});
  w.last().say({type: 'tally', seq: 1});
  w.last().drop();
  w.pass(250);
  assert.equal(w.sockets.length, 2);
  w.last().greet();
  assert.equal(w.last().sent[1].type, 'subscribe');
  assert.deepEqual(w.told, {messages: [{type: 'tally', seq: 1}], statuses: ['connecting', 'online', 'connecting', 'online']});
});

test('a subscription says which timeline its last answer was of', () => {
  const w = world();
  const visiblePoll = () => w.last().sent.filter((m) => m.type === 'subscribe').map((m) => [m.sessionId, m.epoch]);
  w.hub.subscribe(3);
  w.hub.subscribe(4);
  w.last().greet();
  assert.deepEqual(visiblePoll(), [[3, undefined], [4, undefined]]);
  w.last().say({type: 'subscribed', sessionId: 3, epoch: 'old', seq: 500});
  w.last().drop(4003); // the folder was restored: the token is no good any more
  w.hub.renew('U');
  w.pass(0);
  w.last().greet();
  assert.deepEqual(visiblePoll(), [[3, 'old'], [4, undefined]]);
  const reset = {type: 'subscribed', sessionId: 3, epoch: 'new', seq: 7, reset: true};
  w.last().say(reset);
  w.last().say({type: 'subscribed', sessionId: 4, epoch: 'new', seq: 2});
  assert.deepEqual(w.told.messages[1], reset);
  w.last().drop();
  w.pass(250);
  w.last().greet();
  w.hub.subscribe(4, {mode: 'events', snapshot: false}); // another subscription, and the same timeline
  w.hub.unsubscribe(3);
  w.hub.subscribe(3);
  assert.deepEqual(visiblePoll(), [[3, 'new'], [4, 'new'], [4, 'new'], [3, undefined]]);
});

test('waits grow, are bounded, and begin anew after a connection that held', () => {
  const w = world();
  const waits = [];
  for (let i = 0; i < 9; i++) {
    const before = w.sockets.length;
    w.last().drop();
    let waited = 0;
    while (w.sockets.length === before) { w.pass(50); waited += 50; }
    waits.push(waited);
  }
  assert.deepEqual(waits, [250, 500, 1000, 2000, 4000, 8000, 15000, 15000, 15000]);
  w.last().greet();
  w.pass(9_000);
  w.last().drop(); // it did not hold
  w.pass(14_999);
  assert.equal(w.last().closed, true);
  w.pass(1);
  w.last().greet();
  w.pass(10_000);
  w.last().drop();
  w.pass(250);
  assert.equal(w.last().closed, false);
});

test('close codes are heeded', () => {
  for (const [code, wait] of [[1001, 250], [4001, 250], [4008, 250], [1013, 5_250], [4009, 30_250]]) {
    const w = world();
    w.last().greet();
    w.last().drop(code);
    w.pass(wait - 1);
    assert.equal(w.sockets.length, 1, `${code} early`);
    w.pass(1);
    assert.equal(w.sockets.length, 2, `${code}`);
  }
});

test('a server that stops says when to come back', () => {
  const w = world();
  w.last().greet();
  w.last().say({type: 'server.draining', reconnectInMs: 2500});
  w.last().drop(1001);
  w.pass(2499);
  assert.equal(w.sockets.length, 1);
  w.pass(1);
  assert.equal(w.sockets.length, 2);
});

test('a token that was taken back is not tried again, until there is another', async () => {
  const w = world();
  w.last().greet();
  w.last().drop(4003, 'Token revoked');
  w.hub.check();
  w.pass(3_600_000);
  assert.deepEqual([w.sockets.length, w.told.statuses.at(-1)], [1, 'refused forbidden']);
  await assert.rejects(w.hub.request('games.list'), {code: 'closed'});
  w.hub.renew('U');
  assert.equal(w.hub.status, 'connecting');
  w.pass(0);
  w.last().greet();
  assert.deepEqual([w.last().sent[0].token, w.hub.status], ['U', 'online']);
});

test('a token that was refused is tried now and then, in silence, and may hold again', () => {
  const w = world();
  w.hub.subscribe(3);
  w.last().greet();
  w.last().drop(4003, 'Token expired');
  for (const wait of [30_000, 60_000, 120_000, 240_000, 300_000, 300_000]) {
    const before = w.sockets.length;
    w.pass(wait - 1);
    assert.equal(w.sockets.length, before, `${wait} early`);
    w.pass(1);
    assert.equal(w.sockets.length, before + 1, `${wait}`);
    w.last().open();
    w.last().say({type: 'auth_error', code: 'bad_token'});
  }
  w.pass(300_000);
  w.last().drop(); // nobody listens: the token is as doubtful as it was
  assert.deepEqual(w.told.statuses, ['connecting', 'online', 'refused forbidden']);
  w.hub.check();
  w.pass(0);
  w.last().greet();
  assert.deepEqual([w.hub.status, w.last().sent[1].type], ['online', 'subscribe']);
  w.last().drop(4003, 'Token expired');
  w.pass(30_000);
  assert.equal(w.last().closed, false);
});

test('who closes on hearing of a refusal is left alone', () => {
  const w = world((status) => status === 'refused' && w.hub.close());
  w.last().open();
  w.last().say({type: 'auth_error', code: 'bad_token'});
  w.pass(600_000);
  assert.deepEqual([w.sockets.length, w.hub.status], [1, 'closed']);
});

test('silence is asked about, and a dead connection is given up', () => {
  const w = world();
  w.last().greet();
  w.pass(20_000);
  assert.equal(w.last().sent.at(-1).type, 'ping');
  w.last().say({type: 'pong'});
  w.pass(20_000);
  assert.equal(w.last().sent.filter((m) => m.type === 'ping').length, 2);
  assert.equal(w.hub.status, 'online');
  w.pass(10_000);
  assert.equal(w.hub.status, 'connecting');
  assert.equal(w.sockets[0].closed, true);
  w.pass(250);
  assert.equal(w.sockets.length, 2);
});

test('a socket that never opens is given up too', () => {
  const w = world();
  w.pass(30_250);
  assert.equal(w.sockets.length, 2);
});

test('requests find their answers, whatever the order', async () => {
  const w = world();
  const early = w.hub.request('games.get', {id: 1}); // before there is a connection
  w.last().greet();
  const late = w.hub.request('votes.live', {vote: 'up'}, {key: 'k'});
  assert.deepEqual(w.last().sent.slice(1), [
    {type: 'request', id: '1', op: 'games.get', data: {id: 1}},
    {type: 'request', id: '2', op: 'votes.live', data: {vote: 'up'}, key: 'k'},
  ]);
  w.last().say({type: 'response', id: '2', status: 409, data: {error: 'Twice', code: 'duplicate_vote'}});
  w.last().say({type: 'response', id: '1', status: 200, data: {id: 1}});
  w.last().say({type: 'response', id: '9', status: 200, data: {}});
  assert.deepEqual(await early, {status: 200, data: {id: 1}, page: undefined});
  await assert.rejects(late, (e) => e instanceof RequestError && e.status === 409 && e.code === 'duplicate_vote' && e.message === 'Twice');
  assert.deepEqual(w.told.messages, []);
});

test('after a loss a request is sent again only when that does no harm', async () => {
  const w = world();
  w.last().greet();
  const keyed = w.hub.request('votes.live', {}, {key: 'k'});
  const reading = w.hub.request('games.list', {}, {again: true});
  const writing = w.hub.request('sessions.create');
  w.last().drop();
  await assert.rejects(writing, {code: 'lost'});
  w.pass(250);
  w.last().greet();
  assert.deepEqual(w.last().sent.slice(1).map((m) => [m.op, m.key]), [['votes.live', 'k'], ['games.list', undefined]]);
  w.last().say({type: 'response', id: '1', status: 200, data: 1});
  w.last().say({type: 'response', id: '2', status: 200, data: 2});
  assert.deepEqual([(await keyed).data, (await reading).data], [1, 2]);
});

test('a subscription that is refused for now is asked for again, later each time', () => {
  const w = world();
  const visiblePoll = () => w.last().sent.filter((m) => m.type === 'subscribe').length;
  const refusal = {type: 'error', sessionId: 3, code: 'too_many_requests', retryAfter: 2};
  w.hub.subscribe(3);
  w.last().greet();
  for (const [n, wait] of [3000, 4000, 6000].entries()) {
    w.last().say(refusal);
    w.pass(wait - 1);
    assert.equal(visiblePoll(), n + 1, `${wait} early`);
    w.pass(1);
    assert.equal(visiblePoll(), n + 2, `${wait}`);
  }
  w.last().say({type: 'subscribed', sessionId: 3, epoch: 'e', seq: 1});
  w.last().say(refusal); // it begins anew
  w.pass(3000);
  assert.equal(visiblePoll(), 5);
  w.last().say(refusal);
  w.last().drop(); // who comes back asks at once, and only once
  w.pass(250);
  w.last().greet();
  w.pass(19_000);
  assert.equal(visiblePoll(), 1);
  w.last().say(refusal);
  w.hub.unsubscribe(3);
  w.pass(19_000);
  assert.equal(visiblePoll(), 1);
  assert.deepEqual(w.told.messages.map((m) => m.type), ['subscribed']);
});

test('a subscription that is refused for good is not asked for again', () => {
  const w = world();
  w.hub.subscribe(3);
  w.last().greet();
  w.last().say({type: 'error', sessionId: 3, code: 'not_found'});
  w.pass(19_000);
  assert.equal(w.last().sent.length, 2);
  assert.deepEqual(w.told.messages.map((m) => m.code), ['not_found']);
});

test('what only reads is asked again when it is refused for now', async () => {
  const w = world();
  const visiblePoll = () => w.last().sent.filter((m) => m.type === 'request').map((m) => m.op);
  const refuse = (id, status, retryAfter) => w.last().say({type: 'response', id, status, data: {error: 'Later', code: 'c', retryAfter}});
  w.last().greet();
  const reading = w.hub.request('games.list', {}, {again: true});
  refuse('1', 429, 1);
  w.pass(1999);
  assert.deepEqual(visiblePoll(), ['games.list']);
  w.pass(1);
  assert.deepEqual(visiblePoll(), ['games.list', 'games.list']);
  refuse('1', 503, 1);
  w.last().drop();
  w.pass(250);
  w.last().greet();
  assert.deepEqual(visiblePoll(), []);
  w.pass(2750);
  assert.deepEqual(visiblePoll(), ['games.list']);
  refuse('1', 429, 1); // five seconds of ten are over, and it would take another five
  await assert.rejects(reading, {status: 429, code: 'c'});

  const pressed = w.hub.request('join.vote', {}, {key: 'k'});
  refuse('2', 429, 1); // who pressed is told, and presses again
  await assert.rejects(pressed, {status: 429});
  const missing = w.hub.request('games.get', {}, {again: true});
  refuse('3', 404);
  await assert.rejects(missing, {status: 404});
});

test('a request without an answer ends', async () => {
  const w = world();
  w.last().greet();
  const visiblePoll = w.hub.request('games.list', {}, {timeout: 3000});
  w.pass(3000);
  await assert.rejects(visiblePoll, {code: 'timeout_here'});
});

test('closing ends everything', async () => {
  const w = world();
  const visiblePoll = w.hub.request('games.list');
  w.last().greet();
  const other = w.hub.request('games.list');
  w.hub.close();
  await assert.rejects(visiblePoll, {code: 'closed'});
  await assert.rejects(other, {code: 'closed'});
  w.pass(600_000);
  assert.deepEqual([w.sockets.length, w.last().closed, w.hub.status], [1, true, 'closed']);
});

test('to look means to connect now', () => {
  const w = world();
  for (let i = 0; i < 8; i++) { w.last().drop(); w.pass(15_000); }
  w.last().drop();
  const before = w.sockets.length;
  w.hub.check();
  w.pass(0);
  assert.equal(w.sockets.length, before + 1);
  w.last().greet();
  w.hub.check();
  assert.equal(w.last().sent.at(-1).type, 'ping');
});
