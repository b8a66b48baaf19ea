// The next game: from the picker, chosen by hand, or by a poll.

import {el, setText, setVisible} from './dom.js';
import {bars, button, check, choice, field, form, input, panel, submit, confirmed} from './controls.js';
import {t, clock, number} from './text.js';
import {leftOf} from './state.js';

/** nextGame creates the panel for choosing the next game. */
export function nextGame(host) {
  const filters = filterForm();
  const roll = rollPanel(host, filters);
  const hand = manualPick(host);
  const poll = pollPanel(host, filters);
  const closed = el('p', {class: 'soft'}, t('over'));
  const open = el('div', {class: 'stack'}, filters.node, roll.node, poll.node, hand.node);
  return {
    node: panel(t('next'), {}, closed, open),
    draw(state) {
      setVisible(!state.session.is_active, closed);
      setVisible(state.session.is_active, open);
      roll.draw(state);
      poll.draw(state);
    },
    leave() { poll.leave(); },
  };
}

// filterForm creates the filters of the picker and polls.
function filterForm() {
  const players = input('players', {type: 'number', min: 1, max: 100000, placeholder: t('any')});
  const drawing = choice('drawing', [['', t('any')], ['only', t('drawing.only')], ['exclude', t('drawing.exclude')]]);
  const length = choice('length', [['', t('any')], ['short', t('length.short')], ['medium', t('length.medium')], ['long', t('length.long')]]);
  const family = check('family', t('family'));
  const fresh = check('fresh', t('onlyFresh'));
  const on = (label) => label.querySelector('input').checked;
  return {
    node: el('div', {class: 'lines'}, field(t('howMany'), players), field(t('drawingGames'), drawing), field(t('howLong'), length), family, fresh),
    values: () => ({
      ...(players.value && {playerCount: Number(players.value)}), ...(drawing.value && {drawing: drawing.value}),
      ...(length.value && {length: length.value}), ...(on(family) && {familyFriendly: true}), ...(on(fresh) && {excludePlayed: true}),
    }),
  };
}

// --- the picker

function rollPanel(host, filters) {
  let picked = null;
  const name = el('p', {class: 'title'});
  const facts = el('p', {class: 'soft'});
  const add = () => host.inSession('sessions.games.add', {game_id: picked.id}).then(() => showPick(null));
  const card = el('div', {class: 'picked', hidden: true, role: 'status'}, name, facts, el('div', {class: 'actions'},
    button(t('play'), add, {kind: 'main'}), button(t('notThis'), () => showPick(null))));
  const showPick = (pick) => {
    picked = pick?.game ?? null;
    setVisible(Boolean(picked), card);
    if (!picked) return;
    setText(name, picked.title);
    setText(facts, `${picked.pack_name} · ${t('seats', {min: picked.min_players, max: picked.max_players})} · ${t('pool', {n: pick.poolSize})}`);
  };
  const roll = async () => showPick(await host.read('games.pick', {...filters.values(), sessionId: host.state.session.id}));
  return {
    node: el('div', {class: 'stack'}, el('div', {class: 'actions'}, button(t('roll'), roll, {kind: 'main'})), card),
    draw() {},
  };
}

// --- by hand

function manualPick(host) {
  let games = null;
  const known = el('datalist', {id: 'all-games'});
  const title = input('title', {list: 'all-games', required: true, onfocus: load});
  async function load() {
    if (games) return;
    games = await host.readList('games.list', {enabled: true}).then((read) => read.rows, () => null);
    known.replaceChildren(...(games ?? []).map((g) => el('option', {value: label(g)})));
  }
  const label = (g) => `${g.title} (${g.pack_name})`;
  const add = async (values, made) => {
    await load();
    const game = (games ?? []).find((g) => label(g) === values.title) ?? (games ?? []).find((g) => g.title.toLowerCase() === values.title.trim().toLowerCase());
    if (!game) {
      title.setCustomValidity(t('noSuchGame'));
      title.reportValidity();
      title.oninput = () => title.setCustomValidity('');
      return;
    }
    await host.inSession('sessions.games.add', {game_id: game.id, manually_added: true});
    made.reset();
  };
  return {node: form({class: 'line'}, add, field(t('byHand'), title), known, submit(t('play'), ''))};
}

// --- a poll

function pollPanel(host, filters) {
  let poll = null;
  let ticking = null;
  const begin = form({class: 'line'}, ({count, seconds}) => host.inSession('sessions.poll.start',
    {...filters.values(), count: Number(count), seconds: Number(seconds)}),
  field(t('candidates'), choice('count', [2, 3, 4, 5, 6].map((n) => [n, number(n)]))),
  field(t('seconds'), input('seconds', {type: 'number', min: 10, max: 3600, value: 60, required: true})), submit(t('askThem'), ''));
  begin.elements.count.value = '3';
  const left = el('strong', {class: 'number'});
  const rows = el('ol', {class: 'bars'});
  const running = el('div', {class: 'actions'}, button(t('endPoll'), () => host.inSession('sessions.poll.end')),
    button(t('cancelPoll'), async () => { if (await confirmed(t('cancelPollSure'), t('cancelPoll'))) await host.inSession('sessions.poll.cancel'); }));
  const won = el('p');
  const play = button(t('playWinner'), () => host.inSession('sessions.poll.add'), {kind: 'main'});
  const shown = el('div', {class: 'poll stack'}, el('p', {}, t('poll'), ' ', left), rows, running, won, play);
  const tick = () => setText(left, poll?.status === 'open' ? clock(Math.max(0, leftOf(poll, Date.now()))) : '');
  return {
    node: el('div', {class: 'stack'}, begin, shown),
    draw(state) {
      poll = state.poll ?? null;
      const open = poll?.status === 'open';
      const fresh = poll?.status === 'ended' && !poll.added && !poll.followed;
      setVisible(!open, begin);
      setVisible(open || fresh, shown);
      setVisible(open, running);
      setVisible(fresh, won, play);
      if (poll) {
        bars(rows, poll.candidates.map((c) => ({key: c.choice, name: `${c.choice}. ${c.title}`, value: c.votes})));
        if (poll.winner) setText(won, t(poll.tie ? 'wonByDraw' : 'won', {title: poll.winner.title}));
      }
      clearInterval(ticking);
      if (open) ticking = setInterval(tick, 500);
      tick();
    },
    leave() { clearInterval(ticking); },
  };
}
