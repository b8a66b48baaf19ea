// The totals over all sessions.

import {el} from './dom.js';
import {bars, panel} from './controls.js';
import {autoRefresh} from './autorefresh.js';
import {t, number, score} from './text.js';

const counts = ['games', 'gamesEnabled', 'packs', 'sessions', 'totalGamesPlayed', 'totalVotes'];

/** stats creates the view of the statistics. */
export function stats(host) {
  const tiles = el('dl', {class: 'tiles'});
  const played = el('ol', {class: 'bars'});
  const rated = el('ol', {class: 'bars'});
  const fill = (s) => {
    tiles.replaceChildren(...counts.map((name) => el('div', {class: 'tile'}, el('dt', {}, t(`count.${name}`)), el('dd', {class: 'number'}, number(s[name].count)))));
    const row = (g, value, note) => ({key: g.id, name: g.title, value, note});
    bars(played, s.mostPlayedGames.filter((g) => g.play_count > 0).map((g) => row(g, g.play_count)));
    bars(rated, s.topRatedGames.filter((g) => g.upvotes + g.downvotes > 0).map((g) => row(g, g.popularity_score, score(g.popularity_score))));
  };
  return {leave: autoRefresh(host, () => host.read('stats.get').then(fill)), node: el('div', {class: 'stack'}, panel(t('view.stats'), {level: 1}, tiles),
    el('div', {class: 'columns'}, panel(t('mostPlayed'), {}, played), panel(t('topRated'), {}, rated)))};
}
