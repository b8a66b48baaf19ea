// The poll on a screen: what is asked, how long it is open, and what the crowd wants.

import {el, say, show, list} from './dom.js';
import {t, number, clock} from './text.js';

export class PollBoard {
  constructor() {
    this.left = el('span', {class: 'number left'});
    this.question = el('h2', {}, t('whatNext'));
    this.candidates = el('ol', {class: 'candidates'});
    this.element = el('section', {class: 'poll', hidden: true, 'aria-label': t('whatNext')},
      el('div', {class: 'question'}, this.question, this.left), this.candidates);
  }

  /** draw shows what asked() says, null hides it. */
  draw(asked) {
    show(asked !== null, this.element);
    if (!asked) return;
    const {poll, phase} = asked;
    this.element.dataset.phase = phase;
    say(this.question, phase === 'over' ? t('nextUp') : t('whatNext'));
    say(this.left, leftOf(asked));
    this.left.classList.toggle('soon', phase === 'open' && asked.left <= 10);
    list(this.candidates, poll.candidates, (c) => `${poll.id} ${c.choice}`, makeRow, (row, c) => {
      const [badge, name, votes, bar] = row.children;
      say(badge, c.choice);
      say(name, c.title);
      say(votes, number(c.votes));
      bar.style.setProperty('--part', asked.most === 0 ? 0 : c.votes / asked.most);
      row.classList.toggle('leads', phase === 'over' ? c.choice === poll.winner?.choice : asked.most > 0 && c.votes === asked.most);
    });
  }
}

const leftOf = ({phase, left, poll}) => ({open: clock(left), counting: t('counting'), over: t('votesIn', {n: poll.total_votes})})[phase];

const makeRow = () => el('li', {class: 'candidate'}, el('span', {class: 'badge', 'aria-hidden': 'true'}), el('bdi', {class: 'name'}), el('span', {class: 'number'}),
  el('span', {class: 'part', 'aria-hidden': 'true'}));
