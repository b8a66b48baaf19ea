// What hosts change beside the evening: nobody is told of it, so a view that shows it
// looks again. The evening itself comes by itself.

import {complain} from './parts.js';

const AGAIN = 5000; // milliseconds; the hub answers each in a few

/**
 * inStep has look called, which reads what a view shows and resolves when it stands there:
 * now, and while the page is seen every few seconds, when it is seen again, and when the
 * connection is back. The first failure is told, later ones wait for the next time. It
 * returns a function that ends that.
 */
export function inStep(desk, look) {
  let looking = true;
  const done = () => { looking = false; };
  look().catch(complain).finally(done);
  const again = () => {
    if (looking || document.hidden || desk.status !== 'online') return;
    looking = true;
    look().catch(() => {}).finally(done);
  };
  const timer = setInterval(again, AGAIN);
  document.addEventListener('visibilitychange', again);
  let status = desk.status;
  const off = desk.on(() => {
    if (desk.status === status) return;
    status = desk.status;
    again();
  });
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', again);
    off();
  };
}
