import test from 'node:test';
import assert from 'node:assert/strict';
import {fromVotes, add, join, line} from '../files/history.js';

const vote = (type, second) => ({vote_type: type, timestamp: `2024-01-15T12:00:${String(second).padStart(2, '0')}.000Z`});
const scores = (points) => points.map((p) => p.score);

test('the history leads back from the score by the newest votes', () => {
  const points = fromVotes([vote('up', 9), vote('down', 5), vote('up', 1)], 11);
  assert.deepEqual(scores(points), [10, 11, 10, 11]);
  assert.deepEqual(points.map((p) => new Date(p.at).getUTCSeconds()), [1, 1, 5, 9]);
  assert.deepEqual(fromVotes([], 3), []);
});

test('a point is added when the score has changed', () => {
  const one = add([], 1000, 5);
  assert.equal(add(one, 2000, 5), one);
  assert.deepEqual(scores(add(one, 2000, 4)), [5, 4]);
});

test('what was before and what has come since are one line', () => {
  const before = [{at: 1, score: 0}, {at: 2, score: 1}, {at: 9, score: 2}];
  assert.deepEqual(scores(join(before, [{at: 5, score: 1}, {at: 9, score: 2}])), [0, 1, 2]);
  assert.deepEqual(scores(join(before, [])), [0, 1, 2]);
  assert.deepEqual(scores(join([], [{at: 5, score: 1}])), [1]);
});

test('there are never more points than a line needs, and first and last stay', () => {
  let points = [];
  for (let i = 0; i < 1000; i++) points = add(points, i, i);
  assert.ok(points.length <= 240, String(points.length));
  assert.deepEqual([points[0].score, points.at(-1).score], [0, 999]);
});

test('the line fills its box, and zero lies in it', () => {
  const {path, zero} = line([{at: 0, score: -5}, {at: 1, score: 0}, {at: 50, score: 5}], 200, 100);
  assert.equal(path, 'M0 100L100 50L200 0');
  assert.equal(zero, 50);
});

test('a line of one score is none, and of the same score level', () => {
  assert.equal(line([], 10, 10).path, '');
  assert.equal(line([{at: 0, score: 1}], 10, 10).path, '');
  assert.equal(line([{at: 0, score: 0}, {at: 1, score: 0}], 10, 10).path, 'M0 10L10 10');
});
