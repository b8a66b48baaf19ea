import test from 'node:test';
import assert from 'node:assert/strict';
import {read, roleOf} from '../files/options.js';

const at = (rest, hidden) => read(`http://hub.example/${rest}`, hidden);

test('nothing said', () => {
  assert.deepEqual(at('screen/3'), {session: 3, token: '', theme: null, look: {}, scale: 1, align: null, hidden: new Set(), delay: 0, names: true});
});

test('everything said, below a prefix', () => {
  const o = at('night/overlay/active?theme=light&scale=1.5&align=top-right&hide=voters,%20net&delay=4.5&names=off#token=a.b.c');
  assert.deepEqual(o, {session: 'active', token: 'a.b.c', theme: 'light', look: {}, scale: 1.5, align: 'top-right', hidden: new Set(['voters', 'net']), delay: 4.5, names: false});
});

test('what makes no sense counts as not said', () => {
  const o = at('screen/3?theme=neon&scale=big&align=sideways&hide=everything&delay=-5&names=on');
  assert.deepEqual(o, at('screen/3'));
  assert.equal(at('screen/3?scale=1000').scale, 4);
  assert.equal(at('screen/3?delay=1e9').delay, 300);
});

test('a page hides parts by itself, and show= brings them back', () => {
  assert.deepEqual(at('overlay/3', ['tonight', 'join']).hidden, new Set(['tonight', 'join']));
  assert.deepEqual(at('overlay/3?show=tonight&hide=pack', ['tonight', 'join']).hidden, new Set(['join', 'pack']));
});

test('a look of one\'s own', () => {
  assert.deepEqual(at('overlay/3?accent=4ade80&card=%23000c&down=F00&font=Comic%20Neue').look, {
    accent: '#4ade80', 'accent-ink': '#4ade80', 'up-ink': '#4ade80', 'on-accent': '#000', card: '#000c', down: '#F00', 'on-down': '#000',
    font: '"Comic Neue", Figtree, sans-serif',
  });
  assert.equal(at('overlay/3?accent=123').look['on-accent'], '#fff');
  assert.equal(at('overlay/3?down=5b4bd6').look['on-down'], '#fff');
  for (const nonsense of ['accent=red', 'accent=12345', 'accent=%23', 'card=url(x)', 'font=%22%3B', 'font=a%22b', 'paper=000;color:red', `font=${'x'.repeat(51)}`]) {
    assert.deepEqual(at(`overlay/3?${nonsense}`).look, {}, nonsense);
  }
});

test('the token of the fragment beats that of the query', () => {
  assert.equal(at('screen/3?token=q').token, 'q');
  assert.equal(at('screen/3?token=q#token=f').token, 'f');
});

test('what is no session', () => {
  for (const path of ['screen/', 'screen/abc', 'screen/0', 'screen/-1', 'screen/3.5', 'screen/99999999999999999']) assert.equal(at(path).session, null, path);
});

test('a token tells its role', () => {
  const token = (claims) => `x.${btoa(JSON.stringify(claims)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}.y`;
  assert.equal(roleOf(token({role: 'viewer', name: 'é'.normalize('NFD').replace(/[^a-z]/g, '~~?')})), 'viewer');
  assert.equal(roleOf(token({role: 'admin'})), 'admin');
  for (const nonsense of ['', 'a', 'a.b.c', 'a.bnVsbA.c', 'a.%.c']) assert.equal(roleOf(nonsense), '', nonsense);
});
