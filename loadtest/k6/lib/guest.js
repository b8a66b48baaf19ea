// Guests: phones that join with the code on the screen, vote, and change their minds.
import { now, voter } from './clock.js';
import { attempt, call } from './rest.js';
import { stage } from './stage.js';
import { acknowledged, changed, voteTime } from './tally.js';

// invite lets people join.
export function invite(session) {
  call('sessions.join.open', 'PUT', `/api/sessions/${session}/join`, { policy: 'latest' });
}

// visit is one phone: it comes in, votes twice for the game being played, and once in the
// poll when there is one. Nothing happens before joining is open.
export function visit(session, tags) {
  const { code } = call('sessions.join.get', 'GET', `/api/sessions/${session}/join`, undefined, 200, stage.viewer) || {};
  if (!code) {
    return;
  }
  const entered = call('join.enter', 'POST', '/api/join', { code, name: voter(now()) }, 200, '');
  if (entered !== null) {
    vote(entered.token, 'up', tags);
    vote(entered.token, 'down', tags);
    attempt('sessions.poll.vote', 'POST', `/api/sessions/${session}/poll/votes`, { choice: 1 }, entered.token);
  }
}

// vote counts by what the answer says: a thumb that takes one back is no further vote.
function vote(token, thumb, tags) {
  const due = now();
  const said = call('join.vote', 'POST', '/api/join/vote', { vote: thumb }, 200, token);
  if (said === null) {
    return;
  }
  voteTime.add(now() - due, tags);
  if (said.vote.replaced) {
    changed.add(1);
  } else if (said.counted) {
    acknowledged.add(1);
  }
}
