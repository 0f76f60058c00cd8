// Enhancements of the console; every page works without them. No state but drafts, kept in this tab only.
"use strict";

const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

// j/k move through the list, Enter opens, / goes to the search, g i to the inbox.
(() => {
  const rows = [...document.querySelectorAll("#list .row")];
  let at = -1;
  let went = false;
  const move = (to) => {
    if (!rows.length) return;
    rows[at]?.classList.remove("at");
    at = Math.max(0, Math.min(rows.length - 1, to));
    rows[at].classList.add("at");
    rows[at].querySelector("a.number").focus({ preventScroll: true });
    rows[at].scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest("#list .row");
    if (!row) return;
    rows[at]?.classList.remove("at");
    at = rows.indexOf(row);
    row.classList.add("at");
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const afterG = went;
    went = event.key === "g";
    if (event.key === "j") move(at + 1);
    else if (event.key === "k") move(at - 1);
    else if (event.key === "/") {
      const search = document.querySelector("[data-key='/']");
      if (search) search.focus();
      else location.assign(document.querySelector("a.brand").href);
      event.preventDefault();
    } else if (event.key === "i" && afterG) location.assign(document.querySelector("a.brand").href);
  });
  // A click anywhere in a row opens it, unless text is being selected.
  document.querySelector("#list tbody")?.addEventListener("click", (event) => {
    if (event.target.closest("a") || String(getSelection())) return;
    event.target.closest(".row")?.querySelector("a.number").click();
  });
})();

// Say that something new came; never reload under somebody's hands.
(() => {
  const tallies = document.getElementById("tallies");
  const fresh = document.getElementById("fresh");
  if (!tallies || !fresh) return;
  const shown = tallies.dataset;
  const look = async () => {
    if (document.hidden) return;
    try {
      const response = await fetch(shown.counts, { headers: { Accept: "application/json" } });
      const counts = await response.json();
      if (counts.signed_in === false) fresh.textContent = "登录已过期，点此重新登录";
      else if (counts.alarms > Number(shown.alarms)) fresh.textContent = "有紧急情况，点此查看";
      else if (counts.total > Number(shown.total)) fresh.textContent = "有新诉求，点此刷新";
      else if (counts.red !== Number(shown.red) || counts.yellow !== Number(shown.yellow) || counts.filed !== Number(shown.filed)) fresh.textContent = "列表有变化，点此刷新";
      else return;
      fresh.hidden = false;
    } catch {
      // Out of reach now: the next look tells.
    }
  };
  setInterval(look, 30000);
})();

// Keep what is being written in this tab, until the form it belongs to succeeds.
(() => {
  const number = document.querySelector(".petition .head .number")?.textContent;
  if (number && document.querySelector(".done")) {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(`draft:${number}-`)) sessionStorage.removeItem(key);
  }
  for (const form of document.querySelectorAll("form[data-draft]")) {
    const fields = [...form.querySelectorAll("textarea, input[name=elsewhere]")];
    for (const field of fields) {
      const key = `draft:${form.dataset.draft}:${field.name}`;
      const kept = sessionStorage.getItem(key);
      if (kept && !field.value.trim()) field.value = kept;
      field.addEventListener("input", () => sessionStorage.setItem(key, field.value));
      if (field.matches("textarea[data-count]")) count(field);
    }
  }
  // Whoever signs out leaves nothing behind in this browser.
  document.querySelector(".person form")?.addEventListener("submit", () => sessionStorage.clear());

  function count(field) {
    const note = document.createElement("span");
    note.className = "count muted";
    const show = () => { note.textContent = field.value.length ? `${field.value.length} / ${field.maxLength} 字` : ""; };
    field.addEventListener("input", show);
    field.after(note);
    show();
  }
})();

// Narrow a long list of units by typing.
(() => {
  for (const search of document.querySelectorAll("[data-narrows]")) {
    const list = document.getElementById(search.dataset.narrows);
    search.hidden = false;
    search.addEventListener("input", () => {
      const wanted = search.value.trim();
      const fits = (option) => !wanted || option.value === "" || option.textContent.includes(wanted);
      for (const option of list.options) option.hidden = !fits(option);
      const found = [...list.options].find((option) => option.value && !option.disabled && !option.hidden);
      if (wanted && found) list.value = found.value;
    });
    search.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  }
})();

// A button pressed twice acts once.
(() => {
  for (const form of document.querySelectorAll("form[method=post]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "1";
    });
  }
  addEventListener("pageshow", () => { for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent; });
})();
