// The live screen of a session. Elements are created once and then updated, so that
// nothing flickers.

import {el, svg, setText, setVisible, list} from './dom.js';
import {playing, newest, tallyOf, rankedGames, visiblePoll} from './state.js';
import {line} from './history.js';
import {PollBoard} from './pollboard.js';
import {JoinCard} from './joincard.js';
import {thumb} from './thumb.js';
import {t, number, score} from './text.js';

const WIDTH = 400; // of the score line, in SVG units
const HEIGHT = 80;
const LONG = 24; // longer titles get a smaller font

export class ScreenView {
  #o;
  #e;
  #poll = new PollBoard();
  #join;
  #shown = null; // id of the shown session game

  /** links returns a promise of the join links, for JoinCard. */
  constructor(parent, options, links) {
    this.#o = options;
    this.#join = new JoinCard(links);
    this.#e = build(parent, this.#poll.element, this.#join.element);
  }

  status(status) {
    setVisible(status === 'connecting', this.#e.stale);
  }

  draw(state, points) {
    const game = playing(state) ?? newest(state);
    const {root, kind} = this.#e;
    root.dataset.playing = Boolean(playing(state));
    setText(kind, kindOf(state));
    setVisible(Boolean(game), this.#e.game, this.#e.votes);
    setVisible(!game, this.#e.empty);
    if (game) this.#drawGame(state, game);
    this.#drawHistory(points, Boolean(playing(state)));
    this.#drawTonight(state, game);
    this.#drawVoters(state.latest);
    this.#join.draw(this.#wants('join') && state.session.is_active ? state.join : null);
  }

  /** tick updates the poll and its countdown; false if there is no poll. */
  tick(state) {
    const poll = this.#wants('poll') ? visiblePoll(state, Date.now()) : null;
    this.#e.root.dataset.poll = poll?.phase ?? 'none';
    this.#poll.draw(poll);
    return poll !== null;
  }

  #drawGame(state, game) {
    const {title, pack, players, room, code, up, down, net, bar} = this.#e;
    const votes = tallyOf(state, game.game_id);
    const same = this.#shown === game.id;
    this.#shown = game.id;
    setText(title, game.title);
    title.classList.toggle('long', game.title.length > LONG);
    setText(pack, game.pack_name);
    setText(players, game.player_count === null ? t('seats', {min: game.min_players, max: game.max_players}) : t('players', {n: game.player_count}));
    setText(code, game.room_code ?? '');
    setVisible(this.#wants('pack'), pack);
    setVisible(this.#wants('players'), players);
    setVisible(this.#wants('room') && game.room_code !== null && game.status === 'playing', room);
    if (setText(up, number(votes.up)) && same) pulse(up);
    if (setText(down, number(votes.down)) && same) pulse(down);
    setText(net, score(votes.score));
    setVisible(this.#wants('net'), net.parentElement);
    bar.style.setProperty('--share', share(votes));
  }

  #drawHistory(points, is) {
    const {history, path, area, zero} = this.#e;
    const drawn = line(points, WIDTH, HEIGHT);
    setVisible(is && this.#wants('history') && drawn.path !== '', history);
    path.setAttribute('d', drawn.path);
    area.setAttribute('d', drawn.path && `${drawn.path}V${drawn.zero}H0Z`);
    zero.setAttribute('d', `M0 ${drawn.zero}H${WIDTH}`);
  }

  #drawTonight(state, game) {
    const games = rankedGames(state);
    setVisible(this.#wants('tonight') && games.length > 1, this.#e.tonight);
    list(this.#e.games, games, (g) => g.game_id, makeRow, (row, g) => {
      row.classList.toggle('now', g.game_id === game.game_id && game.status === 'playing');
      row.classList.toggle('skipped', g.status === 'skipped');
      setText(row.children[0], g.title);
      setText(row.children[1], score(g.tally.score));
    });
  }

  #drawVoters(latest) {
    setVisible(this.#wants('voters') && latest.length > 0, this.#e.voters);
    list(this.#e.names, latest, (v) => `${v.timestamp} ${v.type} ${v.username}`, makeVoter, (row, v) => {
      row.className = `voter ${v.type}`;
      setText(row.lastElementChild, this.#o.names ? v.username : t('somebody'));
      setText(row.children[1], t(v.type));
    });
  }

  #wants(part) { return !this.#o.hidden.has(part); }
}

const makeRow = () => el('li', {class: 'row'}, el('bdi', {class: 'name'}), el('span', {class: 'number'}));

const makeVoter = (v) => el('li', {}, thumb(v.type), el('span', {class: 'visually-hidden'}), el('bdi', {class: 'name'}));

function kindOf(state) {
  if (!state.session.is_active) return t('over');
  if (playing(state)) return t('nowPlaying');
  return newest(state) ? t('justPlayed') : t('soon');
}

// share is the fraction of up votes, 0.5 without votes.
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
    el('p', {class: 'count up'}, thumb('up'), el('span', {class: 'visually-hidden'}, t('up')), e.up),
    el('p', {class: 'count down'}, thumb('down'), el('span', {class: 'visually-hidden'}, t('down')), e.down),
    el('p', {class: 'net'}, el('span', {class: 'label'}, t('net')), e.net),
    e.bar);
  e.games = el('ol', {class: 'games'});
  e.tonight = el('section', {class: 'tonight'}, el('h2', {}, t('tonight')), e.games);
  e.names = el('ul', {class: 'names'});
  e.voters = el('section', {class: 'voters'}, el('h2', {}, t('latest')), e.names);
  e.stale = el('p', {class: 'stale', role: 'status'}, t('stale'));
  e.root = el('div', {class: 'screen-view'},
    el('div', {class: 'main'}, el('section', {class: 'now'}, e.kind, e.game, e.empty, e.votes, e.history), poll),
    el('div', {class: 'side'}, join, e.tonight, e.voters), e.stale);
  parent.replaceChildren(e.root);
  return e;
}
