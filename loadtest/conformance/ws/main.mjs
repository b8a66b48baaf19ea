// What an everyday client never does, by Node's ws. Prints a line for each case:
// its name, and ok or what went wrong. usage: node main.mjs URL TOKEN
import { once } from 'node:events';
import WebSocket from 'ws';

const [url, token] = process.argv.slice(2);
const within = 10_000; // milliseconds that one case may take

// Conn is an authenticated connection whose messages and end can be waited for.
class Conn {
  static async open() {
    const c = new Conn();
    c.ws = new WebSocket(url, { perMessageDeflate: true });
    c.messages = [];
    c.ws.on('message', (data, binary) => c.take(binary ? data : data.toString()));
    c.ended = new Promise((resolve) => c.ws.on('close', (code, reason) => resolve({ code, reason: reason.toString() })));
    c.ws.on('error', () => {}); // the close that follows says more
    await once(c.ws, 'open');
    c.ws.send(JSON.stringify({ type: 'auth', token }));
    const m = JSON.parse(await c.next());
    if (m.type !== 'auth_success') throw new Error(`auth: ${JSON.stringify(m)}`);
    return c;
  }
  take(m) {
    if (this.waiting) { this.waiting(m); this.waiting = undefined; } else this.messages.push(m);
  }
  next() {
    if (this.messages.length > 0) return Promise.resolve(this.messages.shift());
    return new Promise((resolve) => { this.waiting = resolve; });
  }
  // echo expects the answer to ask(id).
  async echo(id) {
    const m = JSON.parse(await this.next());
    if (m.type !== 'response' || m.id !== id || m.status !== 200) throw new Error(JSON.stringify(m).slice(0, 200));
  }
  raw(...bytes) { this.ws._socket.write(Buffer.from(bytes)); }
  async wantEnd(code) {
    const end = await this.ended;
    if (end.code !== code) throw new Error(`closed with ${end.code} ${end.reason}, want ${code}`);
  }
}

const ask = (id, pad = '') => Buffer.from(JSON.stringify({ type: 'request', id, op: 'health.get', data: { pad } }));

// parts sends a text message in fragments.
function parts(c, fragments, between = () => {}) {
  fragments.forEach((f, i) => {
    c.ws.send(f, { binary: false, fin: i === fragments.length - 1 });
    if (i < fragments.length - 1) between();
  });
}

const split = (b, at) => [b.subarray(0, at), b.subarray(at)];
const snow = '⛄🎲'; // three and four bytes

const cases = {
  'one frame': async (c) => { c.ws.send(ask('a').toString()); await c.echo('a'); },
  'two fragments': async (c) => { parts(c, split(ask('b'), 9)); await c.echo('b'); },
  'a byte a fragment': async (c) => { parts(c, [...ask('c')].map((b) => Buffer.from([b]))); await c.echo('c'); },
  'an empty fragment first and last': async (c) => { parts(c, [Buffer.alloc(0), ask('d'), Buffer.alloc(0)]); await c.echo('d'); },
  'a character cut in two': async (c) => {
    const whole = ask(snow);
    const at = whole.indexOf(Buffer.from('⛄'));
    for (const cut of [1, 2, 4, 5, 6]) { parts(c, split(whole, at + cut)); await c.echo(snow); }
  },
  'a ping between fragments': async (c) => {
    const pong = once(c.ws, 'pong');
    parts(c, split(ask('f'), 5), () => c.ws.ping('between'));
    if ((await pong)[0].toString() !== 'between') throw new Error('another pong');
    await c.echo('f');
  },
  'a pong nobody asked for': async (c) => { c.ws.pong('unasked'); c.ws.send(ask('g').toString()); await c.echo('g'); },
  'ping with 125 bytes': async (c) => {
    const payload = Buffer.alloc(125, 0xfe);
    const pong = once(c.ws, 'pong');
    c.ws.ping(payload);
    if (!(await pong)[0].equals(payload)) throw new Error('another payload');
  },
  '64 KiB is taken': async (c) => {
    const bare = ask('i').length;
    c.ws.send(ask('i', 'x'.repeat(64 * 1024 - bare)).toString());
    await c.echo('i');
  },
  'no compression': async (c) => { if (c.ws.extensions !== '') throw new Error(c.ws.extensions); },
  'close 1000 is answered': async (c) => { c.ws.close(1000, 'bye'); await c.wantEnd(1000); },
  'close without a code is answered': async (c) => { c.ws.close(); await c.wantEnd(1005); },
  'close 4999 is answered': async (c) => { c.ws.close(4999); await c.wantEnd(4999); },
  'over 64 KiB closes 1009': async (c) => { c.ws.send('x'.repeat(64 * 1024 + 1)); await c.wantEnd(1009); },
  'not UTF-8 closes 1007': async (c) => { c.ws.send(Buffer.from([0x22, 0xc3, 0x28, 0x22]), { binary: false }); await c.wantEnd(1007); },
  'binary closes 1003': async (c) => { c.ws.send(Buffer.from([1, 2, 3])); await c.wantEnd(1003); },
  // The mask is 0 0 0 0 where a frame is written by hand.
  'reserved bit closes 1002': async (c) => { c.raw(0xc1, 0x80, 0, 0, 0, 0); await c.wantEnd(1002); },
  'reserved opcode closes 1002': async (c) => { c.raw(0x83, 0x80, 0, 0, 0, 0); await c.wantEnd(1002); },
  // RFC 6455, 5.1: the server ends it, and may say why.
  'unmasked ends it': async (c) => { c.raw(0x81, 0x02, 0x7b, 0x7d); await c.ended; },
  'long ping closes 1002': async (c) => { c.raw(0x89, 0xfe, 0, 126, 0, 0, 0, 0, ...new Array(126).fill(0)); await c.wantEnd(1002); },
  'fragmented ping closes 1002': async (c) => { c.raw(0x09, 0x80, 0, 0, 0, 0); await c.wantEnd(1002); },
  'continuation of nothing closes 1002': async (c) => { c.raw(0x80, 0x80, 0, 0, 0, 0); await c.wantEnd(1002); },
  'text within a text closes 1002': async (c) => { c.raw(0x01, 0x80, 0, 0, 0, 0, 0x81, 0x80, 0, 0, 0, 0); await c.wantEnd(1002); },
  'close 1005 closes 1002': async (c) => { c.raw(0x88, 0x82, 0, 0, 0, 0, 0x03, 0xed); await c.wantEnd(1002); },
};

const late = (name) => new Promise((_, reject) => { setTimeout(() => reject(new Error('no answer in time')), within).unref(); });

for (const [name, run] of Object.entries(cases)) {
  let verdict = 'ok';
  let c;
  try {
    c = await Conn.open();
    await Promise.race([run(c), late(name)]);
  } catch (e) {
    verdict = e.message;
  }
  c?.ws.terminate();
  console.log(`${name}: ${verdict}`);
}
process.exit(0);
