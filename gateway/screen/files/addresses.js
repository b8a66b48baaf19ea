// The networks that phones vote from: the host can see if one has too many, and void its
// votes.

import {el, list, setText, setVisible} from './dom.js';
import {button, confirmed, showMessage, formatTime} from './controls.js';
import {autoRefresh} from './autorefresh.js';
import {t} from './text.js';

const MAX_NETWORKS = 20; // those with the most phones

/** networks sums the rows of sessions.join.addresses by network, most devices first. */
export function networks(rows) {
  const all = new Map();
  for (const {network, devices, voided, votes, lastSeen} of rows) {
    const sum = all.get(network) ?? {network, addresses: 0, devices: 0, voided: 0, votes: 0, lastSeen};
    sum.addresses++;
    sum.devices += devices;
    sum.voided += voided;
    sum.votes += votes;
    if (lastSeen > sum.lastSeen) sum.lastSeen = lastSeen;
    all.set(network, sum);
  }
  return [...all.values()].sort((a, b) => b.devices - a.devices);
}

/** addresses creates the list of networks. It is refreshed only while it is open. */
export function addresses(host) {
  const rows = el('ol', {class: 'rows'});
  const none = el('p', {class: 'soft', hidden: true}, t('noPhones'));
  const node = el('details', {class: 'networks', hidden: true}, el('summary', {}, t('networks')), el('p', {class: 'soft small'}, t('networksHow')), none, rows);
  const shown = new Map(); // the last data, by network
  let stopRefresh = null;
  let session = 0;

  async function load() {
    const found = await host.read('sessions.join.addresses', {id: session});
    if (found.sessionId !== session) return;
    setVisible(found.total === 0, none);
    draw(networks(found.addresses).slice(0, MAX_NETWORKS));
  }

  function draw(all) {
    shown.clear();
    for (const n of all) shown.set(n.network, n);
    list(rows, all, (n) => n.network, row, fill);
  }

  function row({network}) {
    return el('li', {class: 'row'}, el('div', {class: 'grow'}, el('p', {class: 'name'}), el('p', {class: 'soft small'})),
      button(t('voidVotes'), () => voidVotes(shown.get(network)), {kind: 'bad', 'aria-label': t('voidVotesNamed', {network})}));
  }

  async function voidVotes({network, votes, devices, voided}) {
    if (!await confirmed(t('voidVotesSure', {votes: t('voteCount', {n: votes}), phones: t('phones', {n: devices - voided})}), t('voidVotes'))) return;
    const done = await host.write('sessions.join.void', {id: session, address: network});
    showMessage(t('voidedVotes', {n: done.votes}));
    await load();
  }

  function fill(made, n) {
    const [name, more] = made.querySelectorAll('p');
    setText(name, [t('phones', {n: n.devices}), t('voteCount', {n: n.votes})].join(' · '));
    setText(more, [t('network', {network: n.network}), t('addressCount', {n: n.addresses}), n.voided > 0 ? t('voidedCount', {n: n.voided}) : '', t('lastVote', {time: formatTime(n.lastSeen)})].filter(Boolean).join(' · '));
    setVisible(n.voided < n.devices, made.querySelector('button'));
  }

  const leave = () => {
    stopRefresh?.();
    stopRefresh = null;
  };
  node.addEventListener('toggle', () => {
    leave();
    if (node.open) stopRefresh = autoRefresh(host, load);
  });
  return {
    node,
    draw({session: s}) {
      setVisible(s.is_active, node);
      if (s.id === session && s.is_active) return;
      session = s.id;
      node.open = false; // the list is of the previous session
      draw([]);
    },
    leave,
  };
}
