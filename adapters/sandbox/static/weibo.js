// The fake Weibo on the phone: the timeline, and private messages. All that anybody wrote becomes text nodes.
import {
  $, address, ask, button, chooseAccount, conversation, el, guarded, listen, place, placeOfDialog, readPicture, setClock, single, speaker, toBottom,
  toast, trafficOf, when, wireFrame, wireTroubles,
} from "./parts.js";

const MOST_PICTURES = 9;
const GRANTS = ["statuses_mentions", "comments_mentions"];
const state = { accounts: [], account: "", uid: "", unread: new Set(), view: "home", picked: [], openPost: "", replyTo: null };

const here = (path) => `weibo/${encodeURIComponent(state.account)}/${path}`;
const account = () => state.accounts.find((one) => one.account === state.account);
const citizen = () => account()?.citizens.find((one) => one.uid === state.uid);
const isOffice = (uid) => state.accounts.some((one) => one.uid === uid);

function avatar(uid, name) {
  const index = account().citizens.findIndex((one) => one.uid === uid);
  return el("span", isOffice(uid) ? "avatar office" : `avatar a${Math.max(index, 0) % 6}`, [...name][0]);
}

function nameOf(uid, name) {
  const node = el("span", isOffice(uid) ? "name official" : "name", name);
  if (!isOffice(uid)) return [node];
  const badge = el("span", "badge", "V");
  badge.title = "政府机构认证";
  return [node, badge];
}

// Puts the @names of a text in their own colour.
function words(text) {
  return text.split(/((?<![A-Za-z0-9_])@[\p{L}\p{N}_-]{2,30})/u).map((part, index) => index % 2 ? el("span", "at", part) : document.createTextNode(part));
}

// ---- the timeline ------------------------------------------------------------------------------------------------

function comment(one) {
  const node = el("li", one.from);
  const foot = el("small", "", when(one.time));
  foot.append(button("", "回复", () => openAnswer(one.post, one)));
  node.append(...nameOf(one.uid, one.name), document.createTextNode("："), ...words(one.text), foot);
  node.dataset.id = one.id;
  return node;
}

function pictures(post) {
  const grid = el("div", "pictures");
  for (const name of post.pictures) {
    const link = el("a");
    link.href = address(`weibo/pictures/large/${name}.jpg`);
    link.target = "_blank";
    link.rel = "noopener";
    const image = el("img");
    image.src = address(`weibo/pictures/bmiddle/${name}.jpg`);
    image.alt = "微博配图";
    image.loading = "lazy";
    link.append(image);
    grid.append(link);
  }
  return grid;
}

function head(post) {
  const node = el("header", "post-head");
  const title = el("div");
  title.append(...nameOf(post.uid, post.name));
  node.append(avatar(post.uid, post.name), title, el("small", "", when(post.time)));
  if (post.uid === state.uid) node.append(button("remove", "删除", () => remove(post.id)));
  return node;
}

function article(post) {
  const node = el("article", "post");
  node.dataset.id = post.id;
  const text = el("p", "words");
  text.append(...words(post.text));
  node.append(head(post), text);
  if (post.pictures.length) node.append(pictures(post));
  const foot = el("div", "post-foot");
  foot.append(button("", post.comments.length ? `评论 ${post.comments.length}` : "评论", () => openAnswer(post.id, null)));
  node.append(foot);
  if (state.openPost === post.id) node.append(answerForm(post));
  if (post.comments.length) {
    const list = el("ul", "comments");
    list.append(...post.comments.map(comment));
    node.append(list);
  }
  return node;
}

function answerForm(post) {
  const form = el("form", "answer");
  const input = el("input");
  const label = state.replyTo ? `回复 ${state.replyTo.name}` : "写评论";
  input.placeholder = label;
  input.setAttribute("aria-label", label);
  input.maxLength = 140;
  const send = el("button", "", "评论");
  const at = button("at-office", "@", () => { input.value = `@${account().name} ${input.value}`; input.focus(); });
  at.setAttribute("aria-label", `@${account().name}`);
  form.append(input, at, send);
  form.addEventListener("submit", (event) => { event.preventDefault(); sendComment(post, input); });
  return form;
}

const posts = { known: [] };

function showTimeline() {
  const typed = document.querySelector(".answer input");
  const kept = typed ? { value: typed.value, focused: document.activeElement === typed } : null;
  const top = $("timeline").scrollTop;
  const nodes = posts.known.map(article);
  $("timeline").replaceChildren(...(nodes.length ? nodes : [el("p", "empty", "还没有微博。发一条，记得 @ 官方账号。")]));
  $("timeline").scrollTop = top;
  const input = document.querySelector(".answer input");
  if (input && kept) {
    input.value = kept.value;
    if (kept.focused) input.focus();
  }
}

const refreshTimeline = single(async () => {
  if (!state.account) return;
  posts.known = (await ask(here("posts"))).posts;
  showTimeline();
});

function openAnswer(post, replyTo) {
  const same = state.openPost === post && state.replyTo?.id === replyTo?.id;
  state.openPost = same ? "" : post;
  state.replyTo = same ? null : replyTo;
  document.querySelector(".answer")?.remove();
  showTimeline();
  document.querySelector(".answer input")?.focus();
}

const sendComment = guarded(async (post, input) => {
  const text = input.value.trim();
  if (!text) return;
  const answered = state.replyTo;
  const body = { uid: state.uid, in: "comment", post: post.id, text: answered ? `回复@${answered.name}:${text}` : text };
  if (answered) body.reply_to = answered.id;
  input.value = "";
  state.openPost = "";
  state.replyTo = null;
  await publish(body);
});

async function publish(body) {
  setTimeout(refreshTimeline, 60);
  try {
    const told = await ask(here("posts"), body);
    if (told.lost) toast("网关没有收下这次推送。");
  } finally {
    refreshTimeline();
    refresh();
  }
}

const sendPost = guarded(async (event) => {
  event.preventDefault();
  const text = $("post-text").value.trim();
  if (!text) return;
  const body = { uid: state.uid, text, pictures: state.picked };
  $("post-text").value = "";
  state.picked = [];
  showPicked();
  $("timeline").scrollTop = 0;
  await publish(body);
});

const remove = guarded(async (id) => {
  await ask(here("delete"), { id });
  refreshTimeline();
});

function showPicked() {
  $("picked").hidden = state.picked.length === 0;
  $("picked").replaceChildren(...state.picked.map((picture, index) => {
    const node = button("", picture === "sample" ? "示例" : undefined, () => { state.picked.splice(index, 1); showPicked(); });
    node.setAttribute("aria-label", `去掉第 ${index + 1} 张图片`);
    if (picture !== "sample") {
      const image = el("img");
      image.src = `data:image/jpeg;base64,${picture}`;
      image.alt = "";
      node.append(image);
    }
    return node;
  }));
  $("publish").disabled = !$("post-text").value.trim();
}

function pick(picture) {
  if (state.picked.length >= MOST_PICTURES) { toast(`最多 ${MOST_PICTURES} 张图片。`); return; }
  state.picked.push(picture);
  showPicked();
}

function nameOffice() {
  const text = $("post-text");
  text.value = `@${account().name} ${text.value}`;
  text.focus();
  showPicked();
}

// ---- private messages --------------------------------------------------------------------------------------------

function picture(message) {
  const image = el("img");
  image.src = address(here(`files/${message.fid}`));
  image.alt = "图片";
  image.addEventListener("load", () => toBottom("instant"));
  return image;
}

function articles(message) {
  return message.articles.map((one) => {
    const node = el("div", "article", one.display_name);
    node.append(el("small", "", one.summary), el("small", "", one.url));
    return node;
  });
}

function bubble(message) {
  const contents = {
    image: () => ["bubble bare", [picture(message)]],
    position: () => ["bubble bare", [place(message)]],
    voice: () => ["bubble", [el("span", "voice", "2″")]],
    articles: () => ["bubble", articles(message)],
  }[message.type];
  const [className, content] = contents ? contents() : ["bubble", [message.text]];
  const node = el("div", className);
  node.append(...content);
  return node;
}

function render(message) {
  if (message.from === "system") return el("div", "note", message.text);
  const row = el("div", `msg ${message.from}`);
  const person = citizen();
  row.append(message.from === "citizen" ? avatar(person.uid, person.name) : avatar(account().uid, account().name), bubble(message));
  return row;
}

const talk = conversation({ render, none: "0", empty: "还没有私信。点下面的菜单，或者直接说一句话。" });

function windowWords({ kind, left, until }) {
  if (kind === "contact") return `官方可发私信到 ${when(until)}`;
  if (kind === "mention") return left ? "官方可回一条私信" : "官方的一条私信已用";
  return "官方现在不能发私信";
}

const refresh = single(async () => {
  const { account: name, uid } = state;
  if (!uid) return;
  const answer = await ask(here(`messages?uid=${encodeURIComponent(uid)}&after=${talk.lastId}`));
  if (name !== state.account || uid !== state.uid) return;
  Object.assign(citizen() || {}, { following: answer.following, subscribed: answer.subscribed });
  const first = talk.lastId === "0";
  const fresh = answer.messages.filter((message) => BigInt(message.id) > BigInt(talk.lastId));
  fresh.forEach(talk.append);
  if (fresh.length) toBottom(first ? "instant" : "smooth");
  if (!first && state.view === "home" && fresh.some((message) => message.from === "account")) $("chat-dot").hidden = false;
  $("window-left").textContent = windowWords(answer.window);
  $("follow").textContent = answer.following ? "取消关注" : "关注";
});

const { say, showWaiting } = speaker({
  who: () => state.uid,
  send: async (uid, what) => {
    const told = await ask(here("say"), { uid, ...what });
    if (told.lost) toast("网关没有收下这条消息。");
  },
  refresh,
});

function openAttach(open) {
  $("attach").hidden = !open;
  $("menu").hidden = open;
  $("more").setAttribute("aria-expanded", String(open));
  toBottom();
}

// ---- views, people and accounts ----------------------------------------------------------------------------------

function showView(view) {
  state.view = view;
  for (const [name, tab, panel] of [["home", "tab-home", "home"], ["chat", "tab-chat", "talk"]]) {
    $(tab).setAttribute("aria-selected", String(name === view));
    $(panel).hidden = name !== view;
  }
  if (view === "chat") { $("chat-dot").hidden = true; toBottom("instant"); }
  remember();
}

function remember() {
  const place = `${encodeURIComponent(state.account)}/${encodeURIComponent(state.uid)}`;
  history.replaceState(null, "", `${address(state.view === "chat" ? "weibo/chat" : "weibo/")}#${place}`);
}

function showCitizens() {
  $("citizens").replaceChildren(...account().citizens.map((person) => {
    const node = button("", undefined, () => switchTo(person.uid));
    node.dataset.uid = person.uid;
    node.setAttribute("aria-pressed", String(person.uid === state.uid));
    node.append(avatar(person.uid, person.name), el("span", "", person.name));
    if (state.unread.has(person.uid)) node.append(el("span", "dot"));
    else if (!person.following) node.append(el("span", "away", "未关注"));
    const item = el("li");
    item.append(node);
    return item;
  }));
}

function switchTo(uid) {
  state.uid = uid;
  state.unread.delete(uid);
  state.openPost = "";
  state.replyTo = null;
  $("chat-dot").hidden = true;
  remember();
  talk.startOver();
  showCitizens();
  showWaiting();
  showTimeline();
  $("stage").classList.remove("with-panel");
  refresh();
}

function switchAccount(name) {
  state.account = name;
  traffic.startOver();
  posts.known = [];
  $("account-name").textContent = account().name;
  $("post-at").textContent = `@${account().name}`;
  $("account-select").value = name;
  switchTo(account().citizens[0]?.uid || "");
  refreshTimeline();
  traffic.refresh();
  refreshConditions();
  refreshTroubles();
}

const reload = single(async () => {
  const answer = await ask("weibo/state");
  state.accounts = answer.accounts;
  setClock(answer.now);
  if (!state.accounts.length) { toast("沙盒里还没有官方微博。"); return; }
  chooseAccount(state.accounts, account());
  if (account()) { showCitizens(); return; }
  const [name, uid] = location.hash.slice(1).split("/").map(decodeURIComponent);
  switchAccount(state.accounts.some((one) => one.account === name) ? name : state.accounts[0].account);
  if (account().citizens.some((one) => one.uid === uid)) switchTo(uid);
});

const addCitizen = guarded(async (event) => {
  event.preventDefault();
  const person = await ask(here("citizens"), { name: $("citizen-name").value });
  $("citizen-name").value = "";
  if (!account().citizens.some((one) => one.uid === person.uid)) account().citizens.push(person);
  switchTo(person.uid);
});

// ---- conditions and raw traffic ----------------------------------------------------------------------------------

function showConditions({ conditions }) {
  for (const node of document.querySelectorAll("[data-condition]")) {
    const value = conditions[node.dataset.condition];
    node.checked = Array.isArray(value) ? value.length > 0 : typeof value === "object" ? value.state !== "good" : value;
  }
  const { used, limit } = conditions.calls_a_day;
  $("quota").textContent = `今天的接口调用 ${used} / ${limit}`;
}

const refreshConditions = single(async () => {
  if (state.account) showConditions(await ask(here("faults")));
});

const order = guarded(async (node) => {
  const wish = node.checked ? node.dataset.on : node.dataset.off;
  const value = { true: true, false: false, grant: GRANTS, "": [] }[wish] ?? wish;
  showConditions(await ask(here("faults"), { [node.dataset.condition]: value }));
});

const CODES = [10001, 10009, 10022, 20032];
const refreshTroubles = wireTroubles({
  account: () => state.account, here,
  calls: { messages_reply: [...CODES, 26401], comments_create: CODES, comments_reply: CODES },
});

function readExchange(entry) {
  const refused = /"error_code": *"?(\d+)/.exec(entry.response.body);
  return { name: entry.direction === "callback" ? `推送 ${entry.name}` : entry.name, refused: refused ? `error ${refused[1]}` : "" };
}

const traffic = trafficOf({ account: () => state.account, here, read: readExchange });

// ---- changes from the server -------------------------------------------------------------------------------------

function onChange(change) {
  if (change.kind === "clock" || change.kind === "weibo_people") reload();
  if (change.kind === "clock") { refresh(); refreshTimeline(); refreshConditions(); }
  if (change.kind === "weibo_post") refreshTimeline();
  if (change.account !== state.account) return;
  if (change.kind === "weibo_traffic") { traffic.refresh(); refreshConditions(); refreshTroubles(); }
  if (change.kind !== "weibo_message") return;
  if (change.openid === state.uid) refresh();
  else { state.unread.add(change.openid); showCitizens(); }
}

function wire() {
  $("tab-home").addEventListener("click", () => showView("home"));
  $("tab-chat").addEventListener("click", () => showView("chat"));
  $("post-form").addEventListener("submit", sendPost);
  $("post-text").addEventListener("input", showPicked);
  $("post-at").addEventListener("click", nameOffice);
  $("post-picture").addEventListener("click", () => $("post-file").click());
  $("post-file").addEventListener("change", () => readPicture($("post-file"), pick));
  $("post-sample").addEventListener("click", () => pick("sample"));
  $("more").addEventListener("click", () => openAttach($("attach").hidden));
  $("attach-file").addEventListener("click", () => $("file").click());
  $("file").addEventListener("change", () => readPicture($("file"), (image) => say({ image })));
  for (const node of document.querySelectorAll("[data-sample]")) {
    node.addEventListener("click", () => { openAttach(false); say({ [node.dataset.sample]: "sample" }); });
  }
  for (const node of document.querySelectorAll("[data-named]")) {
    node.addEventListener("click", () => { openAttach(false); say({ [node.dataset.named]: node.dataset.name }); });
  }
  for (const node of document.querySelectorAll("#menu [data-key]")) {
    node.addEventListener("click", () => say({ event: { type: "click", key: node.dataset.key } }));
  }
  $("attach-place").addEventListener("click", () => $("place-dialog").showModal());
  $("place-form").addEventListener("submit", () => { openAttach(false); say({ position: placeOfDialog() }); });
  $("citizen-form").addEventListener("submit", addCitizen);
  $("account-select").addEventListener("change", (event) => switchAccount(event.target.value));
  $("follow").addEventListener("click", () => say({ event: citizen().following ? "unfollow" : "follow" }));
  for (const node of document.querySelectorAll("[data-condition]")) {
    node.addEventListener("change", () => order(node));
  }
}

wire();
wireFrame({ refreshTraffic: traffic.refresh });
showPicked();
state.view = location.pathname.endsWith("/chat") ? "chat" : "home";
$("home").hidden = state.view !== "home";
$("talk").hidden = state.view === "home";
reload().then(() => showView(state.view));
listen({ reload, onChange, poll: () => { refresh(); refreshTimeline(); traffic.refresh(); } });
