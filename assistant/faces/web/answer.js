// One answer on the screen: what it says, what it rests on, what it does not know, and what may be asked next.

import { button, copy, h, put, say } from "./dom.js";
import { call, known, part } from "./api.js";
import { REFUSALS, citation, flat, named } from "./words.js";
import { chip } from "./panel.js";

/** An answer's card, filled by :func:`finish` when it is whole. */
export function card() {
  return h("article", { class: "turn answer", "aria-label": "回答" });
}

export function question(text) {
  return h("article", { class: "turn said", "aria-label": "提问" }, h("p", {}, text));
}

export function paragraphs(text) {
  return String(text).split("\n").filter((line) => line.trim()).map((line) => h("p", {}, line));
}

/** Fill a card with a whole answer. `more`: {asked, conversation, follow(text)}. */
export function finish(node, answer, more) {
  const cites = (answer.citations || []).map(flat);
  const refused = answer.refusal || "";
  node.dataset.refusal = refused;
  node.classList.toggle("refused", Boolean(refused));
  const found = answer.determination;
  const id = (found && found.id) || answer.case || "";
  put(node,
    refused ? h("p", { class: "why" }, h("b", {}, refused === "ambiguous" ? "⇄ " : refused === "classified" ? "⛔ " : "○ "), REFUSALS[refused] || "没有直接作答") : null,
    h("div", { class: "text" }, paragraphs(answer.text)),
    cites.length ? h("div", { class: "cites" }, h("h3", {}, refused ? "相关条款" : "依据"), h("ol", {}, cites.map((c, i) => h("li", {}, chip(c, i + 1))))) : null,
    notices(answer.notices || []),
    id ? h("p", {}, h("a", { class: "go", href: `#/case/${part(id)}` }, "打开这个案件，逐项核对")) : null,
    h("p", { class: "label" }, answer.label),
    h("div", { class: "actions" }, button("复制回答", () => copy(plain(answer, cites), "已复制回答")),
      more.conversation || answer.trace ? verdict(answer, more) : null,
      h("a", { class: "quiet", href: `#/quality?${new URLSearchParams({ question: more.asked || "", conversation: more.conversation || "" })}` }, "这个答案应该是……")));
  return node;
}

export function notices(list) {
  return list.length ? h("ul", { class: "notices", "aria-label": "提示" }, list.map((words) => h("li", {}, words))) : null;
}

/** An answer as plain text with its clauses, as it may be pasted into a letter. */
export function plain(answer, cites) {
  const given = (cites || (answer.citations || []).map(flat)).map((c, i) => `[${i + 1}] ${citation(c)}`);
  return [answer.text, given.length ? "依据：" : "", ...given, ...(answer.notices || []), answer.label].filter(Boolean).join("\n");
}

function verdict(answer, more) {
  const told = h("span", { class: "told", role: "status" });
  const tell = async (useful) => {
    try {
      await call("/api/feedback", { method: "POST", body: { conversation: more.conversation || "", trace: answer.trace || "", useful } });
      put(told, useful ? "已记下：有用" : "已记下：没用");
    } catch (error) {
      put(told, error.message);
    }
  };
  return h("span", { class: "verdict", role: "group", "aria-label": "这个回答" },
    button("有用", () => tell(true)), button("没用", () => tell(false)), told);
}

/** Questions that the documents themselves suggest after an answer. */
export async function suggestions(answer, more) {
  const cites = (answer.citations || []).map(flat);
  if (!cites.length || answer.refusal === "classified") return null;
  const out = [];
  if (answer.refusal === "ambiguous") {
    for (const c of cites.filter((c, i) => cites.findIndex((o) => o.document === c.document) === i).slice(0, 4)) {
      out.push([`按${named(c.title)}答`, `${named(c.title)}：${more.asked}`]);
    }
  } else {
    if (!answer.refusal) out.push(["上面那条的原文", "上面那条的原文"]);
    try {
      const { provisions } = await known(`/api/documents/${part(cites[0].document)}/provisions`);
      const at = provisions.findIndex((p) => p.id === cites[0].provision);
      const near = at < 0 ? [] : provisions.filter((p) => p.parent === provisions[at].parent && p.level === provisions[at].level);
      const place = near.findIndex((p) => p.id === cites[0].provision);
      for (const p of [near[place + 1], near[place - 1]].filter(Boolean)) {
        out.push([`${p.path}${p.heading ? `　${p.heading}` : ""}`, `${named(cites[0].title)}${p.path}怎么规定？`]);
      }
    } catch { /* no neighbours to suggest */ }
  }
  if (!out.length) return null;
  return h("div", { class: "next", role: "group", "aria-label": "接着问" }, h("span", {}, "接着问"),
    out.map(([words, asked]) => button(words.length > 40 ? `${words.slice(0, 39)}…` : words, () => more.follow(asked), { class: "suggest", title: asked })));
}

/** A stream that ended too soon, or a fault: what came stays, and it can be tried again. */
export function broken(node, error, came, retry) {
  node.classList.add("broken");
  put(node,
    came ? h("div", { class: "text" }, paragraphs(came)) : null,
    h("p", { class: "fault", role: "alert" }, came ? `回答没有收完：${error.message}` : error.message),
    h("div", { class: "actions" }, button("重试", retry, { class: "main" })));
  say(error.message);
  return node;
}

