// What consoles do: every errand is some calls that belong together, each VU at a time
// one of them, drawn by weight.
import exec from 'k6/execution';
import { begin } from './lib/clock.js';
import { build, enough, iterations, ramp } from './lib/load.js';
import { decide, vote as choose, start, withdraw } from './lib/poll.js';
import { call, del, get, patch, post, put } from './lib/rest.js';
import { pick, stage } from './lib/stage.js';
import { fault } from './lib/tally.js';
import { cast, castMany, importChat } from './lib/vote.js';

export { setup } from './lib/clock.js';
export { handleSummary } from './lib/summary.js';

const p = pick({
  short: { rate: 30, seconds: 6, rise: 2 },
  long: { rate: 80, seconds: 60, rise: 15 },
});
const stages = [[p.rate, p.rise], [p.rate, p.seconds]];
const session = stage.sessions[0].id;

// errands and how often they are drawn.
const errands = [
  [30, browse],
  [20, look],
  [15, vote],
  [10, roll],
  [8, game],
  [3, exchange],
  [6, night],
  [4, token],
  [4, webhook],
  [3, login],
];
const weight = errands.reduce((sum, [w]) => sum + w, 0);

// reads and writes have limits of their own: a write waits for the disk.
const reads = stage.long ? ['p(95)<40', 'p(99)<120'] : ['p(95)<300', 'p(99)<1000'];
const writes = stage.long ? ['p(95)<60', 'p(99)<200'] : ['p(95)<400', 'p(99)<1200'];

export const options = build({ errands: ramp('errand', stages, { lasting: 0.5 }) }, {
  iterations: enough(iterations(stages)),
  'http_req_duration{kind:read}': reads,
  'http_req_duration{kind:write}': writes,
});

export function errand(data) {
  begin(data);
  let drawn = Math.random() * weight;
  for (const [w, run] of errands) {
    drawn -= w;
    if (drawn < 0) {
      return run();
    }
  }
}

// own is a name that nobody else uses at the same time.
const own = (what) => `${what} ${exec.vu.idInTest}-${exec.vu.iterationInInstance}`;

function browse() {
  const filters = ['', '?enabled=true', '?playerCount=6', '?drawing=only', '?length=short', '?familyFriendly=true'];
  get('games.list', '/api/games' + filters[Math.floor(Math.random() * filters.length)]);
  get('games.packs', '/api/games/packs');
  get('games.packs.meta', '/api/games/meta/packs');
  get('stats.get', '/api/stats');
  get('health.get', '/health');
}

function look() {
  const id = stage.games[Math.floor(Math.random() * stage.games.length)];
  get('games.get', `/api/games/${id}`);
  get('sessions.list', '/api/sessions');
  get('sessions.active', '/api/sessions/active');
  get('sessions.get', `/api/sessions/${session}`);
  get('sessions.games', `/api/sessions/${session}/games`);
  get('sessions.votes', `/api/sessions/${session}/votes`);
  get('votes.list', `/api/votes?session_id=${session}&limit=20`);
}

function vote() {
  cast(session);
  castMany(session, 20);
  importChat(session, 10);
}

function roll() {
  call('games.pick', 'POST', '/api/pick', { playerCount: 4, sessionId: session }, 200, '');
}

function game() {
  const g = { pack_name: own('Pack'), title: own('Game'), min_players: 2, max_players: 8 };
  const made = post('games.create', '/api/games', g, 201);
  if (made === null) {
    return;
  }
  const pack = encodeURIComponent(g.pack_name);
  put('games.update', `/api/games/${made.id}`, { length_minutes: 20 });
  patch('games.toggle', `/api/games/${made.id}/toggle`);
  patch('games.favor', `/api/games/${made.id}/favor`, { favor_bias: 1 });
  patch('games.packs.toggle', `/api/games/packs/${pack}/toggle`, { enabled: true });
  patch('games.packs.favor', `/api/games/packs/${pack}/favor`, { favor_bias: -1 });
  del('games.delete', `/api/games/${made.id}`);
}

// exchange takes the catalogue out, and a game of its own in and out again.
function exchange() {
  const all = call('games.export', 'GET', '/api/games/export/csv');
  if (all !== null && !all.startsWith('pack_name,title')) {
    fault(`the catalogue is exported as ${all.slice(0, 100)}`);
  }
  const pack = own('Pack of a file');
  const header = 'pack_name,title,min_players,max_players,length_minutes,has_audience,family_friendly,game_type,secondary_type';
  const csvData = `${header}\n${pack},Charades,2,8,20,0,1,Acting,\n`;
  post('games.import', '/api/games/import/csv', { csvData, mode: 'append' });
  for (const g of get('games.list', '/api/games' + `?pack=${encodeURIComponent(pack)}`) || []) {
    del('games.delete', `/api/games/${g.id}`);
  }
}

// night is a short one, that is deleted in the end.
function night() {
  const made = post('sessions.create', '/api/sessions', { notes: own('Night') }, 201);
  if (made === null) {
    return;
  }
  for (const id of stage.games.slice(0, 2)) {
    const play = post('sessions.games.add', `/api/sessions/${made.id}/games`, { game_id: id }, 201);
    if (play !== null) {
      patch('sessions.games.room_code', `/api/sessions/${made.id}/games/${play.id}/room-code`, { room_code: 'WXYZ' });
      patch('sessions.games.player_count', `/api/sessions/${made.id}/games/${play.id}/player-count`, { player_count: 5 });
      patch('sessions.games.status', `/api/sessions/${made.id}/games/${play.id}/status`, { status: 'skipped' });
      del('sessions.games.remove', `/api/sessions/${made.id}/games/${play.id}`);
    }
  }
  call('sessions.join.open', 'PUT', `/api/sessions/${made.id}/join`, { policy: 'once' });
  call('sessions.join.get', 'GET', `/api/sessions/${made.id}/join`);
  del('sessions.join.close', `/api/sessions/${made.id}/join`);
  withdraw(made.id, stage.games.slice(2, 4));
  start(made.id);
  choose(made.id);
  decide(made.id);
  post('sessions.close', `/api/sessions/${made.id}/close`, { notes: 'over' });
  for (const format of ['txt', 'json']) {
    call('sessions.export', 'GET', `/api/sessions/${made.id}/export?format=${format}`);
  }
  del('sessions.delete', `/api/sessions/${made.id}`);
}

function token() {
  const made = post('tokens.create', '/api/auth/tokens', { role: 'viewer', name: own('Overlay') }, 201);
  call('tokens.list', 'GET', '/api/auth/tokens');
  if (made !== null) {
    del('tokens.revoke', `/api/auth/tokens/${made.id}`);
  }
}

// webhook is one that is never called.
function webhook() {
  const made = post('webhooks.create', '/api/webhooks',
    { name: own('Hook'), url: 'http://127.0.0.1:9/', secret: 'a secret of a hook', events: ['session.started'], enabled: false }, 201);
  if (made === null) {
    return;
  }
  call('webhooks.list', 'GET', '/api/webhooks');
  call('webhooks.get', 'GET', `/api/webhooks/${made.id}`);
  patch('webhooks.update', `/api/webhooks/${made.id}`, { name: own('Renamed') });
  call('webhooks.health', 'GET', `/api/webhooks/${made.id}/health`);
  call('webhooks.logs', 'GET', `/api/webhooks/${made.id}/logs`);
  call('webhooks.deliveries', 'GET', `/api/webhooks/${made.id}/deliveries`);
  del('webhooks.delete', `/api/webhooks/${made.id}`);
}

function login() {
  const said = call('auth.login', 'POST', '/api/auth/login', { key: stage.key }, 200, '');
  if (said !== null) {
    call('auth.verify', 'POST', '/api/auth/verify', undefined, 200, said.token);
  }
}
