// The options in the URL of a screen: /screen/3?theme=light&hide=voters#token=…
// Pure functions. Invalid values are ignored.

/** parts are the values of hide= and show=. */
export const parts = ['pack', 'players', 'room', 'net', 'history', 'voters', 'tonight', 'join', 'poll'];

// The colour options, and the variables of theme.css that each sets.
const looks = {
  accent: (c) => ({accent: c, 'accent-ink': c, 'up-ink': c, 'on-accent': readable(c)}),
  down: (c) => ({down: c, 'on-down': readable(c)}),
  ink: (c) => ({ink: c}),
  soft: (c) => ({soft: c}),
  card: (c) => ({card: c}),
  raised: (c) => ({raised: c}),
  paper: (c) => ({paper: c}),
};

/** aligns matches the positions of an overlay: two words, or one for the middle of that side. */
const aligns = /^(top|bottom)?-?(left|right|center)?$/;

/**
 * read returns {session, token, theme, look, scale, align, hidden, delay, names}. session
 * is the number in the path, 'active', or null. hidden is a Set of parts, which starts with
 * hiddenByDefault. look maps style variables to values. The token is in the fragment, which
 * browsers do not send, or in ?token=.
 */
export function read(address, hiddenByDefault = []) {
  const url = new URL(address);
  const query = url.searchParams;
  const fragment = new URLSearchParams(url.hash.slice(1));
  const last = decodeURIComponent(url.pathname.split('/').at(-1));
  const hidden = new Set(hiddenByDefault);
  for (const part of words(query.get('show'))) hidden.delete(part);
  for (const part of words(query.get('hide'))) hidden.add(part);
  return {
    session: last === 'active' ? 'active' : positive(last),
    token: fragment.get('token') || query.get('token') || '',
    theme: one(query.get('theme'), ['dark', 'light', 'auto']),
    look: lookOf(query),
    scale: bounded(query.get('scale'), 0.25, 4, 1),
    align: aligns.test(query.get('align') ?? '') ? query.get('align') || null : null,
    hidden,
    delay: bounded(query.get('delay'), 0, 300, 0),
    names: !['off', 'no', '0', 'false'].includes(query.get('names')),
  };
}

function lookOf(query) {
  const look = {};
  for (const [name, set] of Object.entries(looks)) {
    const color = /^#?((?:[\da-f]{3,4}){1,2})$/i.exec(query.get(name) ?? '')?.[1];
    if (color) Object.assign(look, set(`#${color}`));
  }
  const font = /^[\p{L}\d][\p{L}\d -]{0,49}$/u.exec(query.get('font') ?? '')?.[0];
  if (font) look.font = `"${font}", Figtree, sans-serif`;
  return look;
}

// readable returns black or white, whichever has more contrast with the colour (WCAG luminance).
function readable(color) {
  const digits = color.slice(1);
  const size = digits.length < 6 ? 1 : 2;
  const [r, g, b] = [0, 1, 2].map((i) => {
    const part = digits.slice(i * size, (i + 1) * size);
    const c = Number.parseInt(size === 1 ? part + part : part, 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? '#000' : '#fff';
}

const words = (list) => (list ?? '').split(',').map((w) => w.trim()).filter((w) => parts.includes(w));

const one = (value, known) => (known.includes(value) ? value : null);

function bounded(text, least, most, otherwise) {
  const n = Number.parseFloat(text ?? '');
  return Number.isFinite(n) ? Math.min(most, Math.max(least, n)) : otherwise;
}

const positive = (text) => (/^[1-9]\d{0,15}$/.test(text) ? Number(text) : null);

/** roleOf returns the role in a token without verifying it, '' if it is not a token. */
export function roleOf(token) {
  try {
    const claims = token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
    return JSON.parse(atob(claims)).role ?? '';
  } catch {
    return '';
  }
}
