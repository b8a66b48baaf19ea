// Which networks phones vote from: the host sees when one has far too many, and takes its
// votes back.

import {el, list, say, show} from './dom.js';
import {button, sure, tell, when} from './parts.js';
import {inStep} from './step.js';
import {t} from './text.js';

const MOST = 20; // networks that are shown: those with the most phones

/** networks sums the rows of sessions.join.addresses up by network, the one with the most devices first. */
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

/** addresses is a part of the panel of voters. It looks only while it is open. */
export function addresses(desk) {
  const rows = el('ol', {class: 'rows'});
  const none = el('p', {class: 'soft', hidden: true}, t('noPhones'));
  const node = el('details', {class: 'networks', hidden: true}, el('summary', {}, t('networks')), el('p', {class: 'soft small'}, t('networksHow')), none, rows);
  const shown = new Map(); // what was read last, by network
  let ended = null; // stops the looking
  let session = 0;

  async function load() {
    const found = await desk.read('sessions.join.addresses', {id: session});
    if (found.sessionId !== session) return;
    show(found.total === 0, none);
    draw(networks(found.addresses).slice(0, MOST));
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
    if (!await sure(t('voidVotesSure', {votes: t('voteCount', {n: votes}), phones: t('phones', {n: devices - voided})}), t('voidVotes'))) return;
    const done = await desk.write('sessions.join.void', {id: session, address: network});
    tell(t('voidedVotes', {n: done.votes}));
    await load();
  }

  function fill(made, n) {
    const [name, more] = made.querySelectorAll('p');
    say(name, [t('phones', {n: n.devices}), t('voteCount', {n: n.votes})].join(' · '));
    say(more, [t('network', {network: n.network}), t('addressCount', {n: n.addresses}), n.voided > 0 ? t('voidedCount', {n: n.voided}) : '', t('lastVote', {time: when(n.lastSeen)})].filter(Boolean).join(' · '));
    show(n.voided < n.devices, made.querySelector('button'));
  }

  const leave = () => {
    ended?.();
    ended = null;
  };
  node.addEventListener('toggle', () => {
    leave();
    if (node.open) ended = inStep(desk, load);
  });
  return {
    node,
    draw({session: s}) {
      show(s.is_active, node);
      if (s.id === session && s.is_active) return;
      session = s.id;
      node.open = false; // what stands there is of another evening
      draw([]);
    },
    leave,
  };
}
