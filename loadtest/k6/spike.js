// Ten times the votes within a second, and back. What comes before and after must not be
// worse for it.
import { begin } from './lib/clock.js';
import { answers, build, enough, ramp, seats, steady } from './lib/load.js';
import { post } from './lib/rest.js';
import { watch } from './lib/screen.js';
import { pick, stage } from './lib/stage.js';
import { cast } from './lib/vote.js';

export { setup } from './lib/clock.js';
export { handleSummary } from './lib/summary.js';

const p = pick({
  short: { rate: 60, seconds: 3, screens: 3 },
  long: { rate: 100, seconds: 20, screens: 3 },
});
const peak = p.rate * 10;
const session = stage.sessions[0].id;
const burst = 1 + p.seconds + 1;
const end = p.seconds + burst + p.seconds;
const patience = 15; // seconds after the end

export const options = build({
  screens: seats('sit', p.screens, { seconds: end + patience }),
  before: steady('vote', p),
  spike: ramp('vote', [[peak, 1], [peak, p.seconds], [p.rate, 1]], { start: p.rate, from: p.seconds }),
  after: steady('vote', { rate: p.rate, seconds: p.seconds, from: p.seconds + burst }),
  end: seats('close', 1, { seconds: patience, from: end + 1 }),
}, {
  votes_acknowledged: enough(peak * p.seconds),
  screens_done: [`count==${p.screens}`],
  'vote_ms{scenario:before}': answers,
  'vote_ms{scenario:spike}': stage.long ? ['p(99)<500'] : ['p(99)<1500'],
  'vote_ms{scenario:after}': answers,
});

export function sit(data) {
  begin(data);
  watch(session);
}

export function vote(data) {
  begin(data);
  cast(session);
}

export function close(data) {
  begin(data);
  post('sessions.close', `/api/sessions/${session}/close`, {});
}
