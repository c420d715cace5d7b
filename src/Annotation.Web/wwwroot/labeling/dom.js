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
 * @returns {HTMLElement}
 */
export function prose(html) {
  const element = h("div", { class: "prose" });
  element.innerHTML = html;
  return element;
}

/** The letter by which a completion is called: A for the first one shown. @param {number} position */
export function letter(position) {
  return String.fromCharCode(65 + position);
}

/** Whether keys belong to the element that has the focus. @param {EventTarget | null} target */
export function takesText(target) {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}
