// How phones come in: a code, and a picture of the link for those who do not want to type.

import {el, say, show} from './dom.js';
import {paths} from './socket.js';
import {t} from './text.js';

export class JoinCard {
  #code = null;
  #links;

  /** links resolves to what sessions.join.get says: the picture's address, with the secret of the code. */
  constructor(links) {
    this.#links = links;
    this.picture = el('img', {class: 'qr', alt: t('qr')});
    this.address = el('span', {class: 'address'});
    this.code = el('strong', {class: 'code'});
    this.element = el('section', {class: 'join', hidden: true, 'aria-label': t('join')}, this.picture,
      el('div', {}, el('h2', {}, t('join')), el('p', {class: 'soft'}, t('joinAt'), ' ', this.address), el('p', {}, t('joinCode'), ' ', this.code)));
  }

  /** draw shows a join of a state; one without a code, or null, hides it. */
  draw(join) {
    const code = join?.code ?? null;
    show(code !== null, this.element);
    if (code === this.#code) return;
    this.#code = code;
    if (code === null) return;
    say(this.code, code);
    say(this.address, location.host);
    this.picture.removeAttribute('src'); // that of another code
    this.#picture(code);
    this.#lookUp(code);
  }

  // Who scans the picture brings the code's secret, and is let in also where others have
  // typed too many wrong codes. Without it the picture says the code alone.
  async #picture(code) {
    const found = await this.#links().catch(() => null);
    if (this.#code !== code) return;
    const path = found?.code === code ? found.qr : `/vote/${code}/qr.svg`;
    this.picture.src = new URL(path.slice(1), paths.root);
  }

  // The hub knows best where others reach it: on the host's own machine this page may
  // stand at localhost.
  async #lookUp(code) {
    try {
      const {url} = await (await fetch(new URL(`vote/${code}/link`, paths.root))).json();
      if (this.#code === code) say(this.address, addressOf(url));
    } catch {
      // What stands there is the best we know.
    }
  }
}

/** addressOf is a link as people would type it: without the scheme, and without the code. */
export const addressOf = (url) => url.replace(/^https?:../, '').replace(/\/[^/]*$/, '');
