// Everything at once, as on a good evening: a host who goes from game to game by polls, a
// chat that votes in waves, viewers by WebSocket, guests with phones, screens and overlays,
// people who look at the catalogue, a console that watches the webhooks.
import { sleep } from 'k6';
import exec from 'k6/execution';
import { chatter } from './lib/chatter.js';
import { begin } from './lib/clock.js';
import { answers, build, enough, iterations, part, ramp, seats, shows, steady } from './lib/load.js';
import { follow } from './lib/overlay.js';
import * as guest from './lib/guest.js';
import * as poll from './lib/poll.js';
import { call, get, patch, post } from './lib/rest.js';
import { watch } from './lib/screen.js';
import { pick, stage } from './lib/stage.js';
import { cast } from './lib/vote.js';

export { setup } from './lib/clock.js';
export { handleSummary } from './lib/summary.js';

const session = stage.sessions[0].id;
const patience = 15; // seconds after the end
const thumbs = { votes: 4, gap: 500 }; // of one viewer
let p; // the profile, see evening

// evening makes the options; soak has one that lasts longer.
export function evening(profiles, thresholds = {}) {
  p = pick(profiles);
  const overlays = Math.ceil(p.screens / 3);
  const end = p.seconds + 3;
  return build({
    host: seats('host', 1, { seconds: p.seconds + patience }),
    screens: seats('sit', p.screens, { seconds: end + patience }),
    overlays: seats('overlay', overlays, { seconds: end + patience }),
    chat: ramp('chat', waves(), { start: 1 }),
    polls: steady('choose', { rate: Math.ceil(p.rate / 10), seconds: p.seconds }),
    viewers: steady('view', { rate: Math.ceil(p.rate / 20), seconds: p.seconds, lasting: 2 }),
    guests: steady('join', { rate: Math.ceil(p.rate / 40), seconds: p.seconds, from: 1 }),
    visitors: steady('visit', { rate: 4, seconds: p.seconds }),
    console: steady('look', { rate: 1, seconds: p.seconds }),
    end: seats('close', 1, { seconds: patience, from: end }),
  }, {
    votes_acknowledged: enough(iterations(waves())),
    screens_done: [`count==${p.screens + overlays}`],
    screen_resumes: ['count>0'],
    poll_votes: ['count>0'],
    votes_changed: ['count>0'],
    vote_ms: answers,
    screen_ms: shows,
    http_req_duration: answers,
    ...thresholds,
  });
}

// waves: after each game the chat votes as fast as it gets, then less.
function waves() {
  const stages = [];
  const low = Math.ceil(p.rate / 5);
  for (let at = 0; at < p.seconds; at += turn()) {
    const rest = Math.min(turn(), p.seconds - at);
    stages.push([p.rate, rest / 4], [p.rate, rest / 4], [low, rest / 4], [low, rest / 4]);
  }
  return stages;
}

// turn is how many seconds a game lasts.
const turn = () => Math.min(60, Math.max(4, p.seconds / 3));

export const options = evening({
  short: { rate: 120, seconds: 12, screens: 9 },
  long: { rate: 200, seconds: 180, screens: 20 },
});

// host asks the crowd what comes next while a game is played, and then plays it.
export function host(data) {
  begin(data);
  guest.invite(session);
  for (let n = 0; (n + 1) * turn() < p.seconds; n++) {
    call('games.pick', 'POST', '/api/pick', { sessionId: session }, 200, '');
    poll.start(session);
    sleep(turn());
    const play = poll.decide(session);
    if (play !== null) {
      patch('sessions.games.room_code', `/api/sessions/${session}/games/${play.id}/room-code`, { room_code: 'ABCD' });
      patch('sessions.games.player_count', `/api/sessions/${session}/games/${play.id}/player-count`, { player_count: 3 + (n % 6) });
    }
  }
}

export function sit(data) {
  begin(data);
  watch(session, exec.vu.idInTest % 3 === 0 ? 3000 : 0);
}

export function overlay(data) {
  begin(data);
  follow(session, exec.scenario.iterationInTest === 0);
}

export function chat(data) {
  begin(data);
  cast(session, part(p.seconds));
}

export function choose(data) {
  begin(data);
  poll.vote(session);
}

export function view(data) {
  begin(data);
  chatter(session, { ...thumbs, tags: part(p.seconds) });
}

export function join(data) {
  begin(data);
  guest.visit(session, part(p.seconds));
}

export function visit() {
  get('games.list', '/api/games?enabled=true&playerCount=6');
  get('sessions.active', '/api/sessions/active');
  get('sessions.games', `/api/sessions/${session}/games`);
  get('sessions.votes', `/api/sessions/${session}/votes`);
  get('stats.get', '/api/stats');
}

export function look() {
  const all = call('webhooks.list', 'GET', '/api/webhooks');
  for (const w of all || []) {
    call('webhooks.health', 'GET', `/api/webhooks/${w.id}/health`);
  }
}

export function close(data) {
  begin(data);
  post('sessions.close', `/api/sessions/${session}/close`, {});
}
