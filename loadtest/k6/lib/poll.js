// Polls: what comes next?
import exec from 'k6/execution';
import { attempt, call, get, post } from './rest.js';
import { stage } from './stage.js';
import { fault, pollVotes } from './tally.js';

const open = 600; // seconds: longer than any game is played here
const voters = 50; // names of the chat: some come again, and change their minds

// start asks the crowd for the next game, out of what the picker rolls.
export function start(session) {
  post('sessions.poll.start', `/api/sessions/${session}/poll`, { count: 4, seconds: open }, 201);
}

// vote casts one vote of the chat, when a poll is open.
export function vote(session) {
  const poll = get('sessions.poll.get', `/api/sessions/${session}/poll`);
  if (poll === null || poll.status !== 'open') {
    return;
  }
  const ballot = {
    username: `chat ${exec.scenario.iterationInTest % voters}`,
    choice: 1 + Math.floor(Math.random() * poll.candidates.length),
    poll_id: poll.id,
  };
  if (attempt('sessions.poll.vote', 'POST', `/api/sessions/${session}/poll/votes`, ballot, stage.bot) !== null) {
    pollVotes.add(1);
  }
}

// decide ends the poll and adds the winner to the session; the playing of it is returned.
export function decide(session) {
  const poll = post('sessions.poll.end', `/api/sessions/${session}/poll/end`);
  if (poll === null) {
    return null;
  }
  const most = Math.max(...poll.candidates.map((c) => c.votes));
  if (poll.winner === null || poll.winner.votes !== most) {
    fault(`session ${session}: ${JSON.stringify(poll.winner)} wins, ${most} votes are the most`);
  }
  return post('sessions.poll.add', `/api/sessions/${session}/poll/add`, undefined, 201);
}

// withdraw starts a poll and takes it back.
export function withdraw(session, games) {
  post('sessions.poll.start', `/api/sessions/${session}/poll`, { game_ids: games, seconds: open }, 201);
  call('sessions.poll.cancel', 'DELETE', `/api/sessions/${session}/poll`);
}
