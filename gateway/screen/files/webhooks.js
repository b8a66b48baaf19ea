// Webhooks: endpoints, their events, their health and their deliveries.

import {el, list, setVisible} from './dom.js';
import {button, check, growing, field, form, input, panel, showDialog, submit, confirmed, showMessage, formatTime} from './controls.js';
import {autoRefresh} from './autorefresh.js';
import {t, number} from './text.js';

// EVENTS are the event types of webhooks; a test compares them with the API.
const EVENTS = ['session.started', 'session.join', 'game.added', 'game.room-code', 'player-count.updated', 'vote.received',
  'poll.started', 'poll.tally', 'poll.ended', 'chat.imported', 'game.status', 'game.removed', 'votes.voided', 'session.ended', 'votes.folded', 'session.deleted'];
const ANY = '*'; // every type, including future ones

/** webhooks creates the view of webhooks. */
export function webhooks(host) {
  const rows = el('ol', {class: 'rows'});
  const none = el('p', {class: 'soft', hidden: true}, t('noWebhooks'));
  const refreshers = new WeakMap(); // by element

  const more = growing(() => load());

  async function load() {
    const all = await host.readList('webhooks.list', {wanted: more.wanted});
    setVisible(all.rows.length === 0, none);
    more.show(all);
    list(rows, all.rows, (w) => JSON.stringify(w), (w) => { // a changed webhook gets a new card
      const made = card(host, w, load);
      refreshers.set(made.node, made.refresh);
      return made.node;
    });
    await Promise.all([...rows.children].map((node) => refreshers.get(node)()));
  }

  const make = form({class: 'lines'}, async ({name, url, secret}, made) => {
    const chosen = [...EVENTS, ANY].filter((type) => made.elements[type].checked);
    if (chosen.length === 0) return showMessage(t('noEvent'), 'bad');
    showMessage((await host.write('webhooks.create', {name, url, secret, events: chosen})).message);
    made.reset();
    await load();
  }, field(t('name'), input('name', {required: true, maxlength: 200})), field('URL', input('url', {type: 'url', required: true, maxlength: 2048})),
  field(t('secret'), input('secret', {type: 'password', required: true, minlength: 8, maxlength: 256, autocomplete: 'new-password'})),
  el('fieldset', {class: 'checks'}, el('legend', {class: 'label'}, t('events')), ...EVENTS.map((type) => check(type, type, type === 'game.added')), check(ANY, t('everyEvent'))), submit(t('addWebhook')));

  return {leave: autoRefresh(host, load), node: panel(t('view.webhooks'), {level: 1}, make, none, rows, more.node)};
}

function card(host, w, reload) {
  const state = el('span', {class: 'pill'});
  const facts = el('p', {class: 'soft small'});
  const named = (what) => ({'aria-label': `${what}: ${w.name}`});
  const of = (op, data) => host.write(`webhooks.${op}`, {id: w.id, ...data});
  const able = button(w.enabled ? t('disable') : t('enable'), async () => { await of('update', {enabled: !w.enabled}); await reload(); }, named(w.enabled ? t('disable') : t('enable')));
  return {
    node: el('li', {class: 'row'}, el('div', {class: 'grow'}, el('p', {class: 'name'}, w.name), el('p', {class: 'small'}, w.url),
      el('p', {class: 'soft small'}, w.events.join(', ')), facts), state,
    el('div', {class: 'actions'},
      button(t('test'), async () => showMessage((await of('test')).message), named(t('test'))),
      button(t('deliveries'), () => deliveries(host, w), named(t('deliveries'))), able,
      button('×', async () => {
        if (!await confirmed(t('deleteWebhookSure', {name: w.name}), t('remove'))) return;
        await of('delete');
        await reload();
      }, {kind: 'quiet', ...named(t('remove'))}))),
    async refresh() {
      const h = await host.read('webhooks.health', {id: w.id});
      state.textContent = t(`hook.${h.state}`);
      state.dataset.state = h.state;
      facts.textContent = [t('waiting', {n: h.queue_length}), t('delivered', {n: h.delivered}), h.dead > 0 && t('dead', {n: h.dead}),
        h.last_success && t('lastSuccess', {time: formatTime(h.last_success)}), h.last_error].filter(Boolean).join(' · ');
    },
  };
}

async function deliveries(host, w) {
  const rows = el('ol', {class: 'rows'});
  const more = growing(() => load());
  const load = async () => {
    const all = await host.readList('webhooks.deliveries', {id: w.id, wanted: more.wanted, size: 100});
    more.show(all);
    rows.replaceChildren(...all.rows.map((d) => {
      const last = d.attempts[0];
      return el('li', {class: 'row'}, el('div', {class: 'grow'}, el('p', {class: 'name'}, `${d.event_type} · ${t(`delivery.${d.status}`)}`),
        last && el('p', {class: 'soft small'}, `${formatTime(last.created_at)} · ${last.response_status ?? ''} ${last.error_message ?? ''} · ${t('attempts', {n: last.attempt})}`)),
      button(t('redeliver'), async () => { showMessage((await host.write('webhooks.redeliver', {id: w.id, deliveryId: d.id})).message); await load(); },
        {'aria-label': `${t('redeliver')}: ${number(d.id)}`}));
    }));
    if (all.rows.length === 0) rows.replaceChildren(el('li', {class: 'soft'}, t('noDeliveries')));
  };
  await load();
  showDialog(`${t('deliveries')}: ${w.name}`, rows, more.node);
}
