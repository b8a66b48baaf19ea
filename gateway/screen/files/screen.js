// The live screen and the overlay: one session, watched with a viewer token. What can be
// chosen stands in the address (options.js), what is drawn in stage.js.

import {Hub, wakeWith} from './socket.js';
import {reduce, playing, tallyOf} from './state.js';
import {read, roleOf} from './options.js';
import {byId, announcer, el, say} from './dom.js';
import {Stage} from './stage.js';
import {fromVotes, add, join} from './history.js';
import {t, score, speak, language} from './text.js';

speak(language());
const root = document.documentElement;
const overlay = root.dataset.page === 'overlay';
const options = read(location.href, overlay ? ['tonight', 'join'] : []);
const speakUp = announcer(byId('spoken'), 10_000);

// Waits in milliseconds before the active session is asked for again; half of it is by chance.
const FIRST_FOLLOW = 2_000;
const LONGEST_FOLLOW = 30_000;

let hub;
let stage;
let state = null; // of the session that is watched
let watched = null; // its id
let following = null; // the timer of asking for the active session again
let failures = 0; // of that, in a row
let ticking = null; // while there is a poll to show
let line = {play: null, points: []}; // the score of what is being played, over time

dress();
keepTokenOutOfTheQuery();
const wrong = problemOf(options);
if (wrong) tell(...wrong);
else begin();

function dress() {
  if (options.theme === 'auto') delete root.dataset.theme;
  else if (options.theme) root.dataset.theme = options.theme;
  if (options.align) root.dataset.align = options.align;
  root.style.setProperty('--scale', options.scale);
  for (const [name, value] of Object.entries(options.look)) root.style.setProperty(`--${name}`, value);
}

// The fragment is what browsers send to nobody; a token that came in the query moves there.
function keepTokenOutOfTheQuery() {
  const url = new URL(location.href);
  if (!url.searchParams.has('token')) return;
  url.searchParams.delete('token');
  url.hash = new URLSearchParams({token: options.token});
  history.replaceState(null, '', url);
}

function problemOf({session, token}) {
  if (session === null) return ['noSession', 'noSessionHow'];
  if (!token) return ['noToken', 'noTokenHow'];
  if (roleOf(token) === 'admin') return ['adminToken', 'adminTokenHow'];
  return null;
}

function begin() {
  hub = new Hub({token: options.token, onMessage: delayed(options.delay * 1000), onStatus});
  wakeWith(hub);
  if (options.session === 'active') followActive();
  else watch(options.session);
}

// A stream is seen some seconds after it was made, so what it shows can be held back as
// long. The first answer is not: the stage must not stay empty.
function delayed(ms) {
  if (ms === 0) return receive;
  let first = true;
  return (m) => {
    if (first && m.type === 'subscribed') {
      first = false;
      receive(m);
    } else setTimeout(receive, ms, m);
  };
}

// --- which session

function watch(id) {
  if (watched === id) return;
  if (watched) hub.unsubscribe(watched);
  watched = id;
  state = null;
  hub.subscribe(id, {mode: 'tally', snapshot: true});
}

async function followActive() {
  clearTimeout(following);
  try {
    const {data} = await hub.request('sessions.active', {}, {again: true, timeout: 60_000});
    failures = 0;
    if (data.id) watch(data.id);
    else if (!watched) tell('noneActive', 'noneActiveHow');
  } catch {
    // Refused is shown already; a slow hub is asked again, and not at once.
    if (hub.status !== 'connecting' && hub.status !== 'online') return;
    clearTimeout(following);
    const grown = Math.min(FIRST_FOLLOW * 2 ** failures++, LONGEST_FOLLOW);
    following = setTimeout(followActive, grown * (0.5 + 0.5 * Math.random()));
  }
}

// --- what arrives

function onStatus(status) {
  root.dataset.status = status;
  if (status === 'refused') tell('refused', 'refusedHow');
  else if (stage) stage.status(status);
  else if (status === 'connecting') tell('connecting');
  if (status === 'online' && options.session === 'active') followActive();
}

function receive(m) {
  if (m.type === 'session.started' && options.session === 'active') watch(m.sessionId);
  if (m.sessionId !== watched) return;
  if (m.type === 'error') problem(m.code);
  if (m.reset) line = {play: null, points: []}; // ids of playings are given anew
  const next = reduce(state, m);
  if (next === state || next === null) return;
  state = next;
  draw();
}

function problem(code) {
  if (code === 'forbidden') tell('otherSession', 'otherSessionHow');
  else if (code === 'not_found') tell('noSession', 'noSessionHow');
}

function draw() {
  if (!stage) {
    stage = new Stage(byId('stage'), options, joinLinks);
    stage.status(hub.status);
  }
  remember();
  stage.draw(state, line.points);
  tick();
  const now = playing(state);
  if (now) {
    const votes = tallyOf(state, now.game_id);
    document.title = `${now.title} ${score(votes.score)} · Partyline`;
    speakUp(t('spoken', {title: now.title, up: votes.up, down: votes.down}));
  } else document.title = 'Partyline';
}

const joinLinks = () => hub.request('sessions.join.get', {id: watched}, {again: true}).then((answer) => answer.data);

// A countdown moves by itself, ten times a second, and nothing else does.
function tick() {
  const is = stage?.tick(state) ?? false;
  if (is === Boolean(ticking)) return;
  clearInterval(ticking);
  ticking = is ? setInterval(tick, 100) : null;
}

/** tell shows a sentence in place of the stage: nothing can be shown, and what to do. */
function tell(name, how) {
  stage = null;
  state = null;
  tick();
  byId('stage').replaceChildren(el('div', {class: 'notice', role: 'status'},
    el('h1', {}, t(name)), how && el('p', {class: 'soft'}, t(how))));
  say(document.querySelector('title'), `${t(name)} · Partyline`);
}

// --- the history of the score

function remember() {
  const now = playing(state);
  if (!now) return;
  if (line.play !== now.id) {
    line = {play: now.id, points: []};
    recall(now);
  }
  line.points = add(line.points, Date.now(), tallyOf(state, now.game_id).score);
}

// What was voted before this page was opened is asked for once; the line begins there.
async function recall(now) {
  if (options.hidden.has('history') || options.delay > 0) return;
  const score = tallyOf(state, now.game_id).score;
  try {
    const {data} = await hub.request('votes.list', {session_id: now.session_id, game_id: now.game_id, limit: 100}, {again: true});
    if (line.play !== now.id) return;
    line.points = join(fromVotes(data.votes, score), line.points);
    stage?.draw(state, line.points);
  } catch {
    // The line begins now, then.
  }
}
