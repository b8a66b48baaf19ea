// What a screen shows of a session. It is made once and then only filled, so that
// nothing flickers; it shows a state whole or not at all.

import {el, svg, say, show, list} from './dom.js';
import {playing, newest, tallyOf, evening, asked} from './state.js';
import {line} from './history.js';
import {PollBoard} from './pollboard.js';
import {JoinCard} from './joincard.js';
import {thumb} from './thumb.js';
import {t, number, score} from './text.js';

const WIDTH = 400; // of the history's line, in units of its own
const HEIGHT = 80;
const LONG = 24; // a title of more characters is set smaller

export class Stage {
  #o;
  #e;
  #poll = new PollBoard();
  #join;
  #shown = null; // the playing that stands there

  /** links resolves to how the session is joined, as JoinCard wants it. */
  constructor(parent, options, links) {
    this.#o = options;
    this.#join = new JoinCard(links);
    this.#e = build(parent, this.#poll.element, this.#join.element);
  }

  status(status) {
    show(status === 'connecting', this.#e.stale);
  }

  draw(state, points) {
    const game = playing(state) ?? newest(state);
    const {root, kind} = this.#e;
    root.dataset.playing = Boolean(playing(state));
    say(kind, kindOf(state));
    show(Boolean(game), this.#e.game, this.#e.votes);
    show(!game, this.#e.empty);
    if (game) this.#drawGame(state, game);
    this.#drawHistory(points, Boolean(playing(state)));
    this.#drawTonight(state, game);
    this.#drawVoters(state.latest);
    this.#join.draw(this.#wants('join') && state.session.is_active ? state.join : null);
  }

  /** tick draws what changes with time alone: the poll and its countdown. True while there is one. */
  tick(state) {
    const poll = this.#wants('poll') ? asked(state, Date.now()) : null;
    this.#e.root.dataset.poll = poll?.phase ?? 'none';
    this.#poll.draw(poll);
    return poll !== null;
  }

  #drawGame(state, game) {
    const {title, pack, players, room, code, up, down, net, bar} = this.#e;
    const votes = tallyOf(state, game.game_id);
    const same = this.#shown === game.id;
    this.#shown = game.id;
    say(title, game.title);
    title.classList.toggle('long', game.title.length > LONG);
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
    const {history, path, area, zero} = this.#e;
    const drawn = line(points, WIDTH, HEIGHT);
    show(is && this.#wants('history') && drawn.path !== '', history);
    path.setAttribute('d', drawn.path);
    area.setAttribute('d', drawn.path && `${drawn.path}V${drawn.zero}H0Z`);
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

  #drawVoters(latest) {
    show(this.#wants('voters') && latest.length > 0, this.#e.voters);
    list(this.#e.names, latest, (v) => `${v.timestamp} ${v.type} ${v.username}`, makeVoter, (row, v) => {
      row.className = `voter ${v.type}`;
      say(row.lastElementChild, this.#o.names ? v.username : t('somebody'));
      say(row.children[1], t(v.type));
    });
  }

  #wants(part) { return !this.#o.hidden.has(part); }
}

const makeRow = () => el('li', {class: 'row'}, el('bdi', {class: 'name'}), el('span', {class: 'number'}));

const makeVoter = (v) => el('li', {}, thumb(v.type), el('span', {class: 'unseen'}), el('bdi', {class: 'name'}));

function kindOf(state) {
  if (!state.session.is_active) return t('over');
  if (playing(state)) return t('nowPlaying');
  return newest(state) ? t('justPlayed') : t('soon');
}

// share is the part of the votes that is up; half when there are none.
const share = ({up, down}) => (up + down === 0 ? 0.5 : up / (up + down));

function pulse(element) {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  element.animate([{transform: 'scale(1.12)'}, {transform: 'scale(1)'}], {duration: 260, easing: 'ease-out'});
}

function build(parent, poll, join) {
  const e = {};
  e.kind = el('p', {class: 'kind'});
  e.title = el('h1', {class: 'title'});
  e.pack = el('bdi', {class: 'pack'});
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
  e.area = svg('path', {class: 'area'});
  e.zero = svg('path', {class: 'zero'});
  e.history = svg('svg', {class: 'history', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', 'aria-hidden': 'true'}, e.area, e.zero, e.path);
  e.votes = el('section', {class: 'votes', 'aria-label': t('votes')},
    el('p', {class: 'count up'}, thumb('up'), el('span', {class: 'unseen'}, t('up')), e.up),
    el('p', {class: 'count down'}, thumb('down'), el('span', {class: 'unseen'}, t('down')), e.down),
    el('p', {class: 'net'}, el('span', {class: 'label'}, t('net')), e.net),
    e.bar);
  e.games = el('ol', {class: 'games'});
  e.tonight = el('section', {class: 'tonight'}, el('h2', {}, t('tonight')), e.games);
  e.names = el('ul', {class: 'names'});
  e.voters = el('section', {class: 'voters'}, el('h2', {}, t('latest')), e.names);
  e.stale = el('p', {class: 'stale', role: 'status'}, t('stale'));
  e.root = el('div', {class: 'stage'},
    el('div', {class: 'main'}, el('section', {class: 'now'}, e.kind, e.game, e.empty, e.votes, e.history), poll),
    el('div', {class: 'side'}, join, e.tonight, e.voters), e.stale);
  parent.replaceChildren(e.root);
  return e;
}
