// Scrolls several boxes as one: each stands at the same share of its own length.

/** @param {HTMLElement[]} boxes @returns {() => void} ends it */
export function scrollTogether(boxes) {
  /** Boxes that were moved by us and will say so once. @type {Set<EventTarget>} */
  const moved = new Set();
  const follow = (/** @type {Event} */ event) => {
    const leader = /** @type {HTMLElement} */ (event.currentTarget);
    if (moved.delete(leader)) return;
    const length = leader.scrollHeight - leader.clientHeight;
    const share = length > 0 ? leader.scrollTop / length : 0;
    for (const box of boxes) {
      if (box === leader) continue;
      const before = box.scrollTop;
      box.scrollTop = share * (box.scrollHeight - box.clientHeight);
      if (box.scrollTop !== before) moved.add(box);
    }
  };
  for (const box of boxes) box.addEventListener("scroll", follow, { passive: true });
  return () => boxes.forEach((box) => box.removeEventListener("scroll", follow));
}
