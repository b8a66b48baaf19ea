// The score of a game over time, as a line. Pure.

const MOST = 240; // points; a line is not seen more finely

/** fromVotes is the history before now: the newest votes (newest first, as the hub lists them) and the score they led to. */
export function fromVotes(votes, score) {
  const points = [];
  for (const v of votes) {
    points.push({at: Date.parse(v.timestamp), score});
    score -= v.vote_type === 'up' ? 1 : -1;
  }
  if (votes.length > 0) points.push({at: points.at(-1).at, score});
  return thin(points.reverse());
}

/** add is the history with one more point; the same when the score has not changed. */
export function add(points, at, score) {
  if (points.at(-1)?.score === score) return points;
  return thin([...points, {at, score}]);
}

/** join is what was before and what has come since, which begins where that ended. */
export function join(before, since) {
  const start = since[0]?.at ?? Infinity;
  return since.reduce((points, p) => add(points, p.at, p.score), before.filter((p) => p.at < start));
}

// thin drops every other point when there are too many, never the first or the last.
function thin(points) {
  while (points.length > MOST) points = points.filter((_, i) => i % 2 === 0 || i === points.length - 1);
  return points;
}

/**
 * line is the points as an SVG path within width by height, step by step whatever the time
 * between them, and the y of zero. Fewer than two scores make no line: ''.
 */
export function line(points, width, height) {
  if (points.length < 2) return {path: '', zero: height};
  const scores = points.map((p) => p.score);
  const high = Math.max(0, ...scores);
  const low = Math.min(0, ...scores);
  const x = (i) => round(width * i / (points.length - 1));
  const y = (score) => round(height * (1 - (score - low) / (high - low || 1)));
  return {path: scores.map((s, i) => `${i ? 'L' : 'M'}${x(i)} ${y(s)}`).join(''), zero: y(0)};
}

const round = (n) => Math.round(n * 100) / 100;
