// The page of a phone: it comes in with the code of its address, shows what is being
// played, and votes.

import {Hub, paths, wakeWith, LOST, TIMEOUT} from './socket.js';
import {reduce, playing} from './state.js';
import {enter, myName, callMe, newKey, codeIn, secretIn} from './guest.js';
import {byId, announcer, el} from './dom.js';
import {Ballot} from './ballot.js';
import {t, speak, language} from './text.js';

const LONGEST_NAME = 30; // the hub takes more, and a screen shows less
const ANSWER = 15_000; // milliseconds that a vote may be on its way
const LONGEST_WAIT = 15_000; // between tries to come in
const NOTE = 10_000; // milliseconds that a note stands

speak(language());
const speakUp = announcer(byId('spoken'), 5000);

const code = codeIn(location.pathname);
let hub = null;
let ballot = null;
let state = null;
let me = null; // what the hub said when we came in
let yours = null; // {gameId, vote}: the thumb that stands
let chosen = null; // {pollId, choice}: the choice that stands
let waiting = null; // the thumb that is on its way
let ticking = null; // while there is a poll to show
let inside = false; // whether we have ever been
let attempts = 0; // to come in: a newer one ends those before it
let fading = null; // of the note

if (code) comeIn();
else askCode('enterCode');

// --- coming in

async function comeIn() {
  const attempt = ++attempts;
  if (!ballot) tell('comingIn');
  for (let tries = 0; attempt === attempts; tries++) {
    try {
      await arrive();
      return;
    } catch (e) {
      if (attempt !== attempts) return;
      if (e.status === 404) return askCode(inside ? 'closedNow' : 'noSuchCode');
      if (e.status === 400 || e.status === 403) return askCode('noSuchCode');
      if (!ballot) tell(e.status === 429 ? 'crowded' : 'noAnswer', e.status === 429 ? 'crowdedHow' : 'noAnswerHow');
      const patience = Math.max((e.data.retryAfter ?? 0) * 1000, Math.min(500 * 2 ** tries, LONGEST_WAIT));
      await new Promise((again) => setTimeout(again, patience * (1 + Math.random() / 4)));
    }
  }
}

async function arrive() {
  me = await enter(code, secretIn(location.hash));
  inside = true;
  yours = me.yours;
  chosen = me.chosen;
  if (hub && hub.status !== 'closed') {
    hub.renew(me.token);
    draw();
    return;
  }
  hub = new Hub({token: me.token, onMessage: receive, onStatus});
  wakeWith(hub);
  hub.subscribe(me.sessionId, {mode: 'tally', snapshot: true});
}

function onStatus(status) {
  document.documentElement.dataset.status = status;
  ballot?.status(status);
  // The code was changed, joining closed, or half a day has passed: one more try tells.
  if (status === 'refused' && state?.session.is_active !== false) comeIn();
}

function receive(m) {
  if (m.sessionId !== me.sessionId) return;
  const next = reduce(state, m);
  if (next === state || next === null) return;
  const before = state;
  state = next;
  if (before && (playing(before)?.id !== playing(state)?.id || before.poll?.status !== state.poll?.status)) note('');
  draw();
  announce(before);
}

// --- what is shown

function draw() {
  if (!state) return;
  if (!ballot) {
    ballot = new Ballot(byId('stage'), {vote, choose: chooseGame, rename});
    ballot.status(hub.status);
  }
  const game = playing(state);
  ballot.draw(state, {name: me.name, policy: state.join?.policy ?? me.policy, vote: yours?.gameId === game?.id ? yours?.vote ?? null : null, waiting});
  tick();
}

function tick() {
  const is = (state && ballot?.tick(state, chosen?.pollId === state.poll?.id ? chosen?.choice ?? 0 : 0)) ?? false;
  if (is === Boolean(ticking)) return;
  clearInterval(ticking);
  ticking = is ? setInterval(tick, 200) : null;
}

// What changes by itself is said aloud: another game, a poll. Numbers are not.
function announce(before) {
  const game = playing(state);
  if (game && game.id !== (before && playing(before)?.id)) speakUp(`${t('nowPlaying')}: ${game.title}`);
  if (state.poll?.status === 'open' && state.poll.id !== before?.poll?.id) speakUp(t('whatNext'));
}

// note says what became of what was pressed, for a while.
function note(text, bad = false) {
  clearTimeout(fading);
  ballot?.note(text, bad);
  if (text) fading = setTimeout(() => ballot?.note(''), NOTE);
}

/** tell shows a sentence alone. */
function tell(name, how, ...more) {
  ballot = null;
  tick();
  byId('stage').replaceChildren(el('div', {class: 'notice', role: 'status'}, el('h1', {}, t(name)), how && el('p', {class: 'soft'}, t(how)), ...more));
}

/** askCode is for who is not in: with the reason, and a field for another code. */
function askCode(why) {
  hub?.close();
  hub = state = null;
  const field = el('input', {class: 'field', id: 'code', name: 'code', required: true, maxlength: 6, autocomplete: 'off', autocapitalize: 'characters', spellcheck: 'false', enterkeyhint: 'go'});
  tell(why, `${why}How`, el('form', {class: 'form', onsubmit: (event) => {
    event.preventDefault();
    location.assign(new URL(`vote/${encodeURIComponent(field.value.trim().toUpperCase())}`, paths.root));
  }}, el('label', {for: 'code'}, t('code')), field, el('button', {class: 'button main'}, t('go'))));
  if (why !== 'closedNow') field.focus();
}

function rename() {
  const field = el('input', {class: 'field', id: 'name', maxlength: LONGEST_NAME, value: myName(), autocomplete: 'nickname', enterkeyhint: 'done'});
  const dialog = el('dialog', {class: 'dialog card', 'aria-label': t('yourName'), onclose: () => dialog.remove()},
    el('form', {class: 'form', method: 'dialog', onsubmit: () => {
      callMe(field.value.trim());
      comeIn();
    }}, el('label', {for: 'name'}, t('yourName')), field, el('p', {class: 'soft'}, t('yourNameHow')),
    el('button', {class: 'button main'}, t('keepName')), el('button', {class: 'button', type: 'button', onclick: () => dialog.close()}, t('cancel'))));
  document.body.append(dialog);
  dialog.showModal();
}

// --- what is pressed

async function vote(kind) {
  const game = playing(state);
  if (!game || waiting) return;
  waiting = kind;
  note('');
  draw();
  try {
    const {data} = await hub.request('join.vote', {vote: kind, gameId: game.id}, {key: newKey(), timeout: ANSWER});
    yours = data.yours;
    note(t(data.vote.replaced ? 'changed' : data.counted ? 'counted' : 'stands'));
  } catch (e) {
    explain(e);
  }
  waiting = null;
  draw();
}

async function chooseGame(pollId, choice) {
  note('');
  try {
    await hub.request('sessions.poll.vote', {id: me.sessionId, poll_id: pollId, choice}, {key: newKey(), timeout: ANSWER});
    chosen = {pollId, choice};
    note(t('counted'));
    tick();
  } catch (e) {
    explain(e);
  }
}

function explain(e) {
  if (e.data?.limit) return note(t('enough'), true);
  if (e.data?.voided) return note(t('votesVoided'), true);
  const known = {
    duplicate_vote: (state?.join?.policy ?? me.policy) === 'once' ? 'onceOnly' : 'tooSoon',
    conflict: 'late', session_closed: 'late', too_many_requests: 'tooFast', forbidden: 'notIn', bad_token: 'notIn',
    [LOST]: 'noReply', [TIMEOUT]: 'noReply',
  };
  note(known[e.code] ? t(known[e.code]) : t('failed', {why: e.message}), true);
}
