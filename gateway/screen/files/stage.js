// What a screen shows of a session. It is made once and then only filled, so that
// nothing flickers; it shows a state whole or not at all.

import {el, svg, say, show, list} from './dom.js';
import {playing, latest, tallyOf, evening} from './state.js';
import {line} from './history.js';
import {t, number, score} from './text.js';

const WIDTH = 400; // of the history's line, in units of its own
const HEIGHT = 80;

export class Stage {
  #o;
  #e;
  #shown = null; // the playing that stands there

  constructor(parent, options) {
    this.#o = options;
    this.#e = build(parent);
  }

  status(status) {
    show(status !== 'online', this.#e.stale);
  }

  draw(state, points) {
    const game = playing(state) ?? latest(state);
    const {root, kind} = this.#e;
    root.dataset.playing = Boolean(playing(state));
    say(kind, kindOf(state));
    show(Boolean(game), this.#e.game, this.#e.votes);
    show(!game, this.#e.empty);
    if (game) this.#drawGame(state, game);
    this.#drawHistory(points, Boolean(playing(state)));
    this.#drawTonight(state, game);
  }

  #drawGame(state, game) {
    const {title, pack, players, room, code, up, down, net, bar} = this.#e;
    const votes = tallyOf(state, game.game_id);
    const same = this.#shown === game.id;
    this.#shown = game.id;
    say(title, game.title);
    say(pack, game.pack_name);
    say(players, game.player_count === null ? t('seats', {min: game.min_players, max: game.max_players}) : t('players', {n: game.player_count}));
    say(code, game.room_code ?? '');
    show(this.#wants('pack'), pack);
    show(this.#wants('players'), players);
    show(this.#wants('room') && game.room_code !== null && game.status === 'playing', room);
    if (say(up, number(votes.up)) && same) pulse(up);
    if (say(down, number(votes.down)) && same) pulse(down);
    say(net, score(votes.score));
    show(this.#wants('net'), net.parentElement);
    bar.style.setProperty('--share', share(votes));
  }

  #drawHistory(points, is) {
    const {history, path, zero} = this.#e;
    const drawn = line(points, Date.now(), WIDTH, HEIGHT);
    show(is && this.#wants('history') && drawn.path !== '', history);
    path.setAttribute('d', drawn.path);
    zero.setAttribute('d', `M0 ${drawn.zero}H${WIDTH}`);
  }

  #drawTonight(state, game) {
    const games = evening(state);
    show(this.#wants('tonight') && games.length > 1, this.#e.tonight);
    list(this.#e.games, games, (g) => g.game_id, makeRow, (row, g) => {
      row.classList.toggle('now', g.game_id === game.game_id && game.status === 'playing');
      row.classList.toggle('skipped', g.status === 'skipped');
      say(row.children[0], g.title);
      say(row.children[1], score(g.tally.score));
    });
  }

  #wants(part) { return !this.#o.hidden.has(part); }
}

const makeRow = () => el('li', {class: 'row'}, el('span', {class: 'name'}), el('span', {class: 'number'}));

function kindOf(state) {
  if (!state.session.is_active) return t('over');
  if (playing(state)) return t('nowPlaying');
  return latest(state) ? t('justPlayed') : t('soon');
}

// share is the part of the votes that is up; half when there are none.
const share = ({up, down}) => (up + down === 0 ? 0.5 : up / (up + down));

function pulse(element) {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  element.animate([{transform: 'scale(1.12)'}, {transform: 'scale(1)'}], {duration: 260, easing: 'ease-out'});
}

function thumb(kind) {
  return svg('svg', {class: `thumb ${kind}`, viewBox: '0 0 24 24', 'aria-hidden': 'true'},
    svg('path', {d: 'M3.6 10h1.8c.6 0 1.1.5 1.1 1.1v8.8c0 .6-.5 1.1-1.1 1.1H3.6c-.6 0-1.1-.5-1.1-1.1v-8.8c0-.6.5-1.1 1.1-1.1zm4.9.3 3.7-7c.2-.4.6-.6 1-.5 1.2.3 2 1.3 2 2.6 0 1.3-.4 2.7-.8 3.8h5c1.6 0 2.7 1.5 2.3 3l-1.9 6.9c-.3 1.1-1.3 1.9-2.4 1.9h-6.7c-.8 0-1.6-.2-2.2-.6z'}));
}

function build(parent) {
  const e = {};
  e.kind = el('p', {class: 'kind'});
  e.title = el('h1', {class: 'title'});
  e.pack = el('span', {class: 'pack'});
  e.players = el('span', {class: 'players'});
  e.code = el('strong', {class: 'code'});
  e.room = el('p', {class: 'room'}, el('span', {}, t('room')), ' ', e.code);
  e.game = el('div', {class: 'game'}, e.title, el('p', {class: 'facts'}, e.pack, e.players), e.room);
  e.empty = el('h1', {class: 'title'}, t('noGame'));
  e.up = el('span', {class: 'number'});
  e.down = el('span', {class: 'number'});
  e.net = el('span', {class: 'number'});
  e.bar = el('div', {class: 'bar', 'aria-hidden': 'true'});
  e.path = svg('path', {class: 'line'});
  e.zero = svg('path', {class: 'zero'});
  e.history = svg('svg', {class: 'history', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', 'aria-hidden': 'true'}, e.zero, e.path);
  e.votes = el('section', {class: 'votes', 'aria-label': t('votes')},
    el('p', {class: 'count up'}, thumb('up'), el('span', {class: 'unseen'}, t('up')), e.up),
    el('p', {class: 'count down'}, thumb('down'), el('span', {class: 'unseen'}, t('down')), e.down),
    el('p', {class: 'net'}, el('span', {class: 'label'}, t('net')), e.net),
    e.bar);
  e.games = el('ol', {class: 'games'});
  e.tonight = el('section', {class: 'tonight'}, el('h2', {}, t('tonight')), e.games);
  e.stale = el('p', {class: 'stale', role: 'status'}, t('stale'));
  e.root = el('div', {class: 'stage'},
    el('section', {class: 'now'}, e.kind, e.game, e.empty, e.votes, e.history), el('aside', {class: 'side'}, e.tonight), e.stale);
  parent.replaceChildren(e.root);
  return e;
}
