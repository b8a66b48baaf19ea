// A WebSocket of the contract: authenticated, with requests and what comes by itself.
import { WebSocket } from 'k6/websockets';
import { stage } from './stage.js';
import { fault } from './tally.js';

const readyWithin = 10000; // what the server gives a client to authenticate

// Socket calls on.ready() when it is authenticated, on.message(m) for what is no answer,
// and on.closed() in the end. A socket that ends before close() is a fault.
export class Socket {
  constructor(token, on) {
    this.on = on;
    this.waiting = new Map();
    this.next = 1;
    this.leaving = false;
    this.late = setTimeout(() => this.fail('is not ready in time'), readyWithin);
    this.ws = new WebSocket(stage.live);
    this.ws.onopen = () => this.send({ type: 'auth', token });
    this.ws.onmessage = (e) => this.receive(JSON.parse(e.data));
    this.ws.onerror = (e) => this.fail(`fails: ${e.error}`);
    this.ws.onclose = () => this.ended();
  }

  send(message) {
    this.ws.send(JSON.stringify(message));
  }

  // request sends an operation; answered(status, data) is called once, with 0 when the
  // connection ends first.
  request(op, data, answered) {
    const id = String(this.next++);
    this.waiting.set(id, answered);
    this.send({ type: 'request', id, op, data });
  }

  receive(m) {
    if (m.type === 'response') {
      const answered = this.waiting.get(m.id);
      this.waiting.delete(m.id);
      if (answered) {
        answered(m.status, m.data);
      } else {
        fault(`an answer to request ${m.id}, which is not open`);
      }
    } else if (m.type === 'auth_success') {
      clearTimeout(this.late);
      this.on.ready();
    } else if (m.type === 'auth_error' || m.type === 'error') {
      this.fail(`is told ${m.message}`);
    } else {
      this.on.message(m);
    }
  }

  // close is the client's own wish.
  close() {
    this.leaving = true;
    this.ws.close();
  }

  fail(why) {
    if (!this.leaving) {
      fault(`a socket ${why}`);
      this.close();
    }
  }

  ended() {
    clearTimeout(this.late);
    if (!this.leaving) {
      fault('a socket is closed by the server');
    }
    for (const answered of this.waiting.values()) {
      answered(0, {});
    }
    this.waiting.clear();
    this.on.closed();
  }
}
