// The fake WeChat on the phone. Everything that anybody wrote is put on the page as text nodes, never as markup.
import {
  $, address, ask, button, chooseAccount, conversation, el, guarded, listen, place, placeOfDialog, readPicture, setClock, single, speaker, toBottom,
  toast, trafficOf, when, wireFrame, wireTroubles,
} from "./parts.js";

const DEFAULT_MENU = [
  { name: "我要诉求", key: "file" },
  { name: "我的诉求", key: "mine" },
  { name: "帮助", key: "help" },
];
const WEB_ADDRESS = /(https?:\/\/[!-~]+)/;
const state = { accounts: [], account: "", openid: "", grants: {}, unread: new Set() };

const here = (path) => `wechat/${encodeURIComponent(state.account)}/${path}`;
const account = () => state.accounts.find((one) => one.account === state.account);
const citizen = () => account()?.citizens.find((one) => one.openid === state.openid);
const avatar = (person) => el("span", `avatar a${account().citizens.indexOf(person) % 6}`, [...person.name][0]);

// ---- what is on the phone ----------------------------------------------------------------------------------------

function textParts(message) {
  const parts = message.parts || [{ text: message.text }];
  return parts.flatMap((part) => part.choice
    ? [button("choice", part.text, () => say({ choice: part.choice }))]
    : part.text.split(WEB_ADDRESS).map((piece, place) => place % 2
      ? button("choice", piece, openSubscribe)
      : document.createTextNode(piece)));
}

function mediaAddress(message) {
  return address(here(`media/${encodeURIComponent(message.media_id)}`));
}

function picture(message) {
  const image = el("img");
  image.src = mediaAddress(message);
  image.alt = "图片";
  image.addEventListener("load", () => toBottom("instant"));
  return image;
}

function video(message) {
  const player = el("video");
  player.src = mediaAddress(message);
  player.controls = true;
  player.preload = "metadata";
  return player;
}

function bubble(message) {
  const contents = {
    image: () => ["bubble bare", picture(message)],
    video: () => ["bubble bare", video(message)],
    location: () => ["bubble bare", place(message)],
    voice: () => ["bubble", el("span", "voice", "2″")],
    news: () => ["bubble", `${message.text}\n${message.description || ""}`],
    link: () => ["bubble", `${message.text}\n${message.url || ""}`],
  }[message.type];
  const [className, content] = contents ? contents() : ["bubble", null];
  const node = el("div", className);
  node.append(...(content === null ? textParts(message) : [content]));
  return node;
}

function card(message) {
  const node = el("article", "card");
  node.append(el("h3", "", message.title), el("time", "", when(message.time)));
  const list = el("dl");
  for (const line of message.fields) list.append(el("dt", "", line.label), el("dd", "", line.value));
  node.append(list);
  if (message.url) node.append(el("div", "foot", `详情：${message.url}`));
  return node;
}

function render(message) {
  if (message.type === "template") return card(message);
  if (message.from === "system") {
    return el("div", message.type === "failure" ? "note failure" : "note", message.text);
  }
  const row = el("div", `msg ${message.from}`);
  row.append(message.from === "citizen" ? avatar(citizen()) : el("span", "avatar office", "问"), bubble(message));
  return row;
}

const talk = conversation({ render, none: 0, empty: "还没有消息。点下面的菜单，或者直接说一句话。" });

const refresh = single(async () => {
  const { account: name, openid } = state;
  if (!openid) return;
  const answer = await ask(here(`messages?openid=${encodeURIComponent(openid)}&after=${talk.lastId}`));
  if (name !== state.account || openid !== state.openid) return;
  const person = citizen();
  if (person) person.following = answer.following;
  state.grants = answer.grants;
  const first = talk.lastId === 0;
  answer.messages.filter((message) => message.id > talk.lastId).forEach(talk.append);
  if (answer.messages.length) toBottom(first ? "instant" : "smooth");
  $("window-left").textContent = answer.following ? `客服消息还可发 ${answer.window_left} 条` : "";
  showFollowing();
});

// ---- saying something --------------------------------------------------------------------------------------------

const { say, showWaiting } = speaker({
  who: () => state.openid,
  send: (openid, what) => ask(here("say"), { openid, ...what }),
  refresh,
});

function sendFile() {
  readPicture($("file"), (image) => say({ image }));
  openAttach(false);
}

function sendPlace() {
  say({ location: placeOfDialog() });
}

function openAttach(open) {
  $("attach").hidden = !open;
  $("more").setAttribute("aria-expanded", String(open));
  if (open) openMenu(false);
  toBottom();
}

function openMenu(open) {
  $("menu").hidden = !open;
  $("keyboard").setAttribute("aria-expanded", String(open));
  if (open) openAttach(false);
}

// ---- subscriptions: what an article or a page with them in it shows -----------------------------------------------

function openSubscribe() {
  const offered = account().subscriptions;
  $("subscribe-none").hidden = offered.length > 0;
  $("subscribe-yes").hidden = $("subscribe-no").hidden = offered.length === 0;
  $("subscribe-list").replaceChildren(...offered.map((one) => {
    const box = el("input");
    box.type = "checkbox";
    box.checked = true;
    box.value = one.id;
    const node = el("label");
    const left = state.grants[one.id];
    const words = el("span", "", one.lasting ? "长期订阅" : "一次性订阅");
    words.append(el("small", "", left === "always" ? "已同意，可随时发" : left ? `已同意，还可发 ${left} 条` : "未同意"));
    node.append(box, words);
    return node;
  }));
  $("subscribe-off").hidden = Object.keys(state.grants).length === 0;
  openAttach(false);
  $("subscribe-dialog").showModal();
}

const subscribe = guarded(async (wish) => {
  $("subscribe-dialog").close();
  state.grants = (await ask(here("subscribe"), { openid: state.openid, ...wish })).grants;
});

function allowChosen() {
  const boxes = [...$("subscribe-list").querySelectorAll("input")];
  const chosen = (checked) => boxes.filter((box) => box.checked === checked).map((box) => box.value);
  subscribe({ accept: chosen(true), reject: chosen(false) });
}

// ---- people and accounts -----------------------------------------------------------------------------------------

function showMenu() {
  const entries = (account().menu?.button || DEFAULT_MENU).flatMap((entry) => entry.sub_button?.length ? entry.sub_button : [entry]);
  $("menu").replaceChildren(...entries.slice(0, 6).map((entry) => {
    const node = button("", entry.name, () => say({ event: { type: entry.type === "view" ? "VIEW" : "CLICK", key: entry.key || entry.url || "" } }));
    node.dataset.key = entry.key || "";
    return node;
  }));
}

function showCodes() {
  const codes = account().codes || [];
  $("codes").hidden = !codes.length;
  $("codes").replaceChildren(...codes.slice(-6).map((code) => button("", `扫码 ${code.scene}`, () => say({ scan: code.url }))));
}

function showFollowing() {
  const following = citizen()?.following ?? true;
  $("say-form").hidden = !following;
  if (!following) { $("menu").hidden = true; $("attach").hidden = true; }
  if (following && !$("unfollowed").hidden) openMenu(true);
  $("unfollowed").hidden = following;
  $("follow").textContent = following ? "取消关注" : "关注";
}

function showCitizens() {
  $("citizens").replaceChildren(...account().citizens.map((person) => {
    const node = button("", undefined, () => switchTo(person.openid));
    node.dataset.openid = person.openid;
    node.setAttribute("aria-pressed", String(person.openid === state.openid));
    node.append(avatar(person), el("span", "", person.name));
    if (!person.following) node.append(el("span", "away", "未关注"));
    else if (state.unread.has(person.openid)) node.append(el("span", "dot"));
    const item = el("li");
    item.append(node);
    return item;
  }));
}

function switchTo(openid) {
  state.openid = openid;
  state.unread.delete(openid);
  history.replaceState(null, "", `#${encodeURIComponent(state.account)}/${encodeURIComponent(openid)}`);
  talk.startOver();
  showCitizens();
  showFollowing();
  showWaiting();
  $("stage").classList.remove("with-panel");
  refresh();
}

function switchAccount(name) {
  state.account = name;
  traffic.startOver();
  $("account-name").textContent = account().name;
  $("account-select").value = name;
  showMenu();
  showCodes();
  switchTo(account().citizens[0]?.openid || "");
  traffic.refresh();
  refreshTroubles();
}

const reload = single(async () => {
  const answer = await ask("state");
  state.accounts = answer.accounts;
  setClock(answer.now);
  if (!state.accounts.length) { toast("沙盒里还没有服务号。"); return; }
  chooseAccount(state.accounts, account());
  if (account()) { showCitizens(); showFollowing(); showMenu(); showCodes(); return; }
  const [name, openid] = location.hash.slice(1).split("/").map(decodeURIComponent);
  switchAccount(state.accounts.some((one) => one.account === name) ? name : state.accounts[0].account);
  if (account().citizens.some((one) => one.openid === openid)) switchTo(openid);
});

const addCitizen = guarded(async (event) => {
  event.preventDefault();
  const person = await ask(here("citizens"), { name: $("citizen-name").value });
  $("citizen-name").value = "";
  account().citizens.push(person);
  switchTo(person.openid);
});

function follow() {
  say({ event: { type: citizen().following ? "unsubscribe" : "subscribe", key: "" } });
}

// ---- raw traffic -------------------------------------------------------------------------------------------------

function readExchange(entry) {
  const content = /<(?:Event|MsgType)><!\[CDATA\[([^\]]*)/.exec(entry.request.plain);
  const event = /<Event><!\[CDATA\[([^\]]*)/.exec(entry.request.plain);
  const refused = /"errcode": *(-?[1-9]\d*)/.exec(entry.response.body);
  return {
    name: entry.direction === "callback" ? `推送 ${(event || content || ["", ""])[1]}` : entry.name,
    refused: refused ? `errcode ${refused[1]}` : "",
  };
}

const refreshTroubles = wireTroubles({
  account: () => state.account, here,
  calls: { custom_send: [-1, 45009, 40001, 45015], template_send: [-1, 45009, 40001], subscription_send: [-1, 45009, 40001] },
});

const traffic = trafficOf({ account: () => state.account, here, read: readExchange });

// ---- changes from the server -------------------------------------------------------------------------------------

function onChange(change) {
  if (change.kind === "clock" || change.kind === "citizen") reload();
  if (change.kind === "clock") refresh();
  if (change.account !== state.account) return;
  if (change.kind === "traffic") { traffic.refresh(); refreshTroubles(); }
  if (change.kind !== "message") return;
  if (change.openid === state.openid) refresh();
  else { state.unread.add(change.openid); showCitizens(); }
}

function wire() {
  $("keyboard").addEventListener("click", () => {
    openMenu($("menu").hidden);
    if ($("menu").hidden) $("input").focus();
  });
  $("more").addEventListener("click", () => openAttach($("attach").hidden));
  $("attach-file").addEventListener("click", () => $("file").click());
  $("file").addEventListener("change", sendFile);
  for (const node of document.querySelectorAll("[data-sample]")) {
    node.addEventListener("click", () => say({ [node.dataset.sample]: "sample" }));
  }
  for (const node of document.querySelectorAll("[data-named]")) {
    node.addEventListener("click", () => say({ [node.dataset.named]: node.dataset.name }));
  }
  $("attach-place").addEventListener("click", () => $("place-dialog").showModal());
  $("place-form").addEventListener("submit", sendPlace);
  $("attach-subscribe").addEventListener("click", openSubscribe);
  $("subscribe-yes").addEventListener("click", allowChosen);
  $("subscribe-no").addEventListener("click", () => subscribe({ reject: account().subscriptions.map((one) => one.id) }));
  $("subscribe-off").addEventListener("click", () => subscribe({ reject: Object.keys(state.grants), settings: true }));
  $("citizen-form").addEventListener("submit", addCitizen);
  $("account-select").addEventListener("change", (event) => switchAccount(event.target.value));
  $("follow").addEventListener("click", follow);
  $("follow-again").addEventListener("click", follow);
}

wire();
wireFrame({ refreshTraffic: traffic.refresh });
reload();
listen({ reload, onChange, poll: () => { refresh(); traffic.refresh(); } });
