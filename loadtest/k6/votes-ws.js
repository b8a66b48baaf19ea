// Votes as WebSocket requests. People come at a rising rate; each votes twenty times in
// two seconds and leaves. The rate is that of votes.
import exec from 'k6/execution';
import { chatter } from './lib/chatter.js';
import { begin } from './lib/clock.js';
import { answers, build, enough, iterations, punctual, ramp } from './lib/load.js';
import { pick, stage } from './lib/stage.js';

export { setup } from './lib/clock.js';
export { handleSummary } from './lib/summary.js';

const p = pick({
  short: { rate: 400, seconds: 6, rise: 2 },
  long: { rate: 1000, seconds: 60, rise: 15 },
});
const votes = 20;
const gap = 100; // ms
const arrivals = Math.max(1, Math.round(p.rate / votes));
const stages = [[arrivals, p.rise], [arrivals, p.seconds]];

export const options = build({ people: ramp('visit', stages, { lasting: (votes * gap) / 1000 }) }, {
  votes_acknowledged: enough(iterations(stages) * votes),
  vote_ms: answers,
  late_ms: punctual,
});

export function visit(data) {
  begin(data);
  const all = stage.sessions;
  chatter(all[exec.scenario.iterationInTest % all.length].id, { votes, gap });
}
