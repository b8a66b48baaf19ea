// Changes outside of a session (catalogue, history, links, webhooks) are not sent as events,
// so the views that show them reload.

import {showError} from './controls.js';

const INTERVAL = 5000; // milliseconds; each request takes the server a few

/**
 * autoRefresh calls load now, every few seconds while the page is visible, when it becomes
 * visible, and after a reconnect. It shows an error of the first call and ignores later
 * ones. It returns a function that stops it.
 */
export function autoRefresh(host, load) {
  let loading = true;
  const finished = () => { loading = false; };
  load().catch(showError).finally(finished);
  const reload = () => {
    if (loading || document.hidden || host.status !== 'online') return;
    loading = true;
    load().catch(() => {}).finally(finished);
  };
  const timer = setInterval(reload, INTERVAL);
  document.addEventListener('visibilitychange', reload);
  let status = host.status;
  const removeListener = host.on(() => {
    if (host.status === status) return;
    status = host.status;
    reload();
  });
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', reload);
    removeListener();
  };
}
