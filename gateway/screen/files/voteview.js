// The voting page of a phone: the game, two vote buttons, and the poll. Elements are created
// once and then updated. Clicks are passed to the callbacks.

import {el, setText, setVisible, list} from './dom.js';
import {playing, newest, tallyOf, rankedGames, visiblePoll} from './state.js';
import {thumb} from './thumb.js';
import {t, number, score, clock} from './text.js';

export class VoteView {
  #e;
  #on;

  /** on: vote(kind), choose(poll, choice), rename(). */
  constructor(parent, on) {
    this.#on = on;
    this.#e = this.#build();
    parent.replaceChildren(this.#e.root);
  }

  status(status) {
    setVisible(status === 'connecting', this.#e.stale);
  }

  /**
   * draw shows a state and this phone's data: {name, policy, vote, pendingVote}. vote is the
   * phone's vote for the current game, pendingVote the one being sent.
   */
  draw(state, mine) {
    const e = this.#e;
    const current = playing(state);
    const game = current ?? newest(state);
    const active = state.session.is_active;
    setText(e.name, mine.name);
    setVisible(active, e.rename);
    setText(e.kind, active ? t(current ? 'nowPlaying' : game ? 'justPlayed' : 'soon') : t('over'));
    setText(e.title, active ? game?.title ?? t('noGame') : t('thanks'));
    setText(e.pack, active && game ? game.pack_name : '');
    setText(e.code, current?.room_code ?? '');
    setVisible(Boolean(current?.room_code), e.room);
    setVisible(Boolean(current), e.thumbs);
    setVisible(active && !current, e.rest);
    setText(e.rest, t(game ? 'waitForNext' : 'waitForFirst'));
    if (current) this.#drawThumbs(tallyOf(state, current.game_id), mine);
    this.#drawTonight(state, active);
  }

  #drawThumbs(votes, mine) {
    for (const kind of ['up', 'down']) {
      const button = this.#e[kind];
      const pressed = (mine.pendingVote ?? mine.vote) === kind;
      button.setAttribute('aria-pressed', pressed);
      button.classList.toggle('waiting', mine.pendingVote === kind);
      setText(button.querySelector('.number'), number(votes[kind]));
    }
    setText(this.#e.rule, t(`policy_${mine.policy}`));
  }

  #drawTonight(state, active) {
    const games = active ? [] : rankedGames(state);
    setVisible(games.length > 0, this.#e.tonight);
    list(this.#e.games, games, (g) => g.game_id, () => el('li', {class: 'row'}, el('bdi', {class: 'name'}), el('span', {class: 'number'})), (row, g) => {
      setText(row.children[0], g.title);
      setText(row.children[1], score(g.tally.score));
    });
  }

  /** tick updates the poll and its countdown; false if there is no poll. chosen is this phone's choice, 0 for none. */
  tick(state, chosen) {
    const e = this.#e;
    const a = visiblePoll(state, Date.now());
    e.root.dataset.poll = a?.phase ?? 'none';
    setVisible(a !== null, e.poll);
    if (!a) return false;
    const {poll, phase} = a;
    setText(e.question, t(phase === 'over' ? 'nextUp' : 'whatNext'));
    setText(e.left, {open: clock(a.left), counting: t('counting'), over: t('votesIn', {n: poll.total_votes})}[phase]);
    list(e.choices, poll.candidates, (c) => `${poll.id} ${c.choice}`, (c) => this.#makeChoice(poll, c), (row, c) => {
      const button = row.firstElementChild;
      button.disabled = phase !== 'open';
      button.setAttribute('aria-pressed', c.choice === chosen);
      button.classList.toggle('won', phase === 'over' && c.choice === poll.winner?.choice);
      setText(button.children[0], c.title);
      setText(button.children[1], number(c.votes));
    });
    return true;
  }

  #makeChoice(poll, c) {
    return el('li', {}, el('button', {class: 'choice', type: 'button', onclick: () => this.#on.choose(poll.id, c.choice)},
      el('bdi', {class: 'name'}), el('span', {class: 'number'})));
  }

  /** note shows the result of a vote, '' for none; bad marks an error. */
  note(text, bad = false) {
    setText(this.#e.note, text);
    this.#e.note.classList.toggle('bad', bad);
  }

  #build() {
    const e = {};
    e.name = el('bdi', {});
    e.rename = el('button', {class: 'rename', type: 'button', onclick: () => this.#on.rename()}, t('votingAs'), ' ', e.name);
    e.kind = el('p', {class: 'kind'});
    e.title = el('h1', {class: 'title'});
    e.pack = el('p', {class: 'pack soft'});
    e.code = el('strong', {class: 'code'});
    e.room = el('p', {class: 'room'}, t('room'), ' ', e.code);
    e.rest = el('p', {class: 'rest soft'});
    e.question = el('h2', {});
    e.left = el('span', {class: 'left number'});
    e.choices = el('ul', {class: 'choices'});
    e.poll = el('section', {class: 'poll card', 'aria-label': t('whatNext')}, el('div', {class: 'question'}, e.question, e.left), e.choices);
    for (const kind of ['up', 'down']) {
      e[kind] = el('button', {class: `press ${kind}`, type: 'button', 'aria-pressed': 'false', onclick: () => this.#on.vote(kind)},
        thumb(kind), el('span', {class: 'visually-hidden'}, t(kind)), el('span', {class: 'number'}));
    }
    e.rule = el('p', {class: 'rule soft'});
    e.thumbs = el('section', {class: 'thumbs', 'aria-label': t('votes')}, el('div', {class: 'pair'}, e.up, e.down), e.rule);
    e.note = el('p', {class: 'note', role: 'status'});
    e.games = el('ol', {class: 'games'});
    e.tonight = el('section', {class: 'tonight'}, el('h2', {class: 'soft'}, t('tonight')), e.games);
    e.stale = el('p', {class: 'stale', role: 'status'}, t('offline'));
    e.root = el('div', {class: 'vote-view'}, el('header', {}, e.rename), el('div', {class: 'what'}, e.kind, e.title, e.pack, e.room, e.rest),
      e.tonight, e.poll, e.note, e.thumbs, e.stale);
    return e;
  }
}
