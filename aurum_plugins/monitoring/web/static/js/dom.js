/* Elements made of plain text, and brought into the page with as little change as possible. */

/**
 * Make an element. Texts become text nodes, never markup.
 *
 * @param {string} tag
 * @param {object} [attributes] `vars` sets custom properties; false and null leave one out.
 * @param {...(Node|string|number|null|false|Array)} children
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "vars") {
      for (const [property, number] of Object.entries(value)) {
        element.style.setProperty(`--${property}`, String(number));
      }
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  element.append(...nodes(children));
  return element;
}

function nodes(children) {
  return children
    .flat(Infinity)
    .filter((child) => child !== null && child !== undefined && child !== false && child !== "")
    .map((child) => (child instanceof Node ? child : document.createTextNode(String(child))));
}

/**
 * Make the children of an element equal to others, keeping elements, and with them the focus, the
 * selection and opened details. Elements with the same `data-key` are the same thing; what
 * `data-own` marks is drawn by somebody else and left alone.
 */
export function fill(parent, ...children) {
  patchChildren(parent, nodes(children));
}

function patchChildren(parent, wanted) {
  const keyed = new Map();
  for (const child of parent.children) {
    if (child.dataset.key) keyed.set(child.dataset.key, child);
  }
  let place = parent.firstChild;
  for (const node of wanted) {
    const old = counterpart(node, place, keyed);
    if (old === null) {
      parent.insertBefore(node, place);
      continue;
    }
    if (old === place) place = place.nextSibling;
    else parent.insertBefore(old, place);
    patch(old, node);
  }
  while (place !== null) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

function counterpart(node, place, keyed) {
  const key = node.dataset?.key;
  if (key) {
    const old = keyed.get(key) ?? null;
    keyed.delete(key);
    return old?.nodeName === node.nodeName ? old : null;
  }
  const fits = place !== null && place.nodeName === node.nodeName && !place.dataset?.key;
  return fits ? place : null;
}

function patch(old, fresh) {
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  if (old.dataset.own !== undefined) return;
  for (const { name } of [...old.attributes]) {
    if (
      !fresh.hasAttribute(name) &&
      !(name === "open" && old.nodeName === "DETAILS") &&
      name !== "style"
    ) {
      old.removeAttribute(name);
    }
  }
  for (const { name, value } of fresh.attributes) {
    if (name !== "style" && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  // As a property: an attribute of that name is forbidden by the page's own policy.
  if (old.style.cssText !== fresh.style.cssText) old.style.cssText = fresh.style.cssText;
  patchChildren(old, [...fresh.childNodes]);
}
