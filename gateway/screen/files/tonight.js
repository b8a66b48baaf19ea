// The evening that goes on: what is played, what comes next, who may vote, what was played.

import {el, list, say, show} from './dom.js';
import {button, field, form, input, panel, submit, sure, when} from './parts.js';
import {playing, tallyOf} from './state.js';
import {next} from './next.js';
import {people} from './people.js';
import {t, number, score} from './text.js';

/** tonight is the view of the session on the desk. */
export function tonight(desk) {
  const waiting = el('p', {class: 'soft'}, t('connecting'));
  const begin = beginning(desk);
  const head = heading(desk);
  const now = nowPlaying(desk);
  const coming = next(desk);
  const voters = people(desk);
  const played = playedTonight(desk);
  const evening = el('div', {class: 'evening'}, head.node,
    el('div', {class: 'columns'}, el('div', {class: 'column'}, now.node, coming.node), el('div', {class: 'column'}, voters.node, played.node)));
  const all = [head, now, coming, voters, played];
  return {
    node: el('div', {}, waiting, begin, evening),
    draw() {
      show(desk.state === undefined, waiting);
      show(desk.state === null, begin);
      show(Boolean(desk.state), evening);
      if (desk.state) for (const part of all) part.draw(desk.state);
    },
    leave() { for (const part of all) part.leave?.(); },
  };
}

function beginning(desk) {
  return form({class: 'card begin'}, async ({notes}) => {
    const {id} = await desk.write('sessions.create', notes ? {notes} : {});
    await desk.open(id);
  }, el('h1', {}, t('noneActive')), field(t('notes'), input('notes', {maxlength: 4000, placeholder: t('notesExample')})), submit(t('start')));
}

function heading(desk) {
  const title = el('h1');
  const since = el('p', {class: 'soft'});
  const over = el('p', {class: 'pill'}, t('over'));
  const end = button(t('endSession'), async () => {
    if (await sure(t('endSessionSure'), t('endSession'))) await desk.inSession('sessions.close');
  }, {kind: 'bad'});
  const another = button(t('newSession'), async () => {
    const {id} = await desk.write('sessions.create');
    await desk.open(id);
  }, {kind: 'main'});
  return {
    node: el('header', {class: 'heading'}, el('div', {}, title, since), el('div', {class: 'actions'}, over, end, another)),
    draw({session}) {
      say(title, session.notes || t('session', {id: session.id}));
      say(since, t('since', {id: session.id, time: when(session.created_at)}));
      show(session.is_active, end);
      show(!session.is_active, over, another);
    },
  };
}

// --- what is being played

function nowPlaying(desk) {
  let game = null;
  const of = (op, data = {}) => desk.inSession(`sessions.games.${op}`, {gameId: game.id, ...data});
  const title = el('p', {class: 'title'});
  const pack = el('p', {class: 'soft'});
  const up = el('strong', {class: 'number'});
  const down = el('strong', {class: 'number'});
  const net = el('strong', {class: 'number'});
  const votes = el('dl', {class: 'votes'}, pair(t('up'), up, 'up'), pair(t('down'), down, 'down'), pair(t('net'), net));
  const code = input('code', {maxlength: 4, size: 6, class: 'field code', pattern: '[A-Za-z0-9]{4}', autocapitalize: 'characters', spellcheck: 'false', required: true});
  const room = form({class: 'line'}, async ({code}) => of('room_code', {room_code: code}), field(t('room'), code), submit(t('save'), ''));
  const count = input('count', {type: 'number', min: 0, max: 100000, required: true});
  const players = form({class: 'line'}, async ({count}) => of('player_count', {player_count: Number(count)}), field(t('playerCount'), count), submit(t('save'), ''));
  const checked = el('span', {class: 'soft'});
  const start = button(t('countPlayers'), () => of('start_player_check'));
  const stop = button(t('stopCounting'), () => of('stop_player_check'));
  const there = el('div', {class: 'stack'}, title, pack, votes, el('div', {class: 'lines'}, room, players),
    el('div', {class: 'actions'}, start, stop, checked),
    el('div', {class: 'actions'}, button(t('finish'), () => of('status', {status: 'played'})),
      button(t('skip'), () => of('status', {status: 'skipped'})),
      button(t('remove'), async () => { if (await sure(t('removeSure', {title: game.title}), t('remove'))) await of('remove'); }, {kind: 'bad'})));
  const nothing = el('p', {class: 'soft'}, t('nothingPlayed'));
  return {
    node: panel(t('nowPlaying'), {class: 'card panel now'}, nothing, there),
    draw(state) {
      const is = playing(state);
      show(!is, nothing);
      show(Boolean(is), there);
      if (!is) return;
      const fresh = game?.id !== is.id;
      const known = game;
      game = is;
      const tally = tallyOf(state, is.game_id);
      say(title, is.title);
      say(pack, `${is.pack_name} · ${t('seats', {min: is.min_players, max: is.max_players})}`);
      say(up, number(tally.up));
      say(down, number(tally.down));
      say(net, score(tally.score));
      if (fresh || known.room_code !== is.room_code) code.value = is.room_code ?? '';
      if (fresh || known.player_count !== is.player_count) count.value = is.player_count ?? '';
      const counting = ['checking', 'waiting', 'started'].includes(is.player_count_check_status);
      show(counting, stop);
      show(!counting && is.room_code !== null, start);
      say(checked, is.player_count_check_status ? t(`check.${is.player_count_check_status}`) : '');
    },
  };
}

const pair = (label, value, kind = '') => el('div', {class: kind}, el('dt', {}, label), el('dd', {}, value));

// --- what was played

function playedTonight(desk) {
  const rows = el('ol', {class: 'rows'});
  const none = el('p', {class: 'soft'}, t('nothingYet'));
  const change = (id, op, data) => desk.inSession(`sessions.games.${op}`, {gameId: id, ...data});
  const make = (g) => el('li', {class: 'row'}, el('div', {class: 'grow'}, el('p', {class: 'name'}), el('p', {class: 'soft small'})), el('span', {class: 'number'}),
    button(t('again'), () => change(g.id, 'status', {status: 'playing'}), {'aria-label': t('againNamed', {title: g.title})}),
    button('×', async () => { if (await sure(t('removeSure', {title: g.title}), t('remove'))) await change(g.id, 'remove'); },
      {kind: 'quiet', 'aria-label': t('removeNamed', {title: g.title})}));
  return {
    node: panel(t('tonight'), {}, none, rows),
    draw(state) {
      const games = [...state.games].reverse();
      show(games.length === 0, none);
      list(rows, games, (g) => g.id, make, (row, g) => {
        const tally = tallyOf(state, g.game_id);
        say(row.querySelector('.name'), g.title);
        say(row.querySelector('.small'), t(`status.${g.status}`));
        say(row.children[1], `${score(tally.score)} (${number(tally.up)}/${number(tally.down)})`);
        show(state.session.is_active && g.status !== 'playing', row.children[2]);
        show(state.session.is_active, row.children[3]);
      });
    },
  };
}
