// The live screen and the overlay: one session, with a viewer token. Options come from the
// URL (options.js); screenview.js draws the session.

import {Connection, checkOnWake} from './socket.js';
import {reduce, playing, tallyOf} from './state.js';
import {read, roleOf} from './options.js';
import {byId, announcer, el, setText} from './dom.js';
import {ScreenView} from './screenview.js';
import {fromVotes, add, join} from './history.js';
import {t, score, speak, language} from './text.js';

speak(language());
const root = document.documentElement;
const overlay = root.dataset.page === 'overlay';
const options = read(location.href, overlay ? ['tonight', 'join'] : []);
const speakUp = announcer(byId('announcements'), 10_000);

// Delays in milliseconds before the active session is requested again; half of it is random.
const FIRST_RETRY = 2_000;
const LONGEST_RETRY = 30_000;

let connection;
let view;
let state = null; // of the watched session
let watched = null; // its id
let retryTimer = null; // for the request for the active session
let failures = 0; // of that request, consecutive
let tickTimer = null; // while a poll is shown
let line = {play: null, points: []}; // score of the current game over time

applyOptions();
moveTokenToFragment();
const wrong = problemOf(options);
if (wrong) showNotice(...wrong);
else start();

function applyOptions() {
  if (options.theme === 'auto') delete root.dataset.theme;
  else if (options.theme) root.dataset.theme = options.theme;
  if (options.align) root.dataset.align = options.align;
  root.style.setProperty('--scale', options.scale);
  for (const [name, value] of Object.entries(options.look)) root.style.setProperty(`--${name}`, value);
}

// A token in the query moves to the fragment, which browsers do not send.
function moveTokenToFragment() {
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

function start() {
  connection = new Connection({token: options.token, onMessage: delayed(options.delay * 1000), onStatus});
  checkOnWake(connection);
  if (options.session === 'active') followActive();
  else watch(options.session);
}

// delayed delays messages to match the delay of a stream. The first response is not
// delayed, so that the screen is not empty.
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
  if (watched) connection.unsubscribe(watched);
  watched = id;
  state = null;
  connection.subscribe(id, {mode: 'tally', snapshot: true});
}

async function followActive() {
  clearTimeout(retryTimer);
  try {
    const {data} = await connection.request('sessions.active', {}, {again: true, timeout: 60_000});
    failures = 0;
    if (data.id) watch(data.id);
    else if (!watched) showNotice('noneActive', 'noneActiveHow');
  } catch {
    // A refused token is shown already; otherwise retry with a growing delay.
    if (connection.status !== 'connecting' && connection.status !== 'online') return;
    clearTimeout(retryTimer);
    const grown = Math.min(FIRST_RETRY * 2 ** failures++, LONGEST_RETRY);
    retryTimer = setTimeout(followActive, grown * (0.5 + 0.5 * Math.random()));
  }
}

// --- messages

function onStatus(status) {
  root.dataset.status = status;
  if (status === 'refused') showNotice('refused', 'refusedHow');
  else if (view) view.status(status);
  else if (status === 'connecting') showNotice('connecting');
  if (status === 'online' && options.session === 'active') followActive();
}

function receive(m) {
  if (m.type === 'session.started' && options.session === 'active') watch(m.sessionId);
  if (m.sessionId !== watched) return;
  if (m.type === 'error') problem(m.code);
  if (m.reset) line = {play: null, points: []}; // ids of session games are reused
  const next = reduce(state, m);
  if (next === state || next === null) return;
  state = next;
  draw();
}

function problem(code) {
  if (code === 'forbidden') showNotice('otherSession', 'otherSessionHow');
  else if (code === 'not_found') showNotice('noSession', 'noSessionHow');
}

function draw() {
  if (!view) {
    view = new ScreenView(byId('content'), options, joinLinks);
    view.status(connection.status);
  }
  recordScore();
  view.draw(state, line.points);
  tick();
  const now = playing(state);
  if (now) {
    const votes = tallyOf(state, now.game_id);
    document.title = `${now.title} ${score(votes.score)} · Partyline`;
    speakUp(t('spoken', {title: now.title, up: votes.up, down: votes.down}));
  } else document.title = 'Partyline';
}

const joinLinks = () => connection.request('sessions.join.get', {id: watched}, {again: true}).then((answer) => answer.data);

// tick runs ten times a second while a countdown is shown.
function tick() {
  const is = view?.tick(state) ?? false;
  if (is === Boolean(tickTimer)) return;
  clearInterval(tickTimer);
  tickTimer = is ? setInterval(tick, 100) : null;
}

/** showNotice replaces the screen by a message with a hint. */
function showNotice(name, how) {
  view = null;
  state = null;
  tick();
  byId('content').replaceChildren(el('div', {class: 'notice', role: 'status'},
    el('h1', {}, t(name)), how && el('p', {class: 'soft'}, t(how))));
  setText(document.querySelector('title'), `${t(name)} · Partyline`);
}

// --- the history of the score

function recordScore() {
  const now = playing(state);
  if (!now) return;
  if (line.play !== now.id) {
    line = {play: now.id, points: []};
    loadHistory(now);
  }
  line.points = add(line.points, Date.now(), tallyOf(state, now.game_id).score);
}

// loadHistory requests the votes from before the page was opened, to begin the line there.
async function loadHistory(now) {
  if (options.hidden.has('history') || options.delay > 0) return;
  const score = tallyOf(state, now.game_id).score;
  try {
    const {data} = await connection.request('votes.list', {session_id: now.session_id, game_id: now.game_id, limit: 100}, {again: true});
    if (line.play !== now.id) return;
    line.points = join(fromVotes(data.votes, score), line.points);
    view?.draw(state, line.points);
  } catch {
    // Without history the line begins now.
  }
}
