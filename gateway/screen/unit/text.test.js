import test from 'node:test';
import assert from 'node:assert/strict';
import {readFileSync, readdirSync} from 'node:fs';
import {t, speak, language, number, score, clock} from '../files/text.js';

speak('en');

test('values and plurals', () => {
  assert.equal(t('players', {n: 1}), '1 player');
  assert.equal(t('players', {n: 1234}), '1,234 players');
  assert.equal(t('spoken', {title: '{up}', up: 1, down: 2}), '{up}: 1 up, 2 down');
});

test('numbers, scores, clocks', () => {
  assert.deepEqual([number(12345), score(3), score(0), score(-2)], ['12,345', '+3', '0', '-2']);
  assert.deepEqual([clock(65), clock(9.2), clock(-1)], ['1:05', '0:10', '0:00']);
});

test('a language that there is, else English', () => {
  assert.equal(language(['xx-YY', 'EN-gb']), 'en');
  assert.equal(language([]), 'en');
});

test('no text stands twice: the later would win without a word', () => {
  const source = readFileSync(new URL('../files/text.js', import.meta.url), 'utf8');
  const names = [...source.matchAll(/^  '?([\w.]+)'?: ['{]/gm)].map(([, name]) => name);
  assert.ok(names.length > 100, String(names.length));
  assert.deepEqual(names.filter((n, i) => names.indexOf(n) !== i), []);
});

test('every text that a script asks for is there', () => {
  const files = new URL('../files/', import.meta.url);
  let found = 0;
  const checkText = (file, name) => {
    found++;
    assert.doesNotThrow(() => t(name), `${file}: ${name}`);
  };
  for (const file of readdirSync(files).filter((f) => f.endsWith('.js'))) {
    const source = readFileSync(new URL(file, files), 'utf8');
    for (const [, name] of source.matchAll(/\bt\('(\w+)'/g)) checkText(file, name);
    for (const [, name, how] of source.matchAll(/\bshowNotice\('(\w+)'(?:, '(\w+)')?/g)) [name, how].filter(Boolean).forEach((n) => checkText(file, n));
  }
  for (const name of ['enterCode', 'noSuchCode', 'closedNow', 'crowded', 'noAnswer']) [name, `${name}How`].forEach((n) => checkText('vote.js', n));
  for (const policy of ['latest', 'once', 'every']) checkText('voteview.js', `policy_${policy}`);
  assert.ok(found > 60, String(found));
});
