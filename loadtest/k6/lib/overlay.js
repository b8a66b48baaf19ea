// Overlays: screens that take tallies in place of events.
import { Socket } from './socket.js';
import { stage } from './stage.js';
import { fault, screens, tallies } from './tally.js';
import { same, totals } from './totals.js';

// follow takes the tallies of a session, and snapshots of what else happens, until it
// ends, and must then show what REST says. A witness beside it sees every event: what a
// tally says as of a seq must be what the events up to there add up to.
export function follow(session, witness) {
  let seen = new Map();
  let last = 0; // the newest seq of either
  let newest = 0; // the newest seq of a tally
  const sums = witness ? new Witness(session) : null;
  const socket = new Socket(stage.viewer, {
    ready: () => socket.send({ type: 'subscribe', sessionId: session, mode: 'tally', snapshot: true }),
    message,
    closed() {},
  });

  function message(m) {
    if (m.sessionId !== session) {
      return;
    }
    if (m.type === 'subscribed') {
      show(m.seq, m.snapshot.tallies);
    } else if (m.type === 'snapshot') {
      show(m.seq, m.data.tallies);
      if (!m.data.session.is_active) {
        finish();
      }
    } else if (m.type === 'tally') {
      tallies.add(1);
      if (m.seq <= newest) {
        fault(`session ${session}: the tally of seq ${m.seq} came after ${newest}`);
      }
      newest = m.seq;
      show(m.seq, m.games);
    }
  }

  // show: neither the seq nor any number may fall.
  function show(seq, games) {
    const next = new Map(games.map((g) => [g.id, [g.session_upvotes, g.session_downvotes]]));
    for (const [id, [up, down]] of seen) {
      const [u, d] = next.get(id) || [0, 0];
      if (u + d < up + down || seq < last) {
        fault(`session ${session}: game ${id} fell from ${[up, down]} at ${last} to ${[u, d]} at ${seq}`);
      }
    }
    seen = next;
    last = seq;
    if (sums !== null) {
      sums.hold(seq, games);
    }
  }

  function finish() {
    socket.close();
    const rest = totals(session);
    if (rest !== null && same(rest, seen) && (sums === null || sums.finish())) {
      screens.add(1);
    } else {
      fault(`session ${session}: REST and the tallies differ: ${JSON.stringify([...(rest || [])])}, ${JSON.stringify([...seen])}`);
    }
  }
}

// Witness adds up the events of a session, and holds tallies against the sums: up minus
// down and the number of votes, over all games.
class Witness {
  constructor(session) {
    this.session = session;
    this.sums = [[0, 0]]; // by seq
    this.waiting = []; // tallies that came before their event
    this.held = 0;
    this.socket = new Socket(stage.viewer, {
      ready: () => this.socket.send({ type: 'subscribe', sessionId: session, since: 0 }),
      message: (m) => this.event(m),
      closed() {},
    });
  }

  event(m) {
    if (m.type === 'subscribed' || m.seq === undefined || m.sessionId !== this.session) {
      return;
    }
    const [score, votes] = this.sums[this.sums.length - 1];
    const { vote } = m.type === 'vote.received' ? m.data : {};
    this.sums[m.seq] = vote ? [score + worth(vote.type) - worth(vote.replaced), votes + (vote.replaced ? 0 : 1)] : [score, votes];
    const due = this.waiting.filter(([seq]) => seq <= m.seq);
    this.waiting = this.waiting.filter(([seq]) => seq > m.seq);
    due.forEach(([seq, games]) => this.hold(seq, games));
  }

  hold(seq, games) {
    if (seq >= this.sums.length) {
      this.waiting.push([seq, games]);
      return;
    }
    this.held++;
    const score = games.reduce((sum, g) => sum + g.session_upvotes - g.session_downvotes, 0);
    const votes = games.reduce((sum, g) => sum + g.session_upvotes + g.session_downvotes, 0);
    if (score !== this.sums[seq][0] || votes !== this.sums[seq][1]) {
      fault(`session ${this.session}: the tally of seq ${seq} says score ${score} of ${votes} votes, the events ${this.sums[seq]}`);
    }
  }

  // finish says whether it has held any tally.
  finish() {
    this.socket.close();
    return this.held > 0;
  }
}

// worth is what a thumb adds to the score.
const worth = (thumb) => ({ up: 1, down: -1 })[thumb] || 0;
