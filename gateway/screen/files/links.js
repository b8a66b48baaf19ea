// Tokens for screens and bots: made once, shown once, taken back at any time.

import {el, list} from './dom.js';
import {button, choice, complain, copied, field, form, input, panel, reveal, submit, sure, when} from './parts.js';
import {inStep} from './step.js';
import {t} from './text.js';

/** links is the view of scoped tokens. */
export function links(desk) {
  const rows = el('ol', {class: 'rows'});
  const none = el('p', {class: 'soft', hidden: true}, t('noTokens'));

  async function load() {
    const tokens = await desk.read('tokens.list');
    none.hidden = tokens.length > 0;
    list(rows, tokens, (token) => token.id, row);
  }

  function row(token) {
    return el('li', {class: 'row'}, el('div', {class: 'grow'}, el('p', {class: 'name'}, token.name), el('p', {class: 'soft small'},
      [t(`role.${token.role}`), token.sessionId ? t('session', {id: token.sessionId}) : t('allSessions'), t('until', {time: when(token.expiresAt)})].join(' · '))),
    button(t('revoke'), async () => {
      if (!await sure(t('revokeSure', {name: token.name}), t('revoke'))) return;
      await desk.write('tokens.revoke', {id: token.id});
      await load();
    }, {kind: 'bad', 'aria-label': t('revokeNamed', {name: token.name})}));
  }

  const make = form({class: 'lines'}, async ({role, name, session, days}, made) => {
    const token = await desk.write('tokens.create', {role, name, expiresIn: `${days}d`, ...(session && {sessionId: Number(session)})});
    made.reset();
    await showToken(desk, token);
    await load();
  }, field(t('tokenFor'), choice('role', [['viewer', t('role.viewer')], ['bot', t('role.bot')]])),
  field(t('name'), input('name', {required: true, maxlength: 200})), field(t('onlySession'), input('session', {type: 'number', min: 1})),
  field(t('days'), input('days', {type: 'number', min: 1, max: 366, value: 30, required: true})), submit(t('makeToken')));

  return {leave: inStep(desk, load), node: panel(t('view.links'), {level: 1}, el('p', {class: 'soft'}, t('linksHow')), make, none, rows)};
}

// A screen's link holds the token in its fragment, which browsers send to nobody.
async function showToken(desk, token) {
  const page = (name) => desk.address(`${name}/${token.sessionId ?? 'active'}#token=${token.token}`);
  const lines = token.role === 'viewer' ? {openScreen: await page('screen'), overlay: await page('overlay')} : {token: token.token};
  const picture = el('img', {class: 'qr', alt: t('qrOfScreen'), width: 220, height: 220, hidden: true});
  if (token.role === 'viewer') draw(desk, lines.openScreen, picture).catch(complain);
  reveal(t('shownOnce'), picture, ...Object.entries(lines).map(([name, value]) => el('div', {class: 'line'},
    field(t(name), el('input', {class: 'field', readonly: true, value})), button(t('copyLink'), () => copied(value), {'aria-label': `${t('copyLink')}: ${t(name)}`}))));
}

// draw asks for the picture of a link. It comes by the socket: the link holds a token.
async function draw(desk, link, picture) {
  const {svg} = await desk.read('qr.make', {text: link});
  picture.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  picture.hidden = false;
}
