// What all scripts count. The runner reads these names from the summary.
import { Counter, Trend } from 'k6/metrics';

export const acknowledged = new Counter('votes_acknowledged'); // answered 200
export const refused = new Counter('votes_refused'); // answered that it does not count
export const unknown = new Counter('votes_unknown'); // not answered, or nobody knows
export const changed = new Counter('votes_changed'); // a guest's vote that takes the one before back
export const voteTime = new Trend('vote_ms', true); // due → answer
export const lateTime = new Trend('late_ms', true); // due → sent: what k6 itself was late
export const screenTime = new Trend('screen_ms', true); // due → seen by a screen
export const events = new Counter('screen_events');
export const tallies = new Counter('screen_tallies');
export const resumes = new Counter('screen_resumes');
export const pollVotes = new Counter('poll_votes');
export const screens = new Counter('screens_done'); // saw all there was and found it right
export const faults = new Counter('faults'); // whatever is not as promised

const told = 5; // sentences of one VU: the first tell the story
let said = 0;

// fault counts what is not as promised and says the first few.
export function fault(sentence) {
  faults.add(1);
  if (said++ < told) {
    console.error(`FAULT ${sentence}`);
  }
}
