// Votes by POST /api/votes/live, each of another voter.
import { begin } from './lib/clock.js';
import { answers, build, enough, iterations, ramp } from './lib/load.js';
import { pick, stage } from './lib/stage.js';
import { cast } from './lib/vote.js';

export { setup } from './lib/clock.js';
export { handleSummary } from './lib/summary.js';

const p = pick({
  short: { rate: 400, seconds: 6, rise: 2 },
  long: { rate: 800, seconds: 60, rise: 15 },
});
const stages = [[p.rate, p.rise], [p.rate, p.seconds]];

export const options = build({ votes: ramp('vote', stages) }, {
  votes_acknowledged: enough(iterations(stages)),
  vote_ms: answers,
});

export function vote(data) {
  begin(data);
  cast(stage.sessions[0].id);
}
