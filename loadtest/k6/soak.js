// An evening that does not end. What the server uses must not grow, nor how long a vote
// takes: the runner compares the thirds of the run.
import { evening } from './evening.js';
import { answers } from './lib/load.js';

export { setup, handleSummary, host, sit, overlay, chat, choose, view, join, visit, look, close } from './evening.js';

export const options = evening({
  short: { rate: 60, seconds: 12, screens: 6 },
  long: { rate: 80, seconds: 1200, screens: 10 },
}, {
  'vote_ms{part:first}': answers,
  'vote_ms{part:last}': answers,
});
