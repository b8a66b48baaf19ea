// Somebody who comes, votes some times by WebSocket requests, and leaves. When each vote
// is due does not depend on the answers.
import { now } from './clock.js';
import { Socket } from './socket.js';
import { stage } from './stage.js';
import { lateTime } from './tally.js';
import { ballot, settle } from './vote.js';

const patience = 10000; // for the answers, after the last vote

// chatter votes so many times, so many milliseconds apart, and returns when it has left.
export function chatter(session, { votes, gap, tags }) {
  let left = votes;
  let impatient;
  const timers = [];
  const socket = new Socket(stage.bot, { ready, message() {}, closed });

  function ready() {
    const start = now();
    const first = Math.random() * gap; // else all who are here would vote at the same moments
    for (let i = 0; i < votes; i++) {
      const due = first + i * gap;
      timers.push(setTimeout(() => cast(start + due), due));
    }
    impatient = setTimeout(() => socket.fail('has waited too long for answers'), votes * gap + patience);
  }

  function cast(due) {
    lateTime.add(Math.max(0, now() - due));
    socket.request('votes.live', ballot(session, due), (status, data) => {
      settle(status, data.code, due, tags);
      if (--left === 0) {
        socket.close();
      }
    });
  }

  function closed() {
    clearTimeout(impatient);
    timers.forEach(clearTimeout);
  }
}
