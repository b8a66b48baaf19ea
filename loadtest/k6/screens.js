// Screens that see every vote of a session, some of which lose their connection, and
// overlays that take tallies, while votes come by REST.
import exec from 'k6/execution';
import { begin } from './lib/clock.js';
import { answers, build, enough, iterations, ramp, seats, shows } from './lib/load.js';
import { follow } from './lib/overlay.js';
import { post } from './lib/rest.js';
import { watch } from './lib/screen.js';
import { pick, stage } from './lib/stage.js';
import { cast } from './lib/vote.js';

export { setup } from './lib/clock.js';
export { handleSummary } from './lib/summary.js';

const p = pick({
  short: { screens: 20, rate: 120, seconds: 6, rise: 2 },
  long: { screens: 40, rate: 200, seconds: 60, rise: 10 },
});
const seated = 1; // second at which all screens sit
const overlays = Math.ceil(p.screens / 4);
const stages = [[p.rate, p.rise], [p.rate, p.seconds]];
const end = seated + p.rise + p.seconds + 2;
const patience = 15; // seconds after the end
const session = stage.sessions[0].id;

export const options = build({
  screens: seats('sit', p.screens, { seconds: end + patience }),
  overlays: seats('overlay', overlays, { seconds: end + patience }),
  votes: ramp('vote', stages, { from: seated }),
  end: seats('close', 1, { seconds: patience, from: end }),
}, {
  votes_acknowledged: enough(iterations(stages)),
  screens_done: [`count==${p.screens + overlays}`],
  screen_events: enough(p.screens * iterations(stages)),
  screen_resumes: ['count>0'],
  vote_ms: answers,
  screen_ms: shows,
});

// Every fourth screen comes and goes.
export function sit(data) {
  begin(data);
  watch(session, exec.vu.idInTest % 4 === 0 ? 3000 : 0);
}

export function overlay(data) {
  begin(data);
  follow(session, exec.scenario.iterationInTest === 0);
}

export function vote(data) {
  begin(data);
  cast(session);
}

export function close(data) {
  begin(data);
  post('sessions.close', `/api/sessions/${session}/close`, {});
}
