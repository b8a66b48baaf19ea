// What the views of the console are put together from: buttons that wait for their work,
// labelled fields, questions, messages, bars.

import {el, list, say} from './dom.js';
import {t, number} from './text.js';

/**
 * button does its work when pressed, cannot be pressed again until that is done, and
 * says so when it fails. kind: 'main', 'bad' or ''.
 */
export function button(text, work, {kind = '', ...properties} = {}) {
  const made = el('button', {type: 'button', class: `button ${kind}`, ...properties}, text);
  made.addEventListener('click', () => during(made, work));
  return made;
}

/** during runs work while the element is disabled. Focus stays where it was. */
export async function during(element, work) {
  if (element.getAttribute('aria-disabled') === 'true') return;
  element.setAttribute('aria-disabled', 'true');
  try {
    await work();
  } catch (e) {
    complain(e);
  } finally {
    element.removeAttribute('aria-disabled');
  }
}

/** form calls work with its fields by name when it is sent. */
export function form(properties, work, ...children) {
  const made = el('form', properties, ...children);
  made.addEventListener('submit', (event) => {
    event.preventDefault();
    during(made.querySelector('button[type=submit]') ?? made, () => work(Object.fromEntries(new FormData(made)), made));
  });
  return made;
}

/** submit is the button of a form. */
export const submit = (text, kind = 'main') => el('button', {type: 'submit', class: `button ${kind}`}, text);

/** field is a labelled input. */
export function field(label, input, {unseen = false} = {}) {
  return el('label', {class: 'labelled'}, el('span', {class: unseen ? 'unseen' : 'label'}, label), input);
}

export const input = (name, properties = {}) => el('input', {name, class: 'field', autocomplete: 'off', ...properties});

/** choice is a select; options are [value, text] pairs. */
export function choice(name, options, properties = {}) {
  return el('select', {name, class: 'field', ...properties}, ...options.map(([value, text]) => el('option', {value}, text)));
}

export const check = (name, label, on = false) => el('label', {class: 'check'}, el('input', {type: 'checkbox', name, checked: on}), el('span', {}, label));

/** panel is a part of a view with a heading; level 1 is the view itself. */
export function panel(title, {level = 2, ...properties} = {}, ...children) {
  return el('section', {class: 'card panel', ...properties}, el(`h${level}`, {}, title), ...children);
}

// --- questions and messages

/** sure asks before what cannot be undone; it resolves with true or false. */
export function sure(question, yes) {
  return new Promise((resolve) => {
    const dialog = el('dialog', {class: 'card dialog', 'aria-label': question, onclose: () => {
      resolve(dialog.returnValue === 'yes');
      dialog.remove();
    }}, el('p', {}, question), el('div', {class: 'actions'},
      el('button', {type: 'button', class: 'button', onclick: () => dialog.close('')}, t('no')),
      el('button', {type: 'button', class: 'button bad', onclick: () => dialog.close('yes')}, yes)));
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** reveal shows something in a dialog until it is closed. */
export function reveal(title, ...children) {
  const dialog = el('dialog', {class: 'card dialog', 'aria-label': title, onclose: () => dialog.remove()},
    el('h2', {}, title), ...children,
    el('div', {class: 'actions'}, el('button', {type: 'button', class: 'button', onclick: () => dialog.close()}, t('close'))));
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

const STAYS = 6000; // milliseconds: long enough to read a sentence

/** tell shows a message for a while. */
export function tell(text, kind = 'good') {
  let region = document.getElementById('messages');
  if (!region) document.body.append(region = el('div', {id: 'messages', role: 'status'}));
  // Over an open dialog nothing else can be seen: the message goes into it.
  (document.querySelector('dialog[open]') ?? document.body).append(region);
  const message = el('p', {class: `message ${kind}`}, text);
  region.append(message);
  setTimeout(() => message.remove(), STAYS);
}

/** complain says what went wrong. The hub's sentences are for people. */
export function complain(error) {
  if (error.status === undefined) throw error; // our own mistake, for the browser's console
  tell(error.status === 0 ? t('lost') : error.message, 'bad');
}

/** copied puts text where it can be pasted; pages without TLS may not, so it can be seen too. */
export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    tell(t('copied'));
  } catch {
    reveal(t('copyThis'), el('input', {class: 'field', readonly: true, value: text, 'aria-label': t('copyThis'), onfocus: (e) => e.target.select()}));
  }
}

/** saved hands a Response to the browser as a file. */
export async function saved(response) {
  const named = /filename="?([^";]+)/.exec(response.headers.get('Content-Disposition') ?? '')?.[1] ?? 'partyline';
  const url = URL.createObjectURL(await response.blob());
  const link = el('a', {href: url, download: named});
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

// --- figures

/** bars fills a list with one bar for each row {key, name, value, note}. */
export function bars(parent, rows) {
  const most = Math.max(1, ...rows.map((r) => Math.abs(r.value)));
  list(parent, rows, (r) => r.key, () => el('li', {class: 'bar-row'},
    el('span', {class: 'name'}), el('span', {class: 'rail', 'aria-hidden': 'true'}, el('span', {class: 'fill'})), el('span', {class: 'number'})), (row, r) => {
    say(row.children[0], r.name);
    row.querySelector('.fill').style.setProperty('--part', Math.abs(r.value) / most);
    row.classList.toggle('down', r.value < 0);
    say(row.children[2], r.note ?? number(r.value));
  });
  return parent;
}

/** when is a moment of the server's in the reader's way. */
export const when = (moment) => new Date(moment).toLocaleString(document.documentElement.lang, {dateStyle: 'medium', timeStyle: 'short'});
