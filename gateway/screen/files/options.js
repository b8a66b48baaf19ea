// What the address of a screen asks for: /screen/3?theme=light&hide=voters#token=…
// Pure: an address in, options out. What makes no sense counts as not said.

/** parts are what hide= and show= can name. */
export const parts = ['pack', 'players', 'room', 'net', 'history', 'voters', 'tonight', 'join', 'poll'];

/** aligns are where an overlay can stand: two words, one word is the middle of that side. */
const aligns = /^(top|bottom)?-?(left|right|center)?$/;

/**
 * read returns {session, token, theme, scale, align, hidden, delay, names}. session is
 * the number in the path, 'active', or null for neither. hidden is a Set of parts, given
 * those that the page hides by itself. The token stands in the fragment, which browsers
 * send to nobody, or in ?token=.
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
    scale: bounded(query.get('scale'), 0.25, 4, 1),
    align: aligns.test(query.get('align') ?? '') ? query.get('align') || null : null,
    hidden,
    delay: bounded(query.get('delay'), 0, 300, 0),
    names: !['off', 'no', '0', 'false'].includes(query.get('names')),
  };
}

const words = (list) => (list ?? '').split(',').map((w) => w.trim()).filter((w) => parts.includes(w));

const one = (value, known) => (known.includes(value) ? value : null);

function bounded(text, least, most, otherwise) {
  const n = Number.parseFloat(text ?? '');
  return Number.isFinite(n) ? Math.min(most, Math.max(least, n)) : otherwise;
}

const positive = (text) => (/^[1-9]\d{0,15}$/.test(text) ? Number(text) : null);

/** roleOf is what a token says of itself, '' for what is no token of ours. It proves nothing; the hub looks. */
export function roleOf(token) {
  try {
    const claims = token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
    return JSON.parse(atob(claims)).role ?? '';
  } catch {
    return '';
  }
}
