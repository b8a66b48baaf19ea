// One clock for all VUs, to fractions of a millisecond: Date.now() is whole ones.
import exec from 'k6/execution';

let base = 0; // milliseconds since 1970 at the start of the run

// setup is to be exported by every script. What it returns goes through begin.
export function setup() {
  return { base: Date.now() - exec.instance.currentTestRunDuration };
}

// begin sets this VU's clock; every function that k6 calls begins with it.
export function begin(data) {
  base = data.base;
}

// now is milliseconds since 1970.
export function now() {
  return base + exec.instance.currentTestRunDuration;
}

// voter is a name that nobody else has and that carries the moment, as the receiver of
// webhooks expects it: at-NANOSECONDS. The last three digits tell VUs apart that vote in
// the same microsecond.
export function voter(moment) {
  return `at-${Math.round(moment * 1000)}${String(exec.vu.idInTest % 1000).padStart(3, '0')}`;
}

// moment is what stands in a voter's name, NaN in those of others.
export function moment(name) {
  return name.startsWith('at-') ? Number(name.slice(3, -3)) / 1000 : NaN;
}
