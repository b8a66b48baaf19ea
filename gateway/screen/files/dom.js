// Elements are created from values, never from markup, so names, notes and titles are
// always shown as text. The policy of the pages enforces this (Trusted Types).

/** byId returns an element that must exist. */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element #${id}`);
  return found;
}

/**
 * el creates an element: el('li', {class: 'game', onclick: f}, 'text', child, …).
 * Properties: class and attributes by name (true is an empty attribute; false, null and
 * undefined are none), on… listeners, data: {…}. Children: elements and text;
 * null, undefined and false are left out.
 */
export function el(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (name === 'data') Object.assign(made.dataset, value);
    else set(made, name, value);
  }
  made.append(...children.filter((c) => c !== null && c !== undefined && c !== false));
  return made;
}

/** svg creates an SVG element. */
export function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) set(made, name, value);
  made.append(...children);
  return made;
}

function set(element, name, value) {
  if (value === false || value === null || value === undefined) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? '' : value);
}

/** setText sets the text of an element if it is different; it returns whether it was. */
export function setText(element, text) {
  const wanted = String(text ?? '');
  if (element.textContent === wanted) return false;
  element.textContent = wanted;
  return true;
}

/** setVisible shows or hides elements. */
export function setVisible(is, ...elements) {
  for (const e of elements) e.toggleAttribute('hidden', !is); // SVG has no hidden property
}

/**
 * list updates the children of parent to match items. Children with known keys are kept and
 * updated, so that focus and animations continue. make(item) returns an element,
 * update(element, item) fills it.
 */
export function list(parent, items, key, make, update = () => {}) {
  const keys = items.map((item) => String(key(item)));
  const wanted = new Set(keys);
  const old = new Map([...parent.children].map((c) => [c.dataset.key, c]));
  for (const [k, child] of old) if (!wanted.has(k)) child.remove(); // first, because moved elements lose the focus
  let place = parent.firstElementChild;
  for (const [i, item] of items.entries()) {
    const child = old.get(keys[i]) ?? make(item);
    child.dataset.key = keys[i];
    update(child, item);
    if (child === place) place = place.nextElementSibling;
    else parent.insertBefore(child, place);
  }
}

/** announcer returns a function that sends texts to screen readers by a live region, the newest at most once per pause in milliseconds. */
export function announcer(region, pause = 5000) {
  let last = -Infinity;
  let timer;
  return (text) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      last = performance.now();
      setText(region, text);
    }, Math.max(0, last + pause - performance.now()));
  };
}
