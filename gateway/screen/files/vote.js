// The voting page: joins with the code in the URL, shows the current game and votes.

import {Connection, paths, checkOnWake, LOST, TIMEOUT} from './socket.js';
import {reduce, playing} from './state.js';
import {joinSession, savedName, saveName, newKey, codeFromPath, secretFromHash} from './guest.js';
import {byId, announcer, el} from './dom.js';
import {VoteView} from './voteview.js';
import {t, speak, language} from './text.js';

const LONGEST_NAME = 30; // longer than a screen shows; the server accepts more
const VOTE_TIMEOUT = 15_000; // milliseconds to wait for the response to a vote
const LONGEST_WAIT = 15_000; // milliseconds between attempts to join
const NOTE_TIME = 10_000; // milliseconds that a note is shown

speak(language());
const speakUp = announcer(byId('announcements'), 5000);

const code = codeFromPath(location.pathname);
let connection = null;
let view = null;
let state = null;
let guest = null; // the response to joining
let currentVote = null; // {gameId, vote}
let currentChoice = null; // {pollId, choice}
let pendingVote = null; // the vote being sent
let tickTimer = null; // while a poll is shown
let hasJoined = false; // whether joining ever succeeded
let attempts = 0; // to join: a newer one ends earlier ones
let noteTimer = null; // hides the note

if (code) join();
else askCode('enterCode');

// --- joining

async function join() {
  const attempt = ++attempts;
  if (!view) showNotice('comingIn');
  for (let tries = 0; attempt === attempts; tries++) {
    try {
      await joinOnce();
      return;
    } catch (e) {
      if (attempt !== attempts) return;
      if (e.status === 404) return askCode(hasJoined ? 'closedNow' : 'noSuchCode');
      if (e.status === 400 || e.status === 403) return askCode('noSuchCode');
      if (!view) showNotice(e.status === 429 ? 'crowded' : 'noAnswer', e.status === 429 ? 'crowdedHow' : 'noAnswerHow');
      const patience = Math.max((e.data.retryAfter ?? 0) * 1000, Math.min(500 * 2 ** tries, LONGEST_WAIT));
      await new Promise((again) => setTimeout(again, patience * (1 + Math.random() / 4)));
    }
  }
}

async function joinOnce() {
  guest = await joinSession(code, secretFromHash(location.hash));
  hasJoined = true;
  currentVote = guest.yours;
  currentChoice = guest.chosen;
  if (connection && connection.status !== 'closed') {
    connection.renew(guest.token);
    draw();
    return;
  }
  connection = new Connection({token: guest.token, onMessage: receive, onStatus});
  checkOnWake(connection);
  connection.subscribe(guest.sessionId, {mode: 'tally', snapshot: true});
}

function onStatus(status) {
  document.documentElement.dataset.status = status;
  view?.status(status);
  // The code was renewed, joining was closed, or the token has expired: joining again shows which.
  if (status === 'refused' && state?.session.is_active !== false) join();
}

function receive(m) {
  if (m.sessionId !== guest.sessionId) return;
  const next = reduce(state, m);
  if (next === state || next === null) return;
  const before = state;
  state = next;
  if (before && (playing(before)?.id !== playing(state)?.id || before.poll?.status !== state.poll?.status)) note('');
  draw();
  announce(before);
}

// --- display

function draw() {
  if (!state) return;
  if (!view) {
    view = new VoteView(byId('content'), {vote, choose: chooseGame, rename});
    view.status(connection.status);
  }
  const game = playing(state);
  view.draw(state, {name: guest.name, policy: state.join?.policy ?? guest.policy, vote: currentVote?.gameId === game?.id ? currentVote?.vote ?? null : null, pendingVote});
  tick();
}

function tick() {
  const is = (state && view?.tick(state, currentChoice?.pollId === state.poll?.id ? currentChoice?.choice ?? 0 : 0)) ?? false;
  if (is === Boolean(tickTimer)) return;
  clearInterval(tickTimer);
  tickTimer = is ? setInterval(tick, 200) : null;
}

// announce reads a new game or poll aloud, but no vote counts.
function announce(before) {
  const game = playing(state);
  if (game && game.id !== (before && playing(before)?.id)) speakUp(`${t('nowPlaying')}: ${game.title}`);
  if (state.poll?.status === 'open' && state.poll.id !== before?.poll?.id) speakUp(t('whatNext'));
}

// note shows the result of a vote for a while.
function note(text, bad = false) {
  clearTimeout(noteTimer);
  view?.note(text, bad);
  if (text) noteTimer = setTimeout(() => view?.note(''), NOTE_TIME);
}

/** showNotice replaces the page by a message. */
function showNotice(name, how, ...more) {
  view = null;
  tick();
  byId('content').replaceChildren(el('div', {class: 'notice', role: 'status'}, el('h1', {}, t(name)), how && el('p', {class: 'soft'}, t(how)), ...more));
}

/** askCode shows the reason and a field for another code. */
function askCode(why) {
  connection?.close();
  connection = state = null;
  const field = el('input', {class: 'field', id: 'code', name: 'code', required: true, maxlength: 6, autocomplete: 'off', autocapitalize: 'characters', spellcheck: 'false', enterkeyhint: 'go'});
  showNotice(why, `${why}How`, el('form', {class: 'form', onsubmit: (event) => {
    event.preventDefault();
    location.assign(new URL(`vote/${encodeURIComponent(field.value.trim().toUpperCase())}`, paths.root));
  }}, el('label', {for: 'code'}, t('code')), field, el('button', {class: 'button main'}, t('go'))));
  if (why !== 'closedNow') field.focus();
}

function rename() {
  const field = el('input', {class: 'field', id: 'name', maxlength: LONGEST_NAME, value: savedName(), autocomplete: 'nickname', enterkeyhint: 'done'});
  const dialog = el('dialog', {class: 'dialog card', 'aria-label': t('yourName'), onclose: () => dialog.remove()},
    el('form', {class: 'form', method: 'dialog', onsubmit: () => {
      saveName(field.value.trim());
      join();
    }}, el('label', {for: 'name'}, t('yourName')), field, el('p', {class: 'soft'}, t('yourNameHow')),
    el('button', {class: 'button main'}, t('keepName')), el('button', {class: 'button', type: 'button', onclick: () => dialog.close()}, t('cancel'))));
  document.body.append(dialog);
  dialog.showModal();
}

// --- voting

async function vote(kind) {
  const game = playing(state);
  if (!game || pendingVote) return;
  pendingVote = kind;
  note('');
  draw();
  try {
    const {data} = await connection.request('join.vote', {vote: kind, gameId: game.id}, {key: newKey(), timeout: VOTE_TIMEOUT});
    currentVote = data.yours;
    note(t(data.vote.replaced ? 'changed' : data.counted ? 'counted' : 'stands'));
  } catch (e) {
    showVoteError(e);
  }
  pendingVote = null;
  draw();
}

async function chooseGame(pollId, choice) {
  note('');
  try {
    await connection.request('sessions.poll.vote', {id: guest.sessionId, poll_id: pollId, choice}, {key: newKey(), timeout: VOTE_TIMEOUT});
    currentChoice = {pollId, choice};
    note(t('counted'));
    tick();
  } catch (e) {
    showVoteError(e);
  }
}

function showVoteError(e) {
  if (e.data?.limit) return note(t('enough'), true);
  if (e.data?.voided) return note(t('votesVoided'), true);
  const known = {
    duplicate_vote: (state?.join?.policy ?? guest.policy) === 'once' ? 'onceOnly' : 'tooSoon',
    conflict: 'late', session_closed: 'late', too_many_requests: 'tooFast', forbidden: 'notIn', bad_token: 'notIn',
    [LOST]: 'noReply', [TIMEOUT]: 'noReply',
  };
  note(known[e.code] ? t(known[e.code]) : t('failed', {why: e.message}), true);
}
