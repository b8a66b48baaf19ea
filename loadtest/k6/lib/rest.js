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
// answer says: a value for JSON, the text of anything else; null after a fault.
export function call(op, method, path, body, status = 200, token = stage.admin) {
  const res = send(method, path, body, params(op, token, method === 'GET' ? 'read' : 'write'));
  if (res.status !== status) {
    fault(`${op}: ${method} ${path} is answered ${res.status} ${res.error} ${res.body}, want ${status}`);
    return null;
  }
  return (res.headers['Content-Type'] || '').startsWith('application/json') ? res.json() : res.body;
}

// attempt is a call that may come too late for what it is about, by no fault of anybody:
// it is answered 200 or 409 then. It returns null for the latter.
export function attempt(op, method, path, body, token) {
  const late = { ...params(op, token, 'write'), responseCallback: http.expectedStatuses(200, 409) };
  const res = send(method, path, body, late);
  if (res.status !== 200 && res.status !== 409) {
    fault(`${op}: ${method} ${path} is answered ${res.status} ${res.error} ${res.body}`);
  }
  return res.status === 200 ? res.json() : null;
}

function send(method, path, body, options) {
  return http.request(method, stage.url + path, body === undefined ? null : JSON.stringify(body), options);
}

export const get = (op, path) => call(op, 'GET', path, undefined, 200, '');
export const post = (op, path, body, status = 200) => call(op, 'POST', path, body, status);
export const patch = (op, path, body) => call(op, 'PATCH', path, body);
export const put = (op, path, body) => call(op, 'PUT', path, body);
export const del = (op, path) => call(op, 'DELETE', path);
