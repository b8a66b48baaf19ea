// Screens that see every event and hold it against the contract: seq without gaps and in
// order, totals that grow by the vote they come with, and at the end the totals of REST.
import { moment, now } from './clock.js';
import { Socket } from './socket.js';
import { stage } from './stage.js';
import { events, fault, resumes, screens, screenTime } from './tally.js';
import { same, totals } from './totals.js';

// watch follows every event of a session from the first until it ends. With churn it
// loses its connection about so many milliseconds apart, and comes back with since.
export function watch(session, churn = 0) {
  const seen = new Map();
  let last = 0; // the newest seq
  let epoch; // in which it is counted
  let live = 0; // events up to here are replayed
  let over = false;
  let socket = null;
  let cut = null;

  connect();

  function connect() {
    socket = new Socket(stage.viewer, {
      ready: () => socket.send({ type: 'subscribe', sessionId: session, since: last, epoch }),
      message,
      closed,
    });
    if (churn > 0) {
      cut = setTimeout(() => socket.close(), churn * (0.5 + Math.random()));
    }
  }

  function closed() {
    clearTimeout(cut);
    if (!over && socket.leaving && churn > 0) {
      resumes.add(1);
      connect();
    }
  }

  function message(m) {
    if (m.type === 'subscribed') {
      live = m.seq;
      if (m.reset) {
        fault(`session ${session}: the server begins anew: epoch ${m.epoch} after ${epoch}`);
      }
      epoch = m.epoch;
    } else if (m.seq !== undefined && m.sessionId === session) {
      event(m);
    }
  }

  function event(m) {
    events.add(1);
    if (m.seq !== last + 1) {
      fault(`session ${session}: seq ${m.seq} came after ${last}`);
    }
    last = m.seq;
    if (m.type === 'vote.received') {
      vote(m);
    } else if (m.type.startsWith('poll.')) {
      poll(m);
    } else if (m.type === 'session.ended') {
      finish();
    }
  }

  function vote(m) {
    const { game, vote: v, totals: said } = m.data;
    let mine = seen.get(game.id);
    if (mine === undefined) {
      seen.set(game.id, (mine = [0, 0]));
    }
    mine[v.type === 'up' ? 0 : 1]++;
    if (v.replaced) {
      mine[v.replaced === 'up' ? 0 : 1]--; // somebody has changed their mind
    }
    if (said.upvotes !== mine[0] || said.downvotes !== mine[1] || said.popularity_score !== mine[0] - mine[1]) {
      fault(`session ${session}: seq ${m.seq} says ${JSON.stringify(said)} of game ${game.id}, counted ${mine}`);
    }
    if (m.seq > live) {
      screenTime.add(now() - moment(v.username));
    }
  }

  function poll(m) {
    const { candidates, total_votes: total } = m.data.poll;
    if (candidates.reduce((sum, c) => sum + c.votes, 0) !== total) {
      fault(`session ${session}: seq ${m.seq} does not add up: ${JSON.stringify(m.data.poll)}`);
    }
  }

  function finish() {
    over = true;
    socket.close();
    const rest = totals(session);
    if (rest !== null && same(rest, seen)) {
      screens.add(1);
    } else {
      fault(`session ${session}: REST and the events differ: ${JSON.stringify([...(rest || [])])}, ${JSON.stringify([...seen])}`);
    }
  }
}
