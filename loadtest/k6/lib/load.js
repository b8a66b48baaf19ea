// Options: executors in open loop, thresholds that every run must keep.
import exec from 'k6/execution';
import { stage } from './stage.js';

const stall = 1; // seconds that the machine may stand still without k6 dropping anything

// people is room for iterations that last: k6 drops those for which it has nobody left.
function people(rate, lasting) {
  const usual = Math.ceil(rate * (lasting + stall)) + 5;
  return { preAllocatedVUs: usual, maxVUs: usual * 2 };
}

// steady starts so many iterations a second, whatever becomes of them. An iteration
// usually lasts so many seconds.
export function steady(name, { rate, seconds, from = 0, lasting = 0 }) {
  return { executor: 'constant-arrival-rate', exec: name, rate, timeUnit: '1s', duration: `${seconds}s`,
    startTime: `${from}s`, ...people(rate, lasting) };
}

// ramp goes through [rate, seconds] stages, each a straight line from the one before;
// two with the same rate hold it.
export function ramp(name, stages, { start = 0, from = 0, lasting = 0 } = {}) {
  const highest = Math.max(start, ...stages.map(([rate]) => rate));
  return { executor: 'ramping-arrival-rate', exec: name, startRate: start, timeUnit: '1s', startTime: `${from}s`,
    stages: stages.map(([target, seconds]) => ({ target, duration: `${seconds}s` })), ...people(highest, lasting) };
}

// seats are so many VUs that do one thing for the whole run.
export function seats(name, vus, { seconds, from = 0 }) {
  return { executor: 'per-vu-iterations', exec: name, vus, iterations: 1, startTime: `${from}s`, maxDuration: `${seconds}s`, gracefulStop: '2s' };
}

// iterations is how many a ramp starts, give or take a few.
export function iterations(stages, start = 0) {
  let sum = 0;
  let before = start;
  for (const [rate, seconds] of stages) {
    sum += ((before + rate) / 2) * seconds;
    before = rate;
  }
  return Math.floor(sum);
}

// enough is a threshold for about so many: a run that did nothing has no bad figures.
export const enough = (n) => [`count>=${Math.floor(n * 0.95)}`];

// part says in which third of a run of so many seconds we are, as a tag.
export function part(seconds) {
  const third = Math.floor((3 * exec.instance.currentTestRunDuration) / 1000 / seconds);
  return { part: ['first', 'middle', 'last'][Math.min(third, 2)] };
}

// always holds in every run: k6 kept its schedule, and nothing was otherwise than promised.
const always = {
  dropped_iterations: ['count==0'],
  faults: ['count==0'],
  http_req_failed: ['rate==0'],
};

// How soon a vote is answered and shown. The short form runs wherever the tests do and
// finds what is broken; the long form measures, on a machine that does nothing else.
export const answers = stage.long ? ['p(95)<50', 'p(99)<150'] : ['p(95)<300', 'p(99)<1000'];
export const shows = stage.long ? ['p(95)<75', 'p(99)<200'] : ['p(95)<400', 'p(99)<1200'];

// punctual: k6 sends when it should. Where it does not, the other figures are its own.
export const punctual = stage.long ? ['p(95)<20'] : ['p(95)<300'];

// build makes the options of a script. Thresholds of the caller come on top.
export function build(scenarios, thresholds) {
  const all = { ...always, ...thresholds };
  for (const [metric, expression] of stage.thresholds) {
    all[metric] = [...(all[metric] || []), expression];
  }
  return {
    scenarios,
    thresholds: all,
    summaryTrendStats: ['count', 'avg', 'med', 'p(95)', 'p(99)', 'max'],
    systemTags: ['scenario', 'name', 'expected_response', 'status'],
  };
}
