// Keeps the mark at "Inbox" current while a page stays open for hours.
const every = 60_000;

async function look() {
  if (document.hidden) return;
  const response = await fetch("/api/labeling/inbox/unread", { headers: { Accept: "application/json" } }).catch(() => null);
  if (!response?.ok) return;
  const { unreadCount } = await response.json();
  for (const mark of document.querySelectorAll("[data-unread]")) {
    mark.toggleAttribute("hidden", unreadCount === 0);
    const count = mark.querySelector("[data-unread-count]");
    if (count && count.textContent !== String(unreadCount)) count.textContent = String(unreadCount);
  }
}

// The inbox marks what it shows as read while the page is made.
if (location.pathname === "/inbox") void look();
setInterval(() => void look(), every);
document.addEventListener("visibilitychange", () => void look());
