// What the sandbox's pages share. Everything that anybody wrote is put on a page as text nodes, never as markup.

const POLL_MS = 3000;
const ROOT = document.documentElement.dataset.root;

// ---- small parts -----------------------------------------------------------------------------------------------

export const $ = (id) => document.getElementById(id);

export function el(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

export function button(className, text, act) {
  const node = el("button", className, text);
  node.type = "button";
  node.addEventListener("click", act);
  return node;
}

export const address = (path) => ROOT + path;

export async function ask(path, body) {
  const options = body === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(address(path), options);
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.error || `HTTP ${answer.status}`);
  return value;
}

let toastTimer = 0;
export function toast(text) {
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { $("toast").hidden = true; }, 3500);
}

export function guarded(act) {
  return async (...args) => {
    try {
      await act(...args);
    } catch (error) {
      toast(error instanceof TypeError ? "连不上沙盒，请看看服务是否还在运行。" : `没有成功：${error.message}`);
    }
  };
}

// One run at a time; a call during a run makes it run once more afterwards.
export function single(act) {
  let running = false;
  let again = false;
  return guarded(async () => {
    if (running) { again = true; return; }
    running = true;
    try {
      do { again = false; await act(); } while (again);
    } finally {
      running = false;
    }
  });
}

// Gives the base64 of a picture that somebody picked.
export function readPicture(input, use) {
  const file = input.files[0];
  input.value = "";
  if (!file) return;
  if (file.size > 10 * 1024 * 1024) { toast("照片太大，请选 10 MB 以内的。"); return; }
  const reader = new FileReader();
  reader.addEventListener("load", () => use(reader.result.split(",")[1]));
  reader.readAsDataURL(file);
}

export function place(message) {
  const card = el("div", "place");
  card.append(el("p", "", message.text || "位置"), el("small", "", `${message.latitude}, ${message.longitude}`), el("div", "map"));
  return card;
}

export function placeOfDialog() {
  const number = (id) => Number($(id).value);
  return { label: $("place-label").value, latitude: number("place-latitude"), longitude: number("place-longitude") };
}

// ---- the clock (all times are Beijing time, as the strings say) --------------------------------------------------

let clockAhead = 0;
const shownNow = () => new Date(Date.now() + clockAhead);

function beijing(date) {
  return new Date(date.getTime() + 8 * 3600 * 1000).toISOString().slice(0, 19);
}

export function setClock(now) {
  clockAhead = Date.parse(now) - Date.now();
  tick();
  if (document.activeElement !== $("clock-input")) $("clock-input").value = beijing(shownNow()).slice(0, 16);
}

function tick() {
  const text = beijing(shownNow());
  const weekday = "日一二三四五六"[new Date(`${text}Z`).getUTCDay()];
  $("clock").textContent = `${text.slice(0, 10)} 周${weekday} ${text.slice(11)}`;
  $("status-time").textContent = text.slice(11, 16);
}

export function when(time) {
  const today = beijing(shownNow()).slice(0, 10);
  const yesterday = beijing(new Date(shownNow().getTime() - 86400000)).slice(0, 10);
  const day = time.slice(0, 10);
  if (day === today) return time.slice(11, 16);
  if (day === yesterday) return `昨天 ${time.slice(11, 16)}`;
  return `${day.slice(0, 4)}年${Number(day.slice(5, 7))}月${Number(day.slice(8))}日 ${time.slice(11, 16)}`;
}

const moveClock = guarded(async (body) => {
  setClock((await ask("clock", body)).now);
});

// ---- what is on the phone ----------------------------------------------------------------------------------------

const SEPARATOR_MS = 5 * 60 * 1000;

export function toBottom(behavior = "smooth") {
  $("chat").scrollTo({ top: $("chat").scrollHeight, behavior });
}

// The messages on the phone, as `render` shows them; the time stands between those that lie apart. `none` is the id
// before the first, `empty` is said while there is none.
export function conversation({ render, none, empty }) {
  let lastTime = "";
  const talk = { lastId: none, append, startOver };
  function append(message) {
    const chat = $("chat");
    chat.querySelector(".empty")?.remove();
    if (!lastTime || Math.abs(Date.parse(message.time) - Date.parse(lastTime)) >= SEPARATOR_MS) {
      chat.append(el("div", "when", when(message.time)));
    }
    const node = render(message);
    node.dataset.id = message.id;
    chat.append(node);
    talk.lastId = message.id;
    lastTime = message.time;
  }
  function startOver() {
    talk.lastId = none;
    lastTime = "";
    $("chat").replaceChildren(el("p", "empty", empty));
  }
  return talk;
}

// Makes what says something for the person `who()` is; while it is on its way, the other side is shown as typing.
export function speaker({ who, send, refresh }) {
  const waiting = [];
  const showWaiting = () => { $("typing").hidden = !waiting.includes(who()); };
  const say = guarded(async (what) => {
    const person = who();
    waiting.push(person);
    showWaiting();
    setTimeout(refresh, 60);
    try {
      await send(person, what);
    } finally {
      waiting.splice(waiting.indexOf(person), 1);
      showWaiting();
      refresh();
    }
  });
  $("say-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = $("input").value;
    if (!text.trim()) return;
    $("input").value = "";
    say({ text });
  });
  return { say, showWaiting };
}

export function chooseAccount(accounts, chosen) {
  $("account-choice").hidden = accounts.length < 2;
  $("account-select").replaceChildren(...accounts.map((one) => { const option = el("option", "", one.name); option.value = one.account; return option; }));
  if (chosen) $("account-select").value = chosen.account;
}

// ---- raw traffic -------------------------------------------------------------------------------------------------

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text.replace(/^<xml>/, "<xml>\n").replace(/(<\/[A-Za-z0-9_]+>)(?=<)/g, "$1\n");
  }
}

function block(title, text) {
  if (!text) return [];
  return [el("h4", "", title), el("pre", "", pretty(text))];
}

// `name` and `refused` (what the platform refused with, or "") are the platform's own reading of an exchange.
function exchange(entry, { name, refused }) {
  const node = el("details");
  const head = el("summary");
  const arrow = entry.direction === "callback" ? "↓" : "↑";
  const abnormal = /abnormal|no answer/.exec(entry.response.line);
  const unread = abnormal && (abnormal[0] === "abnormal" ? "异常回复" : "没有回复");
  const outcome = refused || unread || entry.response.line;
  const bad = refused || entry.response.line !== "HTTP 200";
  head.append(el("span", "", entry.time.slice(11, 19)), el("span", "", arrow), el("b", "", name), el("span", bad ? "out bad" : "out", outcome));
  node.append(
    head,
    ...block("请求", entry.request.line), ...block("请求正文", entry.request.body), ...block("请求解密后", entry.request.plain),
    ...block("响应", entry.response.line), ...block("响应正文", entry.response.body), ...block("响应解密后", entry.response.plain),
  );
  return node;
}

// Shows the exchanges of an account in the drawer, newest first; `read` is the platform's own reading of one.
export function trafficOf({ account, here, read }) {
  let last = 0;
  const refresh = single(async () => {
    if ($("drawer").hidden) return;
    const name = account();
    const answer = await ask(here(`traffic?after=${last}`));
    if (name !== account()) return;
    for (const entry of answer.exchanges) {
      $("traffic").prepend(exchange(entry, read(entry)));
      last = entry.id;
    }
  });
  return { refresh, startOver: () => { last = 0; $("traffic").replaceChildren(); } };
}

function openTraffic(open) {
  $("drawer").hidden = !open;
  $("stage").classList.toggle("with-traffic", open);
  $("stage").classList.remove("with-panel");
}

// ---- what goes wrong, and what was forbidden ---------------------------------------------------------------------

const SHARE = 0.05;
const BROKEN = [{ mode: "timeout_before", seconds: 1 }, { mode: "timeout_after", seconds: 1 }, { mode: "500" }, { mode: "html" }, { mode: "slow", seconds: 10 }];

// Wires the switch of troubles; returns what shows them again. `calls`: name of a sending call → codes of its own.
export function wireTroubles({ account, here, calls }) {
  const faults = (codes) => [...BROKEN, ...codes.map((errcode) => ({ mode: "errcode", errcode }))].map((one) => ({ ...one, share: SHARE }));
  $("troubles").addEventListener("change", guarded(async () => {
    const wish = (codes) => ($("troubles").checked ? faults(codes) : null);
    await ask(here("faults"), Object.fromEntries(Object.entries(calls).map(([name, codes]) => [name, wish(codes)])));
  }));
  return single(async () => {
    if (!account()) return;
    const planned = (await ask(here("faults"))).faults;
    $("troubles").checked = Object.keys(calls).some((name) => Array.isArray(planned[name]));
    const { forbidden } = await ask(here("verdicts"));
    const codes = forbidden.map((one) => `${one.call} ${one.code}`).join("、");
    $("verdicts").textContent = forbidden.length ? `违反平台规则的调用：${codes}` : "没有违反平台规则的调用";
  });
}

// ---- changes from the server -------------------------------------------------------------------------------------

// Calls `reload` when the stream opens, `onChange` for each change, and `poll` now and then while it is broken.
export function listen({ reload, poll, onChange }) {
  let polling = 0;
  const source = new EventSource(address("events"));
  source.addEventListener("open", () => { clearInterval(polling); polling = 0; reload(); poll(); });
  source.addEventListener("message", (event) => onChange(JSON.parse(event.data)));
  source.addEventListener("error", () => { polling = polling || setInterval(poll, POLL_MS); });
}

// Wires what stands around the phone on every page.
export function wireFrame({ refreshTraffic }) {
  const traffic = (open) => { openTraffic(open); refreshTraffic(); };
  for (const node of document.querySelectorAll("[data-advance]")) {
    node.addEventListener("click", () => moveClock({ advance: node.dataset.advance }));
  }
  $("clock-form").addEventListener("submit", (event) => { event.preventDefault(); moveClock({ set: $("clock-input").value }); });
  $("panel-open").addEventListener("click", () => $("stage").classList.add("with-panel"));
  $("panel-close").addEventListener("click", () => $("stage").classList.remove("with-panel"));
  $("traffic-open").addEventListener("click", () => traffic($("drawer").hidden));
  $("traffic-toggle").addEventListener("click", () => traffic($("drawer").hidden));
  $("traffic-close").addEventListener("click", () => traffic(false));
  $("place-cancel").addEventListener("click", () => $("place-dialog").close());
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !$("place-dialog").open) { openTraffic(false); $("stage").classList.remove("with-panel"); }
  });
  setInterval(tick, 1000);
}
