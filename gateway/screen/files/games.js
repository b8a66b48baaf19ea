// The catalogue: games, rotation and weights.

import {el, list, setText, setVisible} from './dom.js';
import {button, choice, showError, field, form, input, panel, showDialog, saveFile, submit, confirmed, showMessage} from './controls.js';
import {autoRefresh} from './autorefresh.js';
import {t, number, score} from './text.js';

/** games creates the view of the catalogue. */
export function games(host) {
  let all = [];
  let packs = [];
  let changes = 0; // own changes started or ended: a list read across one may be outdated
  const rows = el('tbody');
  const count = el('p', {class: 'soft', role: 'status'});
  const pack = choice('pack', [['', t('allPacks')]]);
  const filter = el('form', {class: 'lines', onsubmit: (e) => e.preventDefault(), oninput: () => draw()},
    field(t('search'), input('title', {type: 'search'})), field(t('pack'), pack),
    field(t('howMany'), input('players', {type: 'number', min: 1, max: 100000})),
    field(t('shown'), choice('enabled', [['', t('all')], ['yes', t('enabled')], ['no', t('disabled')]])));

  async function load() {
    const before = changes;
    const {rows: read} = await host.readList('games.list');
    if (changes !== before) return;
    all = read;
    setPacks([...new Set(all.map((g) => g.pack_name))]);
    draw();
  }

  function setPacks(names) {
    if (names.join('\n') === packs.join('\n')) return; // replacing the options would close an open list
    packs = names;
    const chosen = pack.value;
    pack.replaceChildren(el('option', {value: ''}, t('allPacks')), ...packs.map((p) => el('option', {value: p}, p)));
    pack.value = packs.includes(chosen) ? chosen : '';
  }

  function draw() {
    const {title, players, enabled} = filter.elements;
    const words = title.value.trim().toLowerCase();
    const wanted = all.filter((g) => (g.title.toLowerCase().includes(words) || g.ticker?.toLowerCase() === words)
      && (!pack.value || g.pack_name === pack.value)
      && (!players.value || (g.min_players <= players.value && players.value <= g.max_players))
      && (!enabled.value || g.enabled === (enabled.value === 'yes')));
    setText(count, t('gamesShown', {n: wanted.length, all: all.length}));
    setVisible(Boolean(pack.value), packActions);
    list(rows, wanted, (g) => g.id, (g) => makeRow(g.id, change), fillRow);
  }

  // change sends a change and updates the list with the response.
  async function change(id, op, data = {}) {
    changes++;
    const said = await host.write(op, {id, ...data}).finally(() => { changes++; });
    if (op === 'games.delete') all = all.filter((g) => g.id !== id);
    else all = all.map((g) => (g.id === id ? {...g, ...(said.title ? said : {favor_bias: said.favor_bias})} : g));
    draw();
  }

  const ofPack = (op, data) => host.write(op, {name: pack.value, ...data}).then((said) => showMessage(said.message)).then(load);
  const packActions = el('div', {class: 'actions', hidden: true},
    button(t('enablePack'), () => ofPack('games.packs.toggle', {enabled: true})),
    button(t('disablePack'), () => ofPack('games.packs.toggle', {enabled: false})),
    ...[1, 0, -1].map((bias) => button(t(`packBias.${bias}`), () => ofPack('games.packs.favor', {favor_bias: bias}))));
  const add = button(t('addGame'), () => addGameDialog(host, load));
  return {
    leave: autoRefresh(host, load),
    node: panel(t('view.games'), {level: 1}, el('div', {class: 'actions'}, add,
      button(t('exportCSV'), async () => saveFile(await host.file('api/games/export/csv'))), button(t('importCSV'), () => importDialog(host, load))),
    filter, packActions, count, el('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': t('catalogue')}, el('table', {},
      el('thead', {}, el('tr', {}, ...['game', 'ticker', 'players.short', 'plays', 'net', 'enabled', 'bias', 'remove'].map((c) => el('th', {scope: 'col'}, t(c))))), rows))),
  };
}

function makeRow(id, change) {
  const on = el('input', {type: 'checkbox', onchange: () => change(id, 'games.toggle').catch(showError)});
  const bias = choice('bias', [[1, t('bias.1')], [0, t('bias.0')], [-1, t('bias.-1')]],
    {onchange: (e) => change(id, 'games.favor', {favor_bias: Number(e.target.value)}).catch(showError)});
  const ticker = el('input', {class: 'field ticker', maxlength: 8, autocomplete: 'off', autocapitalize: 'characters', spellcheck: 'false',
    onchange: () => change(id, 'games.update', {ticker: ticker.value.trim() || null}).catch((e) => {
      ticker.value = ticker.dataset.ticker;
      showError(e);
    })});
  const gone = button('×', async () => {
    if (await confirmed(t('deleteGameSure'), t('remove'))) await change(id, 'games.delete');
  }, {kind: 'quiet'});
  return el('tr', {}, el('th', {scope: 'row'}, el('span', {class: 'name'}), ' ', el('span', {class: 'soft small'})), el('td', {}, ticker), el('td', {class: 'number'}),
    el('td', {class: 'number'}), el('td', {class: 'number'}), el('td', {}, on), el('td', {}, bias), el('td', {}, gone));
}

function fillRow(row, g) {
  const [game, ticker, players, plays, net, on, bias, gone] = row.children;
  setText(game.children[0], g.title);
  setText(game.children[1], g.pack_name);
  fillTicker(ticker.firstElementChild, g);
  setText(players, `${number(g.min_players)}–${number(g.max_players)}`);
  setText(plays, number(g.play_count));
  setText(net, score(g.popularity_score));
  on.firstElementChild.checked = g.enabled;
  on.firstElementChild.setAttribute('aria-label', t('enabledNamed', {title: g.title}));
  bias.firstElementChild.value = String(g.favor_bias);
  bias.firstElementChild.setAttribute('aria-label', t('biasNamed', {title: g.title}));
  gone.firstElementChild.setAttribute('aria-label', t('removeNamed', {title: g.title}));
  row.classList.toggle('off', !g.enabled);
}

// fillTicker leaves alone what somebody is typing, unless the ticker has changed.
function fillTicker(field, g) {
  const now = g.ticker ?? '';
  if (field.dataset.ticker !== now || document.activeElement !== field) field.value = now;
  field.dataset.ticker = now;
  field.setAttribute('aria-label', t('tickerNamed', {title: g.title}));
}

function addGameDialog(host, done) {
  const dialog = showDialog(t('addGame'), form({class: 'stack'}, async (v) => {
    await host.write('games.create', {pack_name: v.pack, title: v.title, min_players: Number(v.min), max_players: Number(v.max),
      ...(v.minutes && {length_minutes: Number(v.minutes)}), ...(v.type && {game_type: v.type}), ...(v.ticker && {ticker: v.ticker}), family_friendly: v.family === 'on'});
    dialog.close();
    await done();
  }, field(t('title'), input('title', {required: true, maxlength: 200})), field(t('pack'), input('pack', {required: true, maxlength: 200})),
  el('div', {class: 'lines'}, field(t('min'), input('min', {type: 'number', min: 1, max: 100000, required: true})),
    field(t('max'), input('max', {type: 'number', min: 1, max: 100000, required: true})),
    field(t('minutes'), input('minutes', {type: 'number', min: 1, max: 1440}))),
  field(t('type'), input('type', {maxlength: 200})), field(t('tickerHow'), input('ticker', {minlength: 2, maxlength: 8, pattern: '[A-Za-z0-9]*'})), el('label', {class: 'check'}, el('input', {type: 'checkbox', name: 'family'}), el('span', {}, t('family'))),
  submit(t('addGame'))));
}

function importDialog(host, done) {
  const file = el('input', {type: 'file', name: 'file', accept: '.csv,text/csv', required: true, class: 'field'});
  const dialog = showDialog(t('importCSV'), form({class: 'stack'}, async ({mode}) => {
    const csvData = await file.files[0].text();
    if (mode === 'replace' && !await confirmed(t('replaceSure'), t('replace'))) return;
    const said = await host.file('api/games/import/csv', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({csvData, mode})});
    const {message, ignoredColumns} = await said.json();
    dialog.close(); // first, because the message would be inside it
    showMessage(ignoredColumns.length ? t('ignored', {said: message, columns: ignoredColumns.join(', ')}) : message);
    await done();
  }, field(t('file'), file), field(t('mode'), choice('mode', [['append', t('append')], ['replace', t('replace')]])), submit(t('importCSV'))));
}
