// The controls of the console: buttons, fields, dialogs, messages, bars.

import {el, list, setText} from './dom.js';
import {t, number} from './text.js';

/**
 * button creates a button that runs work when clicked, is disabled meanwhile, and shows an
 * error if it fails. kind: 'main', 'bad' or ''.
 */
export function button(text, work, {kind = '', ...properties} = {}) {
  const made = el('button', {type: 'button', class: `button ${kind}`, ...properties}, text);
  made.addEventListener('click', () => whileBusy(made, work));
  return made;
}

/** whileBusy runs work while the element is disabled. The focus does not move. */
export async function whileBusy(element, work) {
  if (element.getAttribute('aria-disabled') === 'true') return;
  element.setAttribute('aria-disabled', 'true');
  try {
    await work();
  } catch (e) {
    showError(e);
  } finally {
    element.removeAttribute('aria-disabled');
  }
}

/** form creates a form that calls work with its fields by name. */
export function form(properties, work, ...children) {
  const made = el('form', properties, ...children);
  made.addEventListener('submit', (event) => {
    event.preventDefault();
    whileBusy(made.querySelector('button[type=submit]') ?? made, () => work(Object.fromEntries(new FormData(made)), made));
  });
  return made;
}

/** submit creates the submit button of a form. */
export const submit = (text, kind = 'main') => el('button', {type: 'submit', class: `button ${kind}`}, text);

/** field creates a labelled input. */
export function field(label, input, {hidden = false} = {}) {
  return el('label', {class: 'labelled'}, el('span', {class: hidden ? 'visually-hidden' : 'label'}, label), input);
}

export const input = (name, properties = {}) => el('input', {name, class: 'field', autocomplete: 'off', ...properties});

/** choice creates a select; options are [value, text] pairs. */
export function choice(name, options, properties = {}) {
  return el('select', {name, class: 'field', ...properties}, ...options.map(([value, text]) => el('option', {value}, text)));
}

export const check = (name, label, on = false) => el('label', {class: 'check'}, el('input', {type: 'checkbox', name, checked: on}), el('span', {}, label));

/** panel creates a section with a heading; level 1 is the view itself. */
export function panel(title, {level = 2, ...properties} = {}, ...children) {
  return el('section', {class: 'card panel', ...properties}, el(`h${level}`, {}, title), ...children);
}

// ROWS is how many rows of a list are shown at first, and added by each click.
const ROWS = 50;

/**
 * growing creates a button that shows more rows of a list. wanted is how many to load; show
 * hides the button when a list read by readList has no more.
 */
export function growing(load) {
  const node = button(t('more'), async () => { made.wanted += ROWS; await load(); }, {hidden: true});
  const made = {node, wanted: ROWS, show: ({rows, total, more}) => {
    node.hidden = !more;
    setText(node, total === null ? t('more') : t('moreOf', {n: rows.length, all: total}));
  }};
  return made;
}

// --- dialogs and messages

/** confirmed asks for confirmation; it resolves with true or false. */
export function confirmed(question, yes) {
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

/** showDialog shows children in a dialog until it is closed. */
export function showDialog(title, ...children) {
  const dialog = el('dialog', {class: 'card dialog', 'aria-label': title, onclose: () => dialog.remove()},
    el('h2', {}, title), ...children,
    el('div', {class: 'actions'}, el('button', {type: 'button', class: 'button', onclick: () => dialog.close()}, t('close'))));
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

const MESSAGE_TIME = 6000; // milliseconds: long enough to read a sentence

/** showMessage shows a message for a while. */
export function showMessage(text, kind = 'good') {
  let region = document.getElementById('messages');
  if (!region) document.body.append(region = el('div', {id: 'messages', role: 'status'}));
  // An open dialog covers the page, so the message goes into it.
  (document.querySelector('dialog[open]') ?? document.body).append(region);
  const message = el('p', {class: `message ${kind}`}, text);
  region.append(message);
  setTimeout(() => message.remove(), MESSAGE_TIME);
}

/** showError shows the message of a RequestError. */
export function showError(error) {
  if (error.status === undefined) throw error; // a bug, for the browser's console
  showMessage(error.status === 0 ? t('lost') : error.message, 'bad');
}

/** copyText copies text to the clipboard; pages without TLS may not, so they show it instead. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    showMessage(t('copied'));
  } catch {
    showDialog(t('copyThis'), el('input', {class: 'field', readonly: true, value: text, 'aria-label': t('copyThis'), onfocus: (e) => e.target.select()}));
  }
}

/** saveFile lets the browser save a Response as a file. */
export async function saveFile(response) {
  const named = /filename="?([^";]+)/.exec(response.headers.get('Content-Disposition') ?? '')?.[1] ?? 'partyline';
  const url = URL.createObjectURL(await response.blob());
  const link = el('a', {href: url, download: named});
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

// --- bars and times

/** bars updates a list to one bar for each row {key, name, value, note}. */
export function bars(parent, rows) {
  const most = Math.max(1, ...rows.map((r) => Math.abs(r.value)));
  list(parent, rows, (r) => r.key, () => el('li', {class: 'bar-row'},
    el('span', {class: 'name'}), el('span', {class: 'rail', 'aria-hidden': 'true'}, el('span', {class: 'fill'})), el('span', {class: 'number'})), (row, r) => {
    setText(row.children[0], r.name);
    row.querySelector('.fill').style.setProperty('--part', Math.abs(r.value) / most);
    row.classList.toggle('down', r.value < 0);
    setText(row.children[2], r.note ?? number(r.value));
  });
  return parent;
}

/** formatTime formats a timestamp for the reader. */
export const formatTime = (moment) => new Date(moment).toLocaleString(document.documentElement.lang, {dateStyle: 'medium', timeStyle: 'short'});
