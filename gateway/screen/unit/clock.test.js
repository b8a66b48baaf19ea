import test from 'node:test';
import assert from 'node:assert/strict';
import {aheadOf} from '../files/clock.js';

test('a clock that tells whole seconds is right within one', () => {
  for (const ours of [10_000, 10_400, 10_999, 11_900]) assert.equal(aheadOf(10_000, ours), 0, String(ours));
});

test('a clock that is wrong is seen, in both directions', () => {
  assert.equal(aheadOf(70_000, 10_500), 60_000);
  assert.equal(aheadOf(10_000, 70_500), -60_000);
});
