// Who may vote: the join code for phones, and the links of screens.

import {el, say, show} from './dom.js';
import {button, choice, copied, field, form, panel, submit, sure} from './parts.js';
import {addresses} from './addresses.js';
import {paths} from './socket.js';
import {t} from './text.js';

const HOURS = '24h'; // an evening's link ends with the day

/** people is the panel of voters and screens. */
export function people(desk) {
  const join = joining(desk);
  const networks = addresses(desk);
  const views = screens(desk);
  return {
    node: panel(t('people'), {}, join.node, networks.node, views.node),
    draw(state) {
      join.draw(state);
      networks.draw(state);
      views.draw(state);
    },
    leave: networks.leave,
  };
}

function joining(desk) {
  let shown = '';
  const open = form({class: 'line'}, ({policy}) => desk.inSession('sessions.join.open', {policy}),
    field(t('policy'), choice('policy', ['latest', 'once', 'every'].map((p) => [p, t(`policy.${p}`)]))), submit(t('openVoting')));
  const code = el('p', {class: 'join-code'});
  const link = el('a', {target: '_blank', rel: 'noopener'});
  // What stands there to be typed is without the secret that is copied and scanned.
  const point = (url) => {
    link.href = url;
    say(link, url.replace(/#.*/, ''));
  };
  const picture = el('img', {class: 'qr', alt: '', width: 180, height: 180});
  // The links of a code hold its secret: who comes in by them is let in also where others
  // have typed too many wrong codes. Without them the code alone leads there.
  const lead = async (id, code) => {
    const found = await desk.read('sessions.join.get', {id}).catch(() => null);
    if (shown !== code) return;
    const {link: to, qr} = found?.code === code ? found : {link: `/vote/${code}`, qr: `/vote/${code}/qr.svg`};
    picture.src = new URL(qr.slice(1), paths.root);
    point(String(new URL(to.slice(1), paths.root)));
    const url = await desk.address(to.slice(1)).catch(() => null); // what stands there is the best we know
    if (url && shown === code) point(url);
  };
  const rule = el('p', {class: 'soft'});
  const there = el('div', {class: 'joined'}, picture, el('div', {class: 'stack'}, code, link, rule, el('div', {class: 'actions'},
    button(t('copyLink'), () => copied(link.href)),
    button(t('newCode'), async () => { if (await sure(t('newCodeSure'), t('newCode'))) await desk.inSession('sessions.join.open', {renew: true}); }),
    button(t('closeVoting'), () => desk.inSession('sessions.join.close')))));
  return {
    node: el('div', {class: 'stack'}, open, there),
    draw({session, join}) {
      const is = session.is_active && Boolean(join?.code);
      show(session.is_active && !is, open);
      show(is, there);
      if (!is) return;
      say(code, join.code);
      say(rule, t(`policy.${join.policy}`));
      if (shown === join.code) return;
      shown = join.code;
      picture.removeAttribute('src'); // that of another code
      lead(session.id, join.code);
    },
  };
}

// Screens get a viewer token for this session alone, made when somebody asks for a link.
function screens(desk) {
  const made = new Map();
  const address = async (page) => {
    const {id} = desk.state.session;
    if (!made.has(id)) made.set(id, await desk.write('tokens.create', {role: 'viewer', sessionId: id, name: t('screenToken', {id}), expiresIn: HOURS}));
    return desk.address(`${page}/${id}#token=${made.get(id).token}`);
  };
  // The tab opens with the press; browsers stop those that open later.
  const open = async () => {
    const tab = window.open('', '_blank');
    const url = await address('screen').catch((e) => { tab?.close(); throw e; });
    if (tab) tab.location = url;
    else await copied(url);
  };
  return {
    node: el('div', {class: 'actions'}, button(t('openScreen'), open),
      button(t('copyScreen'), async () => copied(await address('screen'))), button(t('copyOverlay'), async () => copied(await address('overlay')))),
    draw() {},
  };
}
