// 案件: a case told, laid out element by element, added to, and taken on to the notices that fit.

import { button, field, h, picker, put, say } from "./dom.js";
import { call, known, part, upload } from "./api.js";
import { drop, remember } from "./stash.js";
import { flat, moment } from "./words.js";
import { notices, paragraphs } from "./answer.js";
import { sidebar } from "./talks.js";
import { chip } from "./panel.js";
import { board } from "./elements.js";

const me = { name: "" };

export function show(root, { id }) {
  const items = h("ul", { class: "talks" });
  const body = h("section", { class: "stack", "aria-label": "案件" });
  put(root, h("div", { class: "case ask" }, sidebar("案件", h("a", { class: "button", href: "#/case" }, "新案件"), items), body));
  const refresh = async () => {
    try {
      const { cases } = await call("/api/cases");
      put(items, cases.length ? cases.map((c) => h("li", {}, h("a", { href: `#/case/${part(c.id)}`, "aria-current": c.id === id ? "true" : null },
        h("span", { class: "t" }, c.text.slice(0, 40)), h("small", {}, `${c.determination.scheme_title}：${c.determination.title}　${moment(c.created)}`))))
        : h("li", { class: "empty" }, "还没有案件。"));
    } catch (error) {
      put(items, h("li", { class: "fault", role: "alert" }, error.message, " ", button("重试", refresh)));
    }
  };
  refresh();
  if (id) open(body, id, refresh);
  else fresh(body);
}

function fresh(body) {
  const text = remember(h("textarea", { rows: 10, maxlength: 50000, required: true, placeholder: "谁、什么时候、做了什么事、走了什么程序、造成什么后果、怎样补救。姓名等可以写代称。" }), "case");
  const scheme = h("select", {}, h("option", { value: "" }, "按案情自动选用"));
  const on = h("input", { type: "date" });
  const region = h("input", { type: "text", maxlength: 60, placeholder: "不填就用本单位的地区" });
  const told = h("p", { class: "told", role: "status" });
  const send = h("button", { type: "submit", class: "main" }, "逐项分析");
  known("/api/schemes").then(({ schemes }) => scheme.append(...schemes.map((one) => h("option", { value: one.name }, one.title)))).catch(() => {});
  const take = async ([file]) => {
    put(told, "正在取出文字……");
    try {
      const got = await upload("/api/text", file);
      text.value = text.value.trim() ? `${text.value.trim()}\n${got.text}` : got.text;
      text.dispatchEvent(new Event("input"));
      put(told, `已取出《${got.name}》的文字，请核对后再分析。`, (got.notices || []).join(""));
    } catch (error) {
      put(told, h("span", { class: "fault" }, error.message));
    }
  };
  put(body, h("h1", {}, "分析一个案件"),
    h("form", { class: "card", on: { submit: async (e) => {
      e.preventDefault();
      send.disabled = true;
      put(told, "正在分析……");
      try {
        const found = await call("/api/classify", { method: "POST", body: { text: text.value, scheme: scheme.value || null, on: on.value || null, region: region.value } });
        drop("case");
        location.hash = `#/case/${part(found.id)}`;
      } catch (error) {
        put(told, h("span", { class: "fault", role: "alert" }, error.message));
      }
      send.disabled = false;
    } } }, field("案情", text), h("p", {}, picker("从文件取出文字", take, { accept: ".txt,.md,.docx,.pdf,.html" }), " ", h("small", {}, "文件不保存；有密级标志的不受理")),
    h("div", { class: "row" }, field("方案", scheme), field("行为发生的日期", on), field("地区", region)), told, h("div", { class: "actions" }, send)));
}

async function open(body, id, refresh) {
  put(body, h("p", { class: "waiting" }, "正在打开案件……"));
  try {
    fill(body, await call(`/api/cases/${part(id)}`), refresh);
  } catch (error) {
    put(body, h("h1", {}, "打不开这个案件"), h("p", { class: "fault", role: "alert" }, error.message), button("重试", () => open(body, id, refresh)));
  }
}

function fill(body, of, refresh) {
  const found = of.determination;
  const everyone = found.parts.length ? found.parts : [found];
  const again = (now) => { fill(body, now, refresh); refresh(); say(`重新判断：${now.determination.title}`); };
  put(body,
    h("header", { class: "card verdict-head" },
      h("p", { class: "tags" }, h("span", { class: "tag" }, found.scheme_title), of.on ? h("span", { class: "tag" }, `行为日期 ${of.on}`) : null,
        of.region ? h("span", { class: "tag" }, of.region) : null),
      h("h1", {}, `初步意见：${found.title}`),
      found.reasons.length ? h("ul", { class: "reasons" }, found.reasons.map((r) => h("li", {}, r))) : null,
      notices(found.notices), h("p", { class: "label" }, found.label),
      of.decision ? h("p", { class: "note" }, "已记下决定：", outcomes(of.scheme, of.decision.outcome), `（${of.decision.by}，${moment(of.decision.at)}）`) : null),
    next(of, found, again),
    board(of.text, everyone),
    everyone.map((p) => more(p, everyone.length > 1)),
    letters(of, found),
    history(of),
    deciding(of, found, again));
}

function next(of, found, again) {
  if (!found.missing.length && !found.ask_next) return null;
  const asked = h("span", {}, found.ask_next || "补充事实");
  const answer = remember(h("textarea", { rows: 2, required: true, maxlength: 10000 }), `fact:${of.id}`);
  const by = h("input", { type: "text", required: true, maxlength: 60, value: me.name, placeholder: "如 张三（审计组）" });
  const told = h("p", { role: "status", class: "fault" });
  const send = h("button", { type: "submit", class: "main" }, "补充并重新判断");
  const form = h("form", { on: { submit: async (e) => {
    e.preventDefault();
    send.disabled = true;
    put(told);
    try {
      const now = await call(`/api/cases/${part(of.id)}/facts`, { method: "POST", body: { text: answer.value, by: by.value } });
      me.name = by.value;
      drop(`fact:${of.id}`);
      again(now);
    } catch (error) {
      put(told, error.message);
      send.disabled = false;
    }
  } } }, h("div", { class: "row" }, field(asked, answer), h("div", { class: "who-said" }, field("由谁说明", by))), told, send);
  return h("section", { class: "card", "aria-label": "还缺什么" }, h("h2", {}, "还缺的事实"),
    h("ol", { class: "missing" }, found.missing.map((one) => h("li", {}, one, " ",
      button("回答这一条", () => { put(asked, one.split("：").slice(1).join("：") || one); answer.focus(); }, { class: "quiet" })))), form);
}

function more(of, several) {
  const follows = Object.entries(of.follows || {}).filter(([, words]) => words);
  const names = { who: "由谁认定", how: "怎样办", within: "多长时间" };
  const values = Object.entries(of.values || {});
  const out = [
    follows.length ? [h("h3", {}, "接下来"), h("dl", { class: "facts" }, follows.map(([k, w]) => [h("dt", {}, names[k] || k), h("dd", {}, w)]))] : null,
    values.length ? [h("h3", {}, "算出的日期和数"), h("dl", { class: "facts" }, values.map(([k, w]) => [h("dt", {}, k), h("dd", {}, w)]))] : null,
    of.would_change.length ? [h("h3", {}, "如果查明"), h("ul", { class: "change" }, of.would_change.map((c) => h("li", {}, c.words)))] : null,
    of.similar.length ? [h("h3", {}, "相近的案件"), h("ul", { class: "change" }, of.similar.map((c) => h("li", {}, h("a", { href: `#/case/${part(c.case)}` }, c.case), " ",
      outcomes(of.scheme, c.outcome), c.decided ? ["（已决定：", outcomes(of.scheme, c.decided), "）"] : "", c.differences.length ? `；不同：${c.differences.join("、")}` : "")))] : null,
    of.citations.length ? [h("h3", {}, "依据"), h("div", { class: "chips" }, of.citations.map((c, i) => chip(flat(c), i + 1)))] : null,
  ].filter(Boolean);
  return out.length ? h("section", { class: "card", "aria-label": "后果和依据" }, several ? h("h2", {}, of.who || "其中一人") : null, out) : null;
}

/** The titles of outcomes, as soon as the schemes are known. */
function outcomes(scheme, names) {
  const told = h("span", {}, [].concat(names).join("、"));
  known("/api/schemes").then(({ schemes }) => {
    const own = schemes.find((s) => s.name === scheme);
    put(told, [].concat(names).map((n) => ((own ? own.outcomes : []).find((o) => o.name === n) || { title: n }).title).join("、"));
  }).catch(() => {});
  return told;
}

function letters(of, found) {
  const box = h("div", { class: "actions" }, h("span", { class: "waiting" }, "正在找适合的文书……"));
  const others = h("details", {}, h("summary", {}, "其他文书"), h("div", { class: "actions" }));
  known("/api/forms").then(({ forms }) => {
    const came = new Set([found, ...found.parts].flatMap((p) => [p.scheme, ...[].concat(p.outcome).map((o) => `${p.scheme}.${o}`)]));
    const link = (f) => h("a", { class: "button", href: `#/draft/${part(f.name)}?${new URLSearchParams({ case: of.id })}` }, f.title);
    const fitting = forms.filter((f) => f.serves.some((s) => came.has(s)));
    put(box, fitting.length ? fitting.map(link) : h("span", { class: "empty" }, "没有专门用于这个结果的文书。"));
    put(others.lastElementChild, forms.filter((f) => !f.serves.length).map(link));
  }).catch((error) => put(box, h("span", { class: "fault" }, error.message)));
  return h("section", { class: "card", "aria-label": "起草文书" }, h("h2", {}, "起草文书"), box, others);
}

function history(of) {
  const rows = [["材料", "", of.created, ""], ...of.facts.map((f) => ["补充", f.by, f.at, f.text]),
    ...(of.decision ? [["决定", of.decision.by, of.decision.at, outcomes(of.scheme, of.decision.outcome)]] : [])];
  return h("section", { class: "card", "aria-label": "经过" }, h("h2", {}, "经过"),
    h("ol", { class: "history" }, rows.map(([what, who, at, words]) => h("li", {}, h("b", {}, what), ` ${moment(at)}${who ? `，${who}` : ""}`, typeof words === "string" ? paragraphs(words) : ["：", words]))));
}

function deciding(of, found, again) {
  const outcome = h("select", { required: true }, h("option", { value: "" }, "请选择"));
  const by = h("input", { type: "text", required: true, maxlength: 60, value: me.name });
  const told = h("p", { role: "status", class: "fault" });
  known("/api/schemes").then(({ schemes }) => {
    const own = schemes.find((s) => s.name === of.scheme);
    outcome.append(...(own ? own.outcomes : [{ name: [].concat(found.outcome)[0], title: found.title }]).map((o) => h("option", { value: o.name }, o.title)));
  }).catch((error) => put(told, error.message));
  return h("details", { class: "card" }, h("summary", {}, "记下有权的人作出的决定"),
    h("form", { on: { submit: async (e) => {
      e.preventDefault();
      try {
        again(await call(`/api/cases/${part(of.id)}/decision`, { method: "POST", body: { outcome: outcome.value, by: by.value } }));
      } catch (error) { put(told, error.message); }
    } } }, h("p", {}, "本系统自己从不作决定，这里只是记录。"), h("div", { class: "row" }, field("决定的结果", outcome), field("由谁决定", by)), told,
    h("button", { type: "submit", class: "main" }, "记下决定")));
}
