// Webhooks: endpoints, their events, their health and their deliveries.

import {el, list, show} from './dom.js';
import {button, check, field, form, input, panel, reveal, submit, sure, tell, when} from './parts.js';
import {inStep} from './step.js';
import {t, number} from './text.js';

// EVENTS are the types of events that a webhook can be sent; a test holds them to the API.
const EVENTS = ['session.started', 'session.join', 'game.added', 'game.room-code', 'player-count.updated', 'vote.received',
  'poll.started', 'poll.tally', 'poll.ended', 'chat.imported', 'game.status', 'game.removed', 'votes.voided', 'session.ended', 'session.deleted'];
const ANY = '*'; // every type, also those that later versions add

/** webhooks is the view of webhooks. */
export function webhooks(desk) {
  const rows = el('ol', {class: 'rows'});
  const none = el('p', {class: 'soft', hidden: true}, t('noWebhooks'));
  const looks = new WeakMap(); // by the node of a card

  async function load() {
    const all = await desk.read('webhooks.list');
    show(all.length === 0, none);
    list(rows, all, (w) => JSON.stringify(w), (w) => { // one that has changed is made anew
      const made = card(desk, w, load);
      looks.set(made.node, made.look);
      return made.node;
    });
    await Promise.all([...rows.children].map((node) => looks.get(node)()));
  }

  const make = form({class: 'lines'}, async ({name, url, secret}, made) => {
    const chosen = [...EVENTS, ANY].filter((type) => made.elements[type].checked);
    if (chosen.length === 0) return tell(t('noEvent'), 'bad');
    tell((await desk.write('webhooks.create', {name, url, secret, events: chosen})).message);
    made.reset();
    await load();
  }, field(t('name'), input('name', {required: true, maxlength: 200})), field('URL', input('url', {type: 'url', required: true, maxlength: 2048})),
  field(t('secret'), input('secret', {type: 'password', required: true, minlength: 8, maxlength: 256, autocomplete: 'new-password'})),
  el('fieldset', {class: 'checks'}, el('legend', {class: 'label'}, t('events')), ...EVENTS.map((type) => check(type, type, type === 'game.added')), check(ANY, t('everyEvent'))), submit(t('addWebhook')));

  return {leave: inStep(desk, load), node: panel(t('view.webhooks'), {level: 1}, make, none, rows)};
}

function card(desk, w, reload) {
  const state = el('span', {class: 'pill'});
  const facts = el('p', {class: 'soft small'});
  const named = (what) => ({'aria-label': `${what}: ${w.name}`});
  const of = (op, data) => desk.write(`webhooks.${op}`, {id: w.id, ...data});
  const able = button(w.enabled ? t('disable') : t('enable'), async () => { await of('update', {enabled: !w.enabled}); await reload(); }, named(w.enabled ? t('disable') : t('enable')));
  return {
    node: el('li', {class: 'row'}, el('div', {class: 'grow'}, el('p', {class: 'name'}, w.name), el('p', {class: 'small'}, w.url),
      el('p', {class: 'soft small'}, w.events.join(', ')), facts), state,
    el('div', {class: 'actions'},
      button(t('test'), async () => tell((await of('test')).message), named(t('test'))),
      button(t('deliveries'), () => deliveries(desk, w), named(t('deliveries'))), able,
      button('×', async () => {
        if (!await sure(t('deleteWebhookSure', {name: w.name}), t('remove'))) return;
        await of('delete');
        await reload();
      }, {kind: 'quiet', ...named(t('remove'))}))),
    async look() {
      const h = await desk.read('webhooks.health', {id: w.id});
      state.textContent = t(`hook.${h.state}`);
      state.dataset.state = h.state;
      facts.textContent = [t('waiting', {n: h.queue_length}), t('delivered', {n: h.delivered}), h.dead > 0 && t('dead', {n: h.dead}),
        h.last_success && t('lastSuccess', {time: when(h.last_success)}), h.last_error].filter(Boolean).join(' · ');
    },
  };
}

async function deliveries(desk, w) {
  const rows = el('ol', {class: 'rows'});
  const load = async () => {
    const all = await desk.read('webhooks.deliveries', {id: w.id, limit: 30});
    rows.replaceChildren(...all.map((d) => {
      const last = d.attempts[0];
      return el('li', {class: 'row'}, el('div', {class: 'grow'}, el('p', {class: 'name'}, `${d.event_type} · ${t(`delivery.${d.status}`)}`),
        last && el('p', {class: 'soft small'}, `${when(last.created_at)} · ${last.response_status ?? ''} ${last.error_message ?? ''} · ${t('attempts', {n: last.attempt})}`)),
      button(t('redeliver'), async () => { tell((await desk.write('webhooks.redeliver', {id: w.id, deliveryId: d.id})).message); await load(); },
        {'aria-label': `${t('redeliver')}: ${number(d.id)}`}));
    }));
    if (all.length === 0) rows.replaceChildren(el('li', {class: 'soft'}, t('noDeliveries')));
  };
  await load();
  reveal(`${t('deliveries')}: ${w.name}`, rows);
}
