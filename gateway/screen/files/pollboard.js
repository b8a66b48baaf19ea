// The poll on a screen: question, countdown and votes.

import {el, setText, setVisible, list} from './dom.js';
import {t, number, clock} from './text.js';

export class PollBoard {
  constructor() {
    this.left = el('span', {class: 'number left'});
    this.question = el('h2', {}, t('whatNext'));
    this.candidates = el('ol', {class: 'candidates'});
    this.element = el('section', {class: 'poll', hidden: true, 'aria-label': t('whatNext')},
      el('div', {class: 'question'}, this.question, this.left), this.candidates);
  }

  /** draw shows a result of visiblePoll; null hides the poll. */
  draw(visiblePoll) {
    setVisible(visiblePoll !== null, this.element);
    if (!visiblePoll) return;
    const {poll, phase} = visiblePoll;
    this.element.dataset.phase = phase;
    setText(this.question, phase === 'over' ? t('nextUp') : t('whatNext'));
    setText(this.left, leftOf(visiblePoll));
    this.left.classList.toggle('soon', phase === 'open' && visiblePoll.left <= 10);
    list(this.candidates, poll.candidates, (c) => `${poll.id} ${c.choice}`, makeRow, (row, c) => {
      const [badge, name, votes, bar] = row.children;
      setText(badge, c.choice);
      setText(name, c.title);
      setText(votes, number(c.votes));
      bar.style.setProperty('--part', visiblePoll.most === 0 ? 0 : c.votes / visiblePoll.most);
      row.classList.toggle('leads', phase === 'over' ? c.choice === poll.winner?.choice : visiblePoll.most > 0 && c.votes === visiblePoll.most);
    });
  }
}

const leftOf = ({phase, left, poll}) => ({open: clock(left), counting: t('counting'), over: t('votesIn', {n: poll.total_votes})})[phase];

const makeRow = () => el('li', {class: 'candidate'}, el('span', {class: 'badge', 'aria-hidden': 'true'}), el('bdi', {class: 'name'}), el('span', {class: 'number'}),
  el('span', {class: 'part', 'aria-hidden': 'true'}));
