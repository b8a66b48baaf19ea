// Phone voting and screens: the join code, voters' networks, and links of screens.

import {el, setText, setVisible} from './dom.js';
import {button, choice, copyText, field, form, panel, submit, confirmed} from './controls.js';
import {addresses} from './addresses.js';
import {paths} from './socket.js';
import {t} from './text.js';

const LINK_LIFETIME = '24h'; // enough for one session

/** voting creates the panel of phone voting and screens. */
export function voting(host) {
  const join = joinPanel(host);
  const networks = addresses(host);
  const views = screenLinks(host);
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

function joinPanel(host) {
  let shown = '';
  const open = form({class: 'line'}, ({policy}) => host.inSession('sessions.join.open', {policy}),
    field(t('policy'), choice('policy', ['latest', 'once', 'every'].map((p) => [p, t(`policy.${p}`)]))), submit(t('openVoting')));
  const code = el('p', {class: 'join-code'});
  const link = el('a', {target: '_blank', rel: 'noopener'});
  // The visible text leaves out the secret; the copied and scanned link contains it.
  const setLink = (url) => {
    link.href = url;
    setText(link, url.replace(/#.*/, ''));
  };
  const picture = el('img', {class: 'qr', alt: '', width: 180, height: 180});
  // The links contain the secret of the code, which is accepted even after too many wrong
  // codes. If they cannot be read, links with the code alone are used.
  const loadLinks = async (id, code) => {
    const found = await host.read('sessions.join.get', {id}).catch(() => null);
    if (shown !== code) return;
    const {link: to, qr} = found?.code === code ? found : {link: `/vote/${code}`, qr: `/vote/${code}/qr.svg`};
    picture.src = new URL(qr.slice(1), paths.root);
    setLink(String(new URL(to.slice(1), paths.root)));
    const url = await host.address(to.slice(1)).catch(() => null); // then the local link stays
    if (url && shown === code) setLink(url);
  };
  const rule = el('p', {class: 'soft'});
  const details = el('div', {class: 'joined'}, picture, el('div', {class: 'stack'}, code, link, rule, el('div', {class: 'actions'},
    button(t('copyLink'), () => copyText(link.href)),
    button(t('newCode'), async () => { if (await confirmed(t('newCodeSure'), t('newCode'))) await host.inSession('sessions.join.open', {renew: true}); }),
    button(t('closeVoting'), () => host.inSession('sessions.join.close')))));
  return {
    node: el('div', {class: 'stack'}, open, details),
    draw({session, join}) {
      const is = session.is_active && Boolean(join?.code);
      setVisible(session.is_active && !is, open);
      setVisible(is, details);
      if (!is) return;
      setText(code, join.code);
      setText(rule, t(`policy.${join.policy}`));
      if (shown === join.code) return;
      shown = join.code;
      picture.removeAttribute('src'); // of the previous code
      loadLinks(session.id, join.code);
    },
  };
}

// screenLinks creates a viewer token for this session when a link is first needed.
function screenLinks(host) {
  const made = new Map();
  const address = async (page) => {
    const {id} = host.state.session;
    if (!made.has(id)) made.set(id, await host.write('tokens.create', {role: 'viewer', sessionId: id, name: t('screenToken', {id}), expiresIn: LINK_LIFETIME}));
    return host.address(`${page}/${id}#token=${made.get(id).token}`);
  };
  // The tab is opened during the click; browsers block tabs opened later.
  const open = async () => {
    const tab = window.open('', '_blank');
    const url = await address('screen').catch((e) => { tab?.close(); throw e; });
    if (tab) tab.location = url;
    else await copyText(url);
  };
  return {
    node: el('div', {class: 'actions'}, button(t('openScreen'), open),
      button(t('copyScreen'), async () => copyText(await address('screen'))), button(t('copyOverlay'), async () => copyText(await address('overlay')))),
    draw() {},
  };
}
