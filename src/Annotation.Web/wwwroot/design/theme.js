// Switches between the system's theme, light, dark and high contrast; a cookie tells the server, so that no page flashes.
const order = ["auto", "light", "dark", "contrast"];
const names = { auto: "Theme: system", light: "Theme: light", dark: "Theme: dark", contrast: "Theme: contrast" };

/** @param {string} theme */
function apply(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  for (const button of document.querySelectorAll("[data-theme-switch]")) button.textContent = names[theme];
}

document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element) || !event.target.closest("[data-theme-switch]")) return;
  const now = document.documentElement.dataset.theme ?? "auto";
  const next = order[(order.indexOf(now) + 1) % order.length];
  document.cookie = `theme=${next}; path=/; max-age=31536000; samesite=lax`;
  apply(next);
});
