// REST calls: one connection for each VU, tagged with the operation's name.
import http from 'k6/http';
import { stage } from './stage.js';
import { fault } from './tally.js';

// params are what a request of the operation is made with; token is '' for nobody. The
// kind is read or write: what waits for the disk is told apart.
export function params(op, token, kind) {
  const headers = { 'Content-Type': 'application/json' };
  if (token !== '') {
    headers.Authorization = `Bearer ${token}`;
  }
  return { headers, tags: { name: op, kind }, timeout: '30s' };
}

// call sends a request that must be answered with that status, and returns what the
// answer says; null after a fault.
export function call(op, method, path, body, status = 200, token = stage.admin) {
  const sent = body === undefined ? null : JSON.stringify(body);
  const res = http.request(method, stage.url + path, sent, params(op, token, method === 'GET' ? 'read' : 'write'));
  if (res.status !== status) {
    fault(`${op}: ${method} ${path} is answered ${res.status} ${res.error} ${res.body}, want ${status}`);
    return null;
  }
  return res.json();
}

export const get = (op, path) => call(op, 'GET', path, undefined, 200, '');
export const post = (op, path, body, status = 200) => call(op, 'POST', path, body, status);
export const patch = (op, path, body) => call(op, 'PATCH', path, body);
export const put = (op, path, body) => call(op, 'PUT', path, body);
export const del = (op, path) => call(op, 'DELETE', path);
