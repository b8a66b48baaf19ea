// The history: all sessions with their games, votes and exports.

import {el, list} from './dom.js';
import {bars, button, growing, panel, showDialog, saveFile, confirmed, showMessage, formatTime} from './controls.js';
import {autoRefresh} from './autorefresh.js';
import {t} from './text.js';

/** sessions creates the view of all sessions. */
export function sessions(host) {
  const rows = el('ol', {class: 'rows'});
  const none = el('p', {class: 'soft', hidden: true}, t('noSessions'));

  const more = growing(() => load());

  async function load() {
    const all = await host.readList('sessions.list', {wanted: more.wanted});
    none.hidden = all.rows.length > 0;
    list(rows, all.rows, (s) => JSON.stringify(s), row); // a changed row is created again
    more.show(all);
  }

  function row(s) {
    const name = s.notes || t('session', {id: s.id});
    const named = (what) => ({'aria-label': `${what}: ${name}`});
    const exported = (format) => async () => saveFile(await host.file(`api/sessions/${s.id}/export?format=${format}`));
    return el('li', {class: 'row'}, el('div', {class: 'grow'}, el('p', {class: 'name'}, name),
      el('p', {class: 'soft small'}, `${formatTime(s.created_at)} · ${t('gamesPlayed', {n: s.games_played})}`),
      s.votes_folded_at && el('p', {class: 'soft small'}, t('votesFolded', {at: formatTime(s.votes_folded_at)}))),
    s.is_active && el('span', {class: 'pill'}, t('active')),
    el('div', {class: 'actions'}, s.is_active
      ? button(t('openInConsole'), async () => { await host.open(s.id); location.hash = '#tonight'; }, named(t('openInConsole')))
      : button(t('show'), () => details(s, name), named(t('show'))),
    button(t('exportTXT'), exported('txt'), named(t('exportTXT'))), button(t('exportJSON'), exported('json'), named(t('exportJSON'))),
    !s.is_active && button('×', async () => {
      if (!await confirmed(t('deleteSessionSure', {name}), t('remove'))) return;
      showMessage((await host.write('sessions.delete', {id: s.id})).message);
      await load();
    }, {kind: 'quiet', ...named(t('remove'))})));
  }

  async function details(s, name) {
    const {votes} = await host.read('sessions.votes', {id: s.id});
    const games = await host.read('sessions.games', {id: s.id});
    const plot = bars(el('ol', {class: 'bars'}), votes.map((v) => ({key: v.game_id, name: v.title, value: v.net_score, note: `+${v.upvotes} / −${v.downvotes}`})));
    showDialog(name, plot, votes.length === 0 && el('p', {class: 'soft'}, t('noVotes')),
      el('ol', {class: 'rows'}, ...games.map((g) => el('li', {class: 'row'}, el('span', {class: 'grow'}, g.title), el('span', {class: 'soft'}, t(`status.${g.status}`))))));
  }

  return {leave: autoRefresh(host, load), node: panel(t('view.sessions'), {level: 1}, none, rows, more.node)};
}
