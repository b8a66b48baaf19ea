// The icons of up and down votes. They are hidden from screen readers, which read the text beside them.

import {svg} from './dom.js';

const SHAPE = 'M3.6 10h1.8c.6 0 1.1.5 1.1 1.1v8.8c0 .6-.5 1.1-1.1 1.1H3.6c-.6 0-1.1-.5-1.1-1.1v-8.8c0-.6.5-1.1 1.1-1.1z'
  + 'm4.9.3 3.7-7c.2-.4.6-.6 1-.5 1.2.3 2 1.3 2 2.6 0 1.3-.4 2.7-.8 3.8h5c1.6 0 2.7 1.5 2.3 3l-1.9 6.9'
  + 'c-.3 1.1-1.3 1.9-2.4 1.9h-6.7c-.8 0-1.6-.2-2.2-.6z';

/** thumb creates the icon of kind 'up' or 'down'. */
export const thumb = (kind) => svg('svg', {class: `thumb ${kind}`, viewBox: '0 0 24 24', 'aria-hidden': 'true'}, svg('path', {d: SHAPE}));
