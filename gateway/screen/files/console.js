// The host console: login, navigation, and the frame around the views.

import {HostSession, savedToken, clearToken, logIn} from './hostsession.js';
import {byId, el, setText, setVisible} from './dom.js';
import {showError, field, form, input, submit} from './controls.js';
import {t, speak, language} from './text.js';
import {tonight} from './tonight.js';
import {games} from './games.js';
import {sessions} from './sessions.js';
import {links} from './links.js';
import {webhooks} from './webhooks.js';
import {stats} from './stats.js';

// A view is a function of the HostSession that returns {node, draw?, leave?}. draw is called at every change.
const views = {tonight, games, sessions, links, webhooks, stats};

const root = byId('console');
let host = null;
let view = null;
let parts = null; // elements of the frame

// --- the login page

function loginPage(why = '') {
  view = null;
  const key = input('key', {type: 'password', autocomplete: 'current-password', required: true, autofocus: true});
  root.replaceChildren(el('main', {class: 'login'}, form({class: 'card'}, async (values) => startSession(await logIn(values.key)),
    el('h1', {}, t('console')), el('p', {class: 'soft'}, t('keyHow')), why && el('p', {class: 'bad', role: 'alert'}, why),
    field(t('adminKey'), key), submit(t('logIn')))));
  key.focus();
}

function startSession(token) {
  host = new HostSession(token, () => logOutAndShowLogin(t('loginOver')));
  drawFrame();
  addEventListener('hashchange', navigate);
  host.on(draw);
  host.open().catch(showError);
  navigate();
}

function logOutAndShowLogin(why = '') {
  removeEventListener('hashchange', navigate);
  view?.leave?.();
  host?.leave();
  host = null;
  clearToken();
  loginPage(why);
}

// --- the frame

function drawFrame() {
  parts = {
    stale: el('p', {class: 'stale', role: 'status', hidden: true}, t('stale')),
    main: el('main', {class: 'view', tabindex: -1}),
    links: Object.keys(views).map((name) => el('a', {href: `#${name}`}, t(`view.${name}`))),
  };
  root.replaceChildren(
    el('header', {class: 'top'}, el('p', {class: 'brand'}, 'Partyline'),
      el('nav', {'aria-label': t('views')}, ...parts.links),
      el('button', {type: 'button', class: 'button', onclick: () => logOutAndShowLogin()}, t('logOut'))),
    parts.stale, parts.main);
}

const viewName = () => location.hash.slice(1).split('/')[0];

function navigate() {
  const name = views[viewName()] ? viewName() : 'tonight';
  view?.leave?.();
  view = views[name](host);
  for (const a of parts.links) {
    const here = a.hash === `#${name}`;
    if (here) a.setAttribute('aria-current', 'page');
    else a.removeAttribute('aria-current');
    if (here) a.scrollIntoView({block: 'nearest', inline: 'nearest'}); // on phones the navigation scrolls
  }
  parts.main.replaceChildren(view.node);
  parts.main.setAttribute('aria-label', t(`view.${name}`));
  setText(document.querySelector('title'), `${t(`view.${name}`)} · Partyline`);
  draw();
}

function draw() {
  if (!host) return;
  setVisible(host.status !== 'online', parts.stale);
  view?.draw?.();
}

speak(language());
if (savedToken()) startSession(savedToken());
else loginPage();
