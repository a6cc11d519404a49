// Keeps the list up to date, filters it, and copies text. Rows arrive from the server as HTML.
"use strict";

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}

async function copy(button) {
  const label = button.dataset.label ??= button.textContent;
  const source = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.textContent);
    button.textContent = "Copied";
  } catch {
    // Without access to the clipboard, the text is selected so that the user can copy it.
    source.closest("details").open = true;
    getSelection().selectAllChildren(source);
    button.textContent = "Press Ctrl+C to copy";
  }
  setTimeout(() => { button.textContent = label; }, 2000);
}

const rows = document.getElementById("requests");
if (rows) startList();

function startList() {
  const element = (id) => document.getElementById(id);
  const [filter, refused, pause, count, connection, announcer] =
    ["filter", "refused", "pause", "count", "connection", "announcer"].map(element);
  const { position, most } = document.querySelector("main").dataset;
  let waiting = [];
  let fresh = [];

  // The filter is kept in the address, so that it is still there after looking at a request.
  const start = new URLSearchParams(location.hash.slice(1));
  filter.value = start.get("filter") ?? "";
  refused.checked = start.has("refused");
  element("controls").hidden = false;
  filter.addEventListener("input", show);
  refused.addEventListener("change", show);
  pause.addEventListener("click", () => {
    const isPaused = pause.getAttribute("aria-pressed") !== "true";
    pause.setAttribute("aria-pressed", isPaused);
    if (!isPaused) insert();
    label();
  });

  const source = new EventSource(`/_sigvet/events?after=${encodeURIComponent(position)}`);
  source.addEventListener("open", () => { connection.textContent = "live"; });
  source.addEventListener("error", () => { connection.textContent = "not connected"; });
  source.addEventListener("restart", () => location.reload());
  source.addEventListener("request", (event) => {
    waiting.push(event.data);
    if (waiting.length > most) waiting.shift();
    if (pause.getAttribute("aria-pressed") === "true") label();
    else if (waiting.length === 1) setTimeout(insert, 0);
  });
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  show();

  function label() {
    const isPaused = pause.getAttribute("aria-pressed") === "true";
    pause.textContent = isPaused && waiting.length ? `Paused, ${waiting.length} new` : "Pause";
  }

  function insert() {
    const template = document.createElement("template");
    template.innerHTML = waiting.reverse().join("");
    waiting = [];
    const added = [...template.content.children];
    for (const row of added) row.hidden = !isWanted(row);
    rows.prepend(...added);
    while (rows.children.length > most) rows.lastElementChild.remove();
    announce(added.filter((row) => row.className !== "valid" && !row.hidden));
    tell();
  }

  // A burst is announced in one sentence: a screen reader could not keep up otherwise.
  function announce(added) {
    if (fresh.length === 0 && added.length > 0) setTimeout(speak, 500);
    fresh.push(...added);
  }

  function speak() {
    const text = (part) => fresh[0].querySelector(part)?.textContent.trim() ?? "";
    announcer.textContent = fresh.length === 1
      ? `Refused: ${text(".method")} ${text(".target")}: ${text(".cause span")}`
      : `${fresh.length} requests refused`;
    fresh = [];
  }

  function isWanted(row) {
    if (refused.checked && row.className === "valid") return false;
    const text = row.textContent.toLowerCase();
    return filter.value.toLowerCase().split(/\s+/).every((word) => text.includes(word));
  }

  function show() {
    for (const row of rows.children) row.hidden = !isWanted(row);
    const kept = new URLSearchParams();
    if (filter.value) kept.set("filter", filter.value);
    if (refused.checked) kept.set("refused", "");
    history.replaceState(null, "", kept.size ? `#${kept}` : location.pathname);
    tell();
  }

  function tell() {
    const all = [...rows.children];
    const shown = all.filter((row) => !row.hidden).length;
    const bad = all.filter((row) => row.className !== "valid").length;
    const number = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;
    element("empty").hidden = all.length > 0;
    count.textContent = `${all.length >= most ? "The last " : ""}${number(all.length, "request")}, ${bad} refused`
      + (shown < all.length ? `; ${shown} shown` : "");
  }
}
