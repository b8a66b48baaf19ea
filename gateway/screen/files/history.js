// The score of a game over time, as a line. Pure functions.

const MAX_POINTS = 240; // more would not be visible

/** fromVotes returns the score over time from the newest votes (newest first) and the current score. */
export function fromVotes(votes, score) {
  const points = [];
  for (const v of votes) {
    points.push({at: Date.parse(v.timestamp), score});
    score -= v.vote_type === 'up' ? 1 : -1;
  }
  if (votes.length > 0) points.push({at: points.at(-1).at, score});
  return thin(points.reverse());
}

/** add returns the points with one more; the same ones if the score has not changed. */
export function add(points, at, score) {
  if (points.at(-1)?.score === score) return points;
  return thin([...points, {at, score}]);
}

/** join returns the earlier points followed by the later ones. */
export function join(before, since) {
  const start = since[0]?.at ?? Infinity;
  return since.reduce((points, p) => add(points, p.at, p.score), before.filter((p) => p.at < start));
}

// thin drops every other point while there are too many, but keeps the first and the last.
function thin(points) {
  while (points.length > MAX_POINTS) points = points.filter((_, i) => i % 2 === 0 || i === points.length - 1);
  return points;
}

/**
 * line returns the points as an SVG path within width by height, evenly spaced regardless of
 * time, and the y of zero. With fewer than two points the path is ''.
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
