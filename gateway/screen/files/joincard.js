// The join code on a screen, with the QR code of the link.

import {el, setText, setVisible} from './dom.js';
import {paths} from './socket.js';
import {t} from './text.js';

export class JoinCard {
  #code = null;
  #links;

  /** links returns a promise of the response of sessions.join.get, which has the QR code with the secret. */
  constructor(links) {
    this.#links = links;
    this.picture = el('img', {class: 'qr', alt: t('qr')});
    this.address = el('span', {class: 'address'});
    this.code = el('strong', {class: 'code'});
    this.element = el('section', {class: 'join', hidden: true, 'aria-label': t('join')}, this.picture,
      el('div', {}, el('h2', {}, t('join')), el('p', {class: 'soft'}, t('joinAt'), ' ', this.address), el('p', {}, t('joinCode'), ' ', this.code)));
  }

  /** draw shows the join code of a state; without a code, or for null, it hides the card. */
  draw(join) {
    const code = join?.code ?? null;
    setVisible(code !== null, this.element);
    if (code === this.#code) return;
    this.#code = code;
    if (code === null) return;
    setText(this.code, code);
    setText(this.address, location.host);
    this.picture.removeAttribute('src'); // of the previous code
    this.#picture(code);
    this.#lookUp(code);
  }

  // The QR code contains the secret of the code, which is accepted even after too many
  // wrong codes. If the links cannot be read, it contains only the code.
  async #picture(code) {
    const found = await this.#links().catch(() => null);
    if (this.#code !== code) return;
    const path = found?.code === code ? found.qr : `/vote/${code}/qr.svg`;
    this.picture.src = new URL(path.slice(1), paths.root);
  }

  // The server knows the address that phones can reach: on the host's own machine this
  // page may be at localhost.
  async #lookUp(code) {
    try {
      const {url} = await (await fetch(new URL(`vote/${code}/link`, paths.root))).json();
      if (this.#code === code) setText(this.address, addressOf(url));
    } catch {
      // The page's own host stays.
    }
  }
}

/** addressOf returns a link as people would type it, without scheme and code. */
export const addressOf = (url) => url.replace(/^https?:../, '').replace(/\/[^/]*$/, '');
