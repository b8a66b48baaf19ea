// The totals of a session, as REST says them.
import { get } from './rest.js';

// totals are what REST says of the session: game id → [up, down].
export function totals(session) {
  const answer = get('sessions.votes', `/api/sessions/${session}/votes`);
  return answer === null ? null : new Map(answer.votes.map((v) => [v.game_id, [v.upvotes, v.downvotes]]));
}

// same says whether two such sums are.
export function same(a, b) {
  for (const [id, [up, down]] of a) {
    const [u, d] = b.get(id) || [0, 0];
    if (u !== up || d !== down) {
      return false;
    }
  }
  return a.size >= b.size;
}
