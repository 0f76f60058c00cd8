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
      else if (counts.chats > Number(shown.chats)) fresh.textContent = "有市民在等人工，点此查看";
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

// The queue of those who wait for a person shows itself anew when it changes.
(() => {
  const queue = document.getElementById("queue");
  if (!queue) return;
  setInterval(async () => {
    if (document.hidden) return;
    try {
      const response = await fetch(queue.dataset.counts, { headers: { Accept: "application/json" } });
      const counts = await response.json();
      if (counts.signed_in === false || counts.chats !== Number(queue.dataset.chats)) location.reload();
    } catch {
      // Out of reach now: the next look tells.
    }
  }, 5000);
})();

// A chat is live: its page waits for news, and falls back to looking now and then when they cannot be waited for.
(() => {
  const chat = document.getElementById("chat");
  if (!chat) return;
  const lines = document.getElementById("lines");
  const offline = document.getElementById("offline");
  const shown = chat.dataset;
  const down = () => { lines.scrollTop = lines.scrollHeight; };
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const mark = (seq, sent) => {
    const place = document.querySelector(`#line-${seq} .sent`);
    if (!place) return;
    place.textContent = sent.word + (sent.detail ? `：${sent.detail}` : "");
    place.classList.toggle("failed", sent.failed);
    place.dataset.state = sent.state;
  };
  const look = async () => {
    const sending = lines.querySelector(".sent[data-state=pending], .sent[data-state=sending]") ? "&sending=1" : "";
    const response = await fetch(`${shown.news}?after=${shown.last}&news=${shown.seen}${sending}`, { headers: { Accept: "application/json" } });
    const said = await response.json();
    if (said.signed_in === false) return location.reload();
    if (!response.ok) throw new Error("no news");
    offline.hidden = true;
    shown.seen = said.news;
    const near = lines.scrollHeight - lines.scrollTop - lines.clientHeight < 120;
    if (said.last > Number(shown.last)) {
      lines.insertAdjacentHTML("beforeend", said.html);
      shown.last = said.last;
      if (near) down();
    }
    for (const [seq, sent] of Object.entries(said.sent)) mark(seq, sent);
    if (said.state !== shown.state || said.officer !== shown.officer) location.reload();
  };
  const live = async () => {
    for (let failures = 0; shown.state !== "ended";) {
      try {
        await look();
        failures = 0;
      } catch {
        failures += 1;
        offline.hidden = failures < 2;
        await wait(Math.min(1000 * 2 ** failures, 30000));
      }
    }
  };
  down();
  live();

  const form = chat.querySelector("form[data-live]");
  if (!form) return;
  const text = form.querySelector("textarea");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.dataset.sent || !text.value.trim()) return;
    form.dataset.sent = "1";
    try {
      const response = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" });
      if (response.type !== "opaqueredirect") return form.submit(); // a fault: let the page say it
      text.value = "";
      text.dispatchEvent(new Event("input"));
      form.elements.once.value = crypto.getRandomValues(new Uint32Array(4)).join("-");
      text.focus();
    } catch {
      offline.hidden = false; // what was written stays; the same form sent again is one line
    } finally {
      delete form.dataset.sent;
    }
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  for (const button of chat.querySelectorAll("[data-says]")) {
    button.addEventListener("click", () => {
      text.value = text.value ? `${text.value}${button.dataset.says}` : button.dataset.says;
      text.dispatchEvent(new Event("input"));
      text.focus();
    });
  }
})();

// A button pressed twice acts once.
(() => {
  for (const form of document.querySelectorAll("form[method=post]:not([data-live])")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "1";
    });
  }
  addEventListener("pageshow", () => { for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent; });
})();
