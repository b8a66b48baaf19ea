// The host's console: who has logged in, which view is open, and the frame around it.

import {Desk, kept, forget, logIn} from './desk.js';
import {byId, el, say, show} from './dom.js';
import {complain, field, form, input, submit} from './parts.js';
import {t, speak, language} from './text.js';
import {tonight} from './tonight.js';
import {games} from './games.js';
import {sessions} from './sessions.js';
import {links} from './links.js';
import {webhooks} from './webhooks.js';
import {stats} from './stats.js';

// A view is a function of the desk: {node, draw?, leave?}. draw is called at every change.
const views = {tonight, games, sessions, links, webhooks, stats};

const root = byId('console');
let desk = null;
let view = null;
let parts = null; // of the frame

// --- the login page

function loginPage(why = '') {
  view = null;
  const key = input('key', {type: 'password', autocomplete: 'current-password', required: true, autofocus: true});
  root.replaceChildren(el('main', {class: 'login'}, form({class: 'card'}, async (values) => enter(await logIn(values.key)),
    el('h1', {}, t('console')), el('p', {class: 'soft'}, t('keyHow')), why && el('p', {class: 'bad', role: 'alert'}, why),
    field(t('adminKey'), key), submit(t('logIn')))));
  key.focus();
}

function enter(token) {
  desk = new Desk(token, () => leave(t('loginOver')));
  frame();
  addEventListener('hashchange', turn);
  desk.on(draw);
  desk.open().catch(complain);
  turn();
}

function leave(why = '') {
  removeEventListener('hashchange', turn);
  view?.leave?.();
  desk?.leave();
  desk = null;
  forget();
  loginPage(why);
}

// --- the frame

function frame() {
  parts = {
    stale: el('p', {class: 'stale', role: 'status', hidden: true}, t('stale')),
    main: el('main', {class: 'view', tabindex: -1}),
    links: Object.keys(views).map((name) => el('a', {href: `#${name}`}, t(`view.${name}`))),
  };
  root.replaceChildren(
    el('header', {class: 'top'}, el('p', {class: 'brand'}, 'Partyline'),
      el('nav', {'aria-label': t('views')}, ...parts.links),
      el('button', {type: 'button', class: 'button', onclick: () => leave()}, t('logOut'))),
    parts.stale, parts.main);
}

const named = () => location.hash.slice(1).split('/')[0];

function turn() {
  const name = views[named()] ? named() : 'tonight';
  view?.leave?.();
  view = views[name](desk);
  for (const a of parts.links) {
    const here = a.hash === `#${name}`;
    if (here) a.setAttribute('aria-current', 'page');
    else a.removeAttribute('aria-current');
    if (here) a.scrollIntoView({block: 'nearest', inline: 'nearest'}); // phones show a part of them
  }
  parts.main.replaceChildren(view.node);
  parts.main.setAttribute('aria-label', t(`view.${name}`));
  say(document.querySelector('title'), `${t(`view.${name}`)} · Partyline`);
  draw();
}

function draw() {
  if (!desk) return;
  show(desk.status !== 'online', parts.stale);
  view?.draw?.();
}

speak(language());
if (kept()) enter(kept());
else loginPage();
