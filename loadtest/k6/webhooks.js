// Votes that every webhook is told of, and a console that looks how they are doing. What
// the endpoints saw is judged by the runner.
import exec from 'k6/execution';
import { answers, build, enough, steady } from './lib/load.js';
import { begin } from './lib/clock.js';
import { call } from './lib/rest.js';
import { pick, stage } from './lib/stage.js';
import { cast } from './lib/vote.js';

export { setup } from './lib/clock.js';
export { handleSummary } from './lib/summary.js';

const p = pick({
  short: { rate: 100, seconds: 6 },
  long: { rate: 300, seconds: 60 },
});

export const options = build({
  votes: steady('vote', p),
  console: steady('look', { rate: 2, seconds: p.seconds }),
}, {
  votes_acknowledged: enough(p.rate * p.seconds),
  vote_ms: answers,
});

export function vote(data) {
  begin(data);
  const all = stage.sessions;
  cast(all[exec.scenario.iterationInTest % all.length].id);
}

export function look() {
  const all = call('webhooks.list', 'GET', '/api/webhooks');
  if (all !== null) {
    const id = all[exec.scenario.iterationInTest % all.length].id;
    call('webhooks.health', 'GET', `/api/webhooks/${id}/health`);
    call('webhooks.logs', 'GET', `/api/webhooks/${id}/logs`);
  }
}
