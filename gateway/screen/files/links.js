// Tokens for screens and bots: create, show once, revoke.

import {el, list} from './dom.js';
import {button, choice, growing, showError, copyText, field, form, input, panel, showDialog, submit, confirmed, formatTime} from './controls.js';
import {autoRefresh} from './autorefresh.js';
import {t} from './text.js';

/** links creates the view of scoped tokens. */
export function links(host) {
  const rows = el('ol', {class: 'rows'});
  const none = el('p', {class: 'soft', hidden: true}, t('noTokens'));

  const more = growing(() => load());

  async function load() {
    const tokens = await host.readList('tokens.list', {wanted: more.wanted});
    none.hidden = tokens.rows.length > 0;
    list(rows, tokens.rows, (token) => token.id, row);
    more.show(tokens);
  }

  function row(token) {
    return el('li', {class: 'row'}, el('div', {class: 'grow'}, el('p', {class: 'name'}, token.name), el('p', {class: 'soft small'},
      [t(`role.${token.role}`), token.sessionId ? t('session', {id: token.sessionId}) : t('allSessions'), t('until', {time: formatTime(token.expiresAt)})].join(' · '))),
    button(t('revoke'), async () => {
      if (!await confirmed(t('revokeSure', {name: token.name}), t('revoke'))) return;
      await host.write('tokens.revoke', {id: token.id});
      await load();
    }, {kind: 'bad', 'aria-label': t('revokeNamed', {name: token.name})}));
  }

  const make = form({class: 'lines'}, async ({role, name, session, days}, made) => {
    const token = await host.write('tokens.create', {role, name, expiresIn: `${days}d`, ...(session && {sessionId: Number(session)})});
    made.reset();
    await showToken(host, token);
    await load();
  }, field(t('tokenFor'), choice('role', [['viewer', t('role.viewer')], ['bot', t('role.bot')]])),
  field(t('name'), input('name', {required: true, maxlength: 200})), field(t('onlySession'), input('session', {type: 'number', min: 1})),
  field(t('days'), input('days', {type: 'number', min: 1, max: 366, value: 30, required: true})), submit(t('makeToken')));

  return {leave: autoRefresh(host, load), node: panel(t('view.links'), {level: 1}, el('p', {class: 'soft'}, t('linksHow')), make, none, rows, more.node)};
}

// The link of a screen has the token in its fragment, which browsers do not send.
async function showToken(host, token) {
  const page = (name) => host.address(`${name}/${token.sessionId ?? 'active'}#token=${token.token}`);
  const lines = token.role === 'viewer' ? {openScreen: await page('screen'), overlay: await page('overlay')} : {token: token.token};
  const picture = el('img', {class: 'qr', alt: t('qrOfScreen'), width: 220, height: 220, hidden: true});
  if (token.role === 'viewer') draw(host, lines.openScreen, picture).catch(showError);
  showDialog(t('shownOnce'), picture, ...Object.entries(lines).map(([name, value]) => el('div', {class: 'line'},
    field(t(name), el('input', {class: 'field', readonly: true, value})), button(t('copyLink'), () => copyText(value), {'aria-label': `${t('copyLink')}: ${t(name)}`}))));
}

// draw loads the QR code of a link by WebSocket, because the link contains a token.
async function draw(host, link, picture) {
  const {svg} = await host.read('qr.make', {text: link});
  picture.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  picture.hidden = false;
}
