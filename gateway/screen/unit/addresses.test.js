import test from 'node:test';
import assert from 'node:assert/strict';
import {networks} from '../files/addresses.js';

test('addresses are summed up by network, the one with the most devices first', () => {
  const row = (network, devices, voided, votes, lastSeen) => ({id: `${network}00000001`, network, devices, voided, votes, firstSeen: '', lastSeen});
  assert.deepEqual(networks([row('aaaaaaaa', 5, 0, 7, '3'), row('bbbbbbbb', 3, 1, 2, '1'), row('bbbbbbbb', 3, 2, 1, '9'), row('bbbbbbbb', 1, 0, 1, '5')]), [
    {network: 'bbbbbbbb', addresses: 3, devices: 7, voided: 3, votes: 4, lastSeen: '9'},
    {network: 'aaaaaaaa', addresses: 1, devices: 5, voided: 0, votes: 7, lastSeen: '3'},
  ]);
  assert.deepEqual(networks([]), []);
});
