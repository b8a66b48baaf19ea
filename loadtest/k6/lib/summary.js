// The summary goes to the runner as it is; the runner adds what the server says, and
// prints both.
import { stage } from './stage.js';

export function handleSummary(data) {
  return { [stage.summary]: JSON.stringify({ duration_ms: data.state.testRunDurationMs, metrics: data.metrics }) };
}
