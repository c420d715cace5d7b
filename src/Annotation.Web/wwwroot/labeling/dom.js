/**
 * Makes an element: attributes that start with "on" are listeners, true is an empty attribute, null and false none.
 * @param {string} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Node | string | null | undefined)} children
 * @returns {HTMLElement}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/**
 * An element with HTML that the server has sanitised.
 * @param {string} html
 * @param {string} [classes] further classes
 * @returns {HTMLElement}
 */
export function prose(html, classes = "") {
  const element = h("div", { class: `prose ${classes}`.trim() });
  element.innerHTML = html;
  return element;
}

/** The letter by which a completion is called: A for the first one shown. @param {number} position @returns {string} */
export function letter(position) {
  return position < 26 ? String.fromCharCode(65 + position) : letter(Math.floor(position / 26) - 1) + letter(position % 26);
}
