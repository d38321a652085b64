// 问答: a conversation, streamed.

import { button, field, fresh, h, put, say } from "./dom.js";
import { Failure, call, events, known, part } from "./api.js";
import { drop, keep, remember } from "./stash.js";
import { flat, named } from "./words.js";
import { adopt } from "./route.js";
import { chip } from "./panel.js";
import { broken, card, finish, notices, paragraphs, question, suggestions } from "./answer.js";
import { list } from "./talks.js";

const EXAMPLES = ["高明多久对干部考核评价一次？", "容错要看哪些条件？", "失实检举控告怎样澄清？", "影响期怎样计算？"];
const settings = { on: "", region: "", document: "" };
const live = new Map();

export function show(root, { id }) {
  const state = { id, running: null };
  const talks = list(id);
  const log = h("div", { class: "log", role: "log", "aria-label": "对话内容", "aria-live": "off" });
  const input = remember(h("textarea", { rows: 2, maxlength: 50000, placeholder: "问一件事，如：记星亮牌多久考核评价一次？也可以贴一段案情。" }), `ask:${id || "new"}`);
  const send = h("button", { type: "submit", class: "main" }, "发送");
  const stop = button("停止", () => state.running && state.running.abort(), { hidden: true });
  const box = h("form", { class: "composer", "aria-label": "提问", on: { submit: (e) => { e.preventDefault(); go(input.value); } } },
    h("div", { class: "typed" }, field("问题", input), send, stop), h("div", { class: "below" }, filters(), h("small", {}, "Enter 发送，Shift+Enter 换行")));
  input.addEventListener("keydown", (e) => {
    if (e.key === "Enter" && !e.shiftKey && !e.isComposing) { e.preventDefault(); go(input.value); }
  });
  put(root, h("div", { class: "ask" }, talks, h("section", { class: "talk", "aria-label": "问答" }, h("h1", { class: "unseen" }, "问答"), log, box)));

  async function go(given) {
    const typed = given.trim();
    if (!typed || state.running) return;
    const text = settings.document && !typed.includes("《") ? `${named(settings.document)}：${typed}` : typed;
    const key = `ask:${state.id || "new"}`;
    keep(key, typed);
    input.value = "";
    const welcome = log.querySelector(".welcome");
    if (welcome) welcome.remove();
    const asked = question(text);
    const node = card();
    log.append(asked, node);
    live.set(state.id || "new", [asked, node]);
    asked.scrollIntoView({ block: "start" });
    await run(text, node, key);
    if (node.isConnected) asked.scrollIntoView({ block: "start" });
  }

  async function run(text, node, key) {
    const from = state.id;
    const abort = new AbortController();
    state.running = abort;
    send.disabled = true;
    stop.hidden = false;
    const status = h("p", { class: "waiting" }, "正在送出……");
    const body = h("div", { class: "text" });
    const chips = h("ol", {});
    const told = h("div", {});
    node.classList.remove("broken");
    put(node, status, body, h("div", { class: "cites" }, chips), told);
    let came = "";
    let whole = null;
    let cited = 0;
    try {
      for await (const event of events("/api/chat", { message: text, conversation: state.id || null, on: settings.on || null, region: settings.region }, abort.signal)) {
        if (event.type === "status") put(status, `${event.text}……`);
        if (event.type === "text") { came += event.text; put(body, paragraphs(came)); }
        if (event.type === "citation") { cited += 1; chips.append(h("li", {}, chip(flat(event.citation), cited))); }
        if (event.type === "notice") told.append(notices([event.text]));
        if (event.type === "error") throw new Failure(0, event.code, event.message);
        if (event.type === "done") whole = event;
      }
      if (!whole) throw new Failure(0, "cut", "连接中断。");
    } catch (error) {
      const words = error.name === "AbortError" ? new Failure(0, "stopped", "已停止。") : error;
      const again = () => { if (!state.running) run(text, node, key); };
      broken(node, words, came, again);
      if (!input.value && !came) input.value = text;
      return;
    } finally {
      state.running = null;
      send.disabled = false;
      stop.hidden = true;
      live.delete(from || "new");
    }
    drop(key);
    const more = { asked: text, conversation: whole.conversation, follow: go };
    finish(node, whole, more);
    say(`回答：${whole.text.slice(0, 200)}`);
    if (!root.contains(log)) return;
    if (!state.id) {
      state.id = whole.conversation;
      adopt("ask", state.id);
    }
    talks.refresh(state.id);
    offer(node, whole, more);
  }

  async function offer(node, whole, more) {
    const next = await suggestions(whole, more);
    for (const old of log.querySelectorAll(".next")) old.remove();
    if (next && node.isConnected) node.append(next);
  }

  function welcome() {
    log.append(h("div", { class: "welcome" }, h("h2", {}, "问本单位的政策文件"),
      h("p", {}, "每句话都落在一个可以打开的条款上；文件里没有的，就说没有。"),
      h("p", { class: "actions" }, EXAMPLES.map((q) => button(q, () => go(q), { class: "suggest" })))));
  }

  async function history() {
    put(log, h("p", { class: "waiting" }, "正在打开对话……"));
    try {
      const whole = await call(`/api/conversations/${part(id)}`);
      put(log);
      let asked = "";
      let last = null;
      for (const turn of whole.turns) {
        if (turn.role === "user") { asked = turn.text; log.append(question(turn.text)); continue; }
        const answer = turn.answer || { text: turn.text, citations: [], notices: [], label: "" };
        last = [finish(card(), answer, { asked, conversation: id, follow: go }), answer, asked];
        log.append(last[0]);
      }
      for (const node of live.get(id) || []) log.append(node);
      if (last) offer(last[0], last[1], { asked: last[2], follow: go });
      const said = log.querySelectorAll(".said");
      if (said.length > 1) said[said.length - 1].scrollIntoView({ block: "start" });
    } catch (error) {
      put(log, h("p", { class: "fault", role: "alert" }, error.message), button("重试", history));
    }
  }

  if (id) history();
  else if (live.has("new")) log.append(...live.get("new"));
  else welcome();
  if (window.matchMedia("(min-width: 900px)").matches) input.focus({ preventScroll: true });
}

function filters() {
  const regions = h("datalist", { id: fresh("regions") });
  const titles = h("datalist", { id: fresh("titles") });
  const set = (name) => (e) => { settings[name] = e.target.value.trim(); count(); };
  const on = h("input", { type: "date", value: settings.on, on: { change: set("on") } });
  const region = h("input", { type: "text", list: regions.id, value: settings.region, maxlength: 60, placeholder: "不限", on: { input: set("region") } });
  const of = h("input", { type: "text", list: titles.id, value: settings.document, maxlength: 200, placeholder: "不限", on: { input: set("document") } });
  const summary = h("summary", {}, "范围");
  const count = () => {
    const given = [settings.on, settings.region, settings.document].filter(Boolean);
    put(summary, given.length ? `范围：${given.join("，")}` : "范围：今天有效的全部文件");
  };
  count();
  known("/api/documents").then(({ documents }) => {
    put(regions, [...new Set(documents.map((d) => d.region).filter(Boolean))].sort().map((r) => h("option", { value: r })));
    put(titles, documents.map((d) => h("option", { value: d.title })));
  }).catch(() => {});
  const clear = button("清除", () => { for (const one of [on, region, of]) one.value = ""; Object.assign(settings, { on: "", region: "", document: "" }); count(); });
  return h("details", { class: "filters" }, summary, h("div", { class: "row" }, field("地区", region), field("按哪一天的规定", on), field("只问一个文件", of), clear, regions, titles));
}
