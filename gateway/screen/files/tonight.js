// The view of the running session: the current game, the next one, voting, played games.

import {el, list, setText, setVisible} from './dom.js';
import {button, field, form, input, panel, submit, confirmed, formatTime} from './controls.js';
import {playing, tallyOf} from './state.js';
import {nextGame} from './nextgame.js';
import {voting} from './voting.js';
import {t, number, score} from './text.js';

/** tonight creates the view of the open session. */
export function tonight(host) {
  const waiting = el('p', {class: 'soft'}, t('connecting'));
  const begin = startForm(host);
  const head = heading(host);
  const now = nowPlaying(host);
  const upcoming = nextGame(host);
  const voters = voting(host);
  const played = playedGames(host);
  const content = el('div', {class: 'session'}, head.node,
    el('div', {class: 'columns'}, el('div', {class: 'column'}, now.node, upcoming.node), el('div', {class: 'column'}, voters.node, played.node)));
  const all = [head, now, upcoming, voters, played];
  return {
    node: el('div', {}, waiting, begin, content),
    draw() {
      setVisible(host.state === undefined, waiting);
      setVisible(host.state === null, begin);
      setVisible(Boolean(host.state), content);
      if (host.state) for (const part of all) part.draw(host.state);
    },
    leave() { for (const part of all) part.leave?.(); },
  };
}

function startForm(host) {
  return form({class: 'card start'}, async ({notes}) => {
    const {id} = await host.write('sessions.create', notes ? {notes} : {});
    await host.open(id);
  }, el('h1', {}, t('noneActive')), field(t('notes'), input('notes', {maxlength: 4000, placeholder: t('notesExample')})), submit(t('start')));
}

function heading(host) {
  const title = el('h1');
  const since = el('p', {class: 'soft'});
  const over = el('p', {class: 'pill'}, t('over'));
  const end = button(t('endSession'), async () => {
    if (await confirmed(t('endSessionSure'), t('endSession'))) await host.inSession('sessions.close');
  }, {kind: 'bad'});
  const another = button(t('newSession'), async () => {
    const {id} = await host.write('sessions.create');
    await host.open(id);
  }, {kind: 'main'});
  return {
    node: el('header', {class: 'heading'}, el('div', {}, title, since), el('div', {class: 'actions'}, over, end, another)),
    draw({session}) {
      setText(title, session.notes || t('session', {id: session.id}));
      setText(since, t('since', {id: session.id, time: formatTime(session.created_at)}));
      setVisible(session.is_active, end);
      setVisible(!session.is_active, over, another);
    },
  };
}

// --- the current game

function nowPlaying(host) {
  let game = null;
  const of = (op, data = {}) => host.inSession(`sessions.games.${op}`, {gameId: game.id, ...data});
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
      button(t('remove'), async () => { if (await confirmed(t('removeSure', {title: game.title}), t('remove'))) await of('remove'); }, {kind: 'bad'})));
  const nothing = el('p', {class: 'soft'}, t('nothingPlayed'));
  return {
    node: panel(t('nowPlaying'), {class: 'card panel now'}, nothing, there),
    draw(state) {
      const is = playing(state);
      setVisible(!is, nothing);
      setVisible(Boolean(is), there);
      if (!is) return;
      const fresh = game?.id !== is.id;
      const known = game;
      game = is;
      const tally = tallyOf(state, is.game_id);
      setText(title, is.title);
      setText(pack, `${is.pack_name} · ${t('seats', {min: is.min_players, max: is.max_players})}`);
      setText(up, number(tally.up));
      setText(down, number(tally.down));
      setText(net, score(tally.score));
      if (fresh || known.room_code !== is.room_code) code.value = is.room_code ?? '';
      if (fresh || known.player_count !== is.player_count) count.value = is.player_count ?? '';
      const counting = ['checking', 'waiting', 'started'].includes(is.player_count_check_status);
      setVisible(counting, stop);
      setVisible(!counting && is.room_code !== null, start);
      setText(checked, is.player_count_check_status ? t(`check.${is.player_count_check_status}`) : '');
    },
  };
}

const pair = (label, value, kind = '') => el('div', {class: kind}, el('dt', {}, label), el('dd', {}, value));

// --- played games

function playedGames(host) {
  const rows = el('ol', {class: 'rows'});
  const none = el('p', {class: 'soft'}, t('nothingYet'));
  const change = (id, op, data) => host.inSession(`sessions.games.${op}`, {gameId: id, ...data});
  const make = (g) => el('li', {class: 'row'}, el('div', {class: 'grow'}, el('p', {class: 'name'}), el('p', {class: 'soft small'})), el('span', {class: 'number'}),
    button(t('again'), () => change(g.id, 'status', {status: 'playing'}), {'aria-label': t('againNamed', {title: g.title})}),
    button('×', async () => { if (await confirmed(t('removeSure', {title: g.title}), t('remove'))) await change(g.id, 'remove'); },
      {kind: 'quiet', 'aria-label': t('removeNamed', {title: g.title})}));
  return {
    node: panel(t('tonight'), {}, none, rows),
    draw(state) {
      const games = [...state.games].reverse();
      setVisible(games.length === 0, none);
      list(rows, games, (g) => g.id, make, (row, g) => {
        const tally = tallyOf(state, g.game_id);
        setText(row.querySelector('.name'), g.title);
        setText(row.querySelector('.small'), t(`status.${g.status}`));
        setText(row.children[1], `${score(tally.score)} (${number(tally.up)}/${number(tally.down)})`);
        setVisible(state.session.is_active && g.status !== 'playing', row.children[2]);
        setVisible(state.session.is_active, row.children[3]);
      });
    },
  };
}
