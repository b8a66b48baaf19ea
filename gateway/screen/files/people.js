// Who may vote: the join code for phones, and the links of screens.

import {el, say, show} from './dom.js';
import {button, choice, copied, field, form, panel, submit, sure} from './parts.js';
import {paths} from './socket.js';
import {t} from './text.js';

const HOURS = '24h'; // an evening's link ends with the day

/** people is the panel of voters and screens. */
export function people(desk) {
  const join = joining(desk);
  const views = screens(desk);
  return {
    node: panel(t('people'), {}, join.node, views.node),
    draw(state) {
      join.draw(state);
      views.draw(state);
    },
  };
}

function joining(desk) {
  let shown = '';
  const open = form({class: 'line'}, ({policy}) => desk.inSession('sessions.join.open', {policy}),
    field(t('policy'), choice('policy', ['latest', 'once', 'every'].map((p) => [p, t(`policy.${p}`)]))), submit(t('openVoting')));
  const code = el('p', {class: 'join-code'});
  const link = el('a', {target: '_blank', rel: 'noopener'});
  const point = (url) => {
    link.href = url;
    say(link, url);
  };
  const picture = el('img', {class: 'qr', alt: '', width: 180, height: 180});
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
      point(String(new URL(`vote/${join.code}`, paths.root)));
      desk.address(`vote/${join.code}`).then(point).catch(() => {}); // what stands there is the best we know
      picture.src = new URL(`vote/${join.code}/qr.svg`, paths.root);
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
