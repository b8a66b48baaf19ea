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

// thin drops every other point when there are too many, never the first or the last.
function thin(points) {
  while (points.length > MOST) points = points.filter((_, i) => i % 2 === 0 || i === points.length - 1);
  return points;
}

/**
 * line is the points as an SVG path within width by height, and the y of zero. The last
 * score holds until now. Fewer than two scores make no line: ''.
 */
export function line(points, now, width, height) {
  if (points.length < 2) return {path: '', zero: height};
  const scores = points.map((p) => p.score);
  const high = Math.max(0, ...scores);
  const low = Math.min(0, ...scores);
  const first = points[0].at;
  const span = Math.max(1, Math.max(now, points.at(-1).at) - first);
  const x = (at) => round(width * Math.min(1, (at - first) / span));
  const y = (score) => round(height * (1 - (score - low) / (high - low || 1)));
  const drawn = points.map((p, i) => `${i ? 'L' : 'M'}${x(p.at)} ${y(p.score)}`);
  return {path: `${drawn.join('')}L${width} ${y(scores.at(-1))}`, zero: y(0)};
}

const round = (n) => Math.round(n * 100) / 100;
