// Votes over REST, and what becomes of any vote.
import exec from 'k6/execution';
import http from 'k6/http';
import { now, voter } from './clock.js';
import { params, post } from './rest.js';
import { stage } from './stage.js';
import { acknowledged, fault, refused, unknown, voteTime } from './tally.js';

// Codes after which nobody knows whether a vote was recorded.
const unclear = ['storage_failing', 'timeout', 'internal'];

const upOf = 3; // two of three votes are up

let count = 0;

// ballot is the data of votes.live, of a voter that is new each time.
export function ballot(session, due) {
  count++;
  return {
    sessionId: session,
    username: voter(due),
    vote: (count + exec.vu.idInTest) % upOf === 0 ? 'down' : 'up',
    timestamp: new Date().toISOString(),
  };
}

// settle counts a vote by its answer; status is 0 for none.
export function settle(status, code, due, tags) {
  voteTime.add(now() - due, tags);
  if (status === 200) {
    acknowledged.add(1);
    return;
  }
  if (status === 0 || !code || unclear.includes(code)) {
    unknown.add(1);
  } else {
    refused.add(1);
  }
  fault(`a vote is answered ${status} ${code}`);
}

const bot = params('votes.live', stage.bot, 'write');

// cast sends one vote by REST.
export function cast(session, tags) {
  const due = now();
  const res = http.post(`${stage.url}/api/votes/live`, JSON.stringify(ballot(session, due)), bot);
  let code = '';
  if (res.status !== 200) {
    code = res.body && res.body.startsWith('{') ? res.json('code') : '';
  }
  settle(res.status, code, due, tags);
}

// importChat hands in a log of the chat in which so many people vote, as it is written there.
export function importChat(session, size) {
  const chatData = [];
  for (let i = 0; i < size; i++) {
    const { username, vote, timestamp } = ballot(session, now());
    chatData.push({ username: `${username}-${i}`, message: `so good thisgame${vote === 'up' ? '++' : '--'} !`, timestamp });
  }
  const said = post('sessions.chat_import', `/api/sessions/${session}/chat-import`, { chatData });
  if (said === null) {
    unknown.add(size);
    return;
  }
  acknowledged.add(said.votesProcessed);
  if (said.votesProcessed !== size) {
    fault(`a chat log with ${size} votes is answered ${JSON.stringify(said)}`);
  }
}

// castMany sends a batch.
export function castMany(session, size) {
  const votes = [];
  for (let i = 0; i < size; i++) {
    votes.push({ ...ballot(session, now()), username: `${voter(now())}-${i}` });
  }
  const said = post('votes.batch', '/api/votes/batch', { votes });
  if (said === null) {
    unknown.add(size);
    return;
  }
  acknowledged.add(said.accepted);
  refused.add(said.rejected);
  if (said.accepted !== size) {
    fault(`a batch of ${size} votes is answered ${JSON.stringify(said)}`);
  }
}
