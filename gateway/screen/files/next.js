// What comes next: a game drawn by the picker, one chosen by hand, or a poll.

import {el, say, show} from './dom.js';
import {bars, button, check, choice, field, form, input, panel, submit, sure} from './parts.js';
import {t, clock, number} from './text.js';
import {leftOf} from './state.js';

/** next is the panel of the game to come. */
export function next(desk) {
  const filters = picking();
  const roll = rolling(desk, filters);
  const hand = byHand(desk);
  const poll = polling(desk, filters);
  const closed = el('p', {class: 'soft'}, t('over'));
  const open = el('div', {class: 'stack'}, filters.node, roll.node, poll.node, hand.node);
  return {
    node: panel(t('next'), {}, closed, open),
    draw(state) {
      show(!state.session.is_active, closed);
      show(state.session.is_active, open);
      roll.draw(state);
      poll.draw(state);
    },
    leave() { poll.leave(); },
  };
}

// picking are the filters that rolls and polls share.
function picking() {
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

function rolling(desk, filters) {
  let drawn = null;
  const name = el('p', {class: 'title'});
  const facts = el('p', {class: 'soft'});
  const add = () => desk.inSession('sessions.games.add', {game_id: drawn.id}).then(() => put(null));
  const card = el('div', {class: 'drawn', hidden: true, role: 'status'}, name, facts, el('div', {class: 'actions'},
    button(t('play'), add, {kind: 'main'}), button(t('notThis'), () => put(null))));
  const put = (picked) => {
    drawn = picked?.game ?? null;
    show(Boolean(drawn), card);
    if (!drawn) return;
    say(name, drawn.title);
    say(facts, `${drawn.pack_name} · ${t('seats', {min: drawn.min_players, max: drawn.max_players})} · ${t('pool', {n: picked.poolSize})}`);
  };
  const roll = async () => put(await desk.read('games.pick', {...filters.values(), sessionId: desk.state.session.id}));
  return {
    node: el('div', {class: 'stack'}, el('div', {class: 'actions'}, button(t('roll'), roll, {kind: 'main'})), card),
    draw() {},
  };
}

// --- by hand

function byHand(desk) {
  let games = null;
  const known = el('datalist', {id: 'all-games'});
  const title = input('title', {list: 'all-games', required: true, onfocus: load});
  async function load() {
    if (games) return;
    games = await desk.read('games.list', {enabled: true}).catch(() => null);
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
    await desk.inSession('sessions.games.add', {game_id: game.id, manually_added: true});
    made.reset();
  };
  return {node: form({class: 'line'}, add, field(t('byHand'), title), known, submit(t('play'), ''))};
}

// --- a poll

function polling(desk, filters) {
  let poll = null;
  let ticking = null;
  const begin = form({class: 'line'}, ({count, seconds}) => desk.inSession('sessions.poll.start',
    {...filters.values(), count: Number(count), seconds: Number(seconds)}),
  field(t('candidates'), choice('count', [2, 3, 4, 5, 6].map((n) => [n, number(n)]))),
  field(t('seconds'), input('seconds', {type: 'number', min: 10, max: 3600, value: 60, required: true})), submit(t('askThem'), ''));
  begin.elements.count.value = '3';
  const left = el('strong', {class: 'number'});
  const rows = el('ol', {class: 'bars'});
  const running = el('div', {class: 'actions'}, button(t('endPoll'), () => desk.inSession('sessions.poll.end')),
    button(t('cancelPoll'), async () => { if (await sure(t('cancelPollSure'), t('cancelPoll'))) await desk.inSession('sessions.poll.cancel'); }));
  const won = el('p');
  const play = button(t('playWinner'), () => desk.inSession('sessions.poll.add'), {kind: 'main'});
  const shown = el('div', {class: 'poll stack'}, el('p', {}, t('poll'), ' ', left), rows, running, won, play);
  const tick = () => say(left, poll?.status === 'open' ? clock(Math.max(0, leftOf(poll, Date.now()))) : '');
  return {
    node: el('div', {class: 'stack'}, begin, shown),
    draw(state) {
      poll = state.poll ?? null;
      const open = poll?.status === 'open';
      const fresh = poll?.status === 'ended' && !poll.added && !poll.followed;
      show(!open, begin);
      show(open || fresh, shown);
      show(open, running);
      show(fresh, won, play);
      if (poll) {
        bars(rows, poll.candidates.map((c) => ({key: c.choice, name: `${c.choice}. ${c.title}`, value: c.votes})));
        if (poll.winner) say(won, t(poll.tie ? 'wonByDraw' : 'won', {title: poll.winner.title}));
      }
      clearInterval(ticking);
      if (open) ticking = setInterval(tick, 500);
      tick();
    },
    leave() { clearInterval(ticking); },
  };
}
