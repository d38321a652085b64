// 质量: what was measured, what goes wrong, and what people here say an answer should be.

import { button, field, h, put, say } from "./dom.js";
import { call, known } from "./api.js";
import { drop, remember } from "./stash.js";
import { moment } from "./words.js";
import { show as openClause } from "./panel.js";
import { bars, course, matrix } from "./plots.js";

export function show(root, { query }) {
  const results = h("div", { class: "stack" });
  put(root, h("div", { class: "stack" }, h("h1", {}, "质量"), sandbox(query.get("question") || "", query.get("conversation") || ""), results));
  load(results);
}

async function load(box) {
  put(box, h("p", { class: "waiting" }, "正在读取评测结果……"));
  try {
    const found = await call("/api/quality");
    if (!found.available) {
      put(box, h("section", { class: "card empty", "aria-label": "评测结果" }, h("h2", {}, "评测结果"),
        h("p", {}, "这里没有评测结果：它们在项目的源码里（eval/results），从源码运行时才看得到。在源码目录里运行 python -m eval 可以重新评测。")));
      return;
    }
    const { schemes } = await known("/api/schemes").catch(() => ({ schemes: [] }));
    for (const one of found.charts.flatMap((c) => c.bars)) {
      const own = schemes.find((s) => one.name.startsWith(`${s.name}（`));
      if (own) one.name = one.name.replace(own.name, own.title);
    }
    put(box, h("section", { class: "card", "aria-label": "评测结果" }, h("h2", {}, "评测结果"),
      h("p", { class: "told" }, "题目由项目自备，测试集在开发时不看。横线是 95% 区间。"), h("div", { class: "charts" }, found.charts.map(bars))),
    found.trends.length ? h("section", { class: "card", "aria-label": "走势" }, h("h2", {}, "走势"), h("div", { class: "courses" }, found.trends.map(course))) : null,
    confusions(found.confusions), misses(found.misses));
  } catch (error) {
    put(box, h("p", { class: "fault", role: "alert" }, error.message), button("重试", () => load(box)));
  }
}

function confusions(list) {
  if (!list.length) return null;
  const out = h("div", {});
  const select = h("select", { on: { change: () => draw() } }, list.map((c, i) => h("option", { value: i }, `${c.scheme}（${c.n} 件）`)));
  let schemes = [];
  const draw = () => {
    const of = list[Number(select.value)];
    const own = schemes.find((s) => s.name === of.scheme);
    const titles = Object.fromEntries((own ? own.outcomes : []).map((o) => [o.name, o.title]));
    put(out, matrix(of, titles));
  };
  known("/api/schemes").then((said) => {
    schemes = said.schemes;
    for (const option of select.children) {
      const of = list[Number(option.value)];
      const own = schemes.find((s) => s.name === of.scheme);
      if (own) option.textContent = `${own.title}（${of.n} 件）`;
    }
    draw();
  }).catch(() => {});
  draw();
  return h("section", { class: "card", "aria-label": "混淆矩阵" }, h("h2", {}, "混淆矩阵"), field("方案", select), out);
}

function misses(list) {
  if (!list.length) return null;
  return h("section", { class: "card", "aria-label": "最近答错的" }, h("h2", {}, "最近答错的"), h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "答错的题" },
    h("table", {}, h("thead", {}, h("tr", {}, ["问题", "应当答出", "依据"].map((n) => h("th", { scope: "col" }, n)))),
      h("tbody", {}, list.map((m) => h("tr", {}, h("td", {}, m.question || m.id, h("small", {}, ` ${m.id}`)), h("td", {}, m.expected || "说明不能答"),
        h("td", {}, m.provisions.map((p) => (p.includes("*") ? h("div", {}, p) : button(p, () => openClause(p), { class: "quiet" }))))))))));
}

function sandbox(asked, conversation) {
  const question = remember(h("textarea", { rows: 2, required: true, maxlength: 5000, value: asked }), "known-question");
  const answer = remember(h("textarea", { rows: 4, required: true, maxlength: 5000, placeholder: "应有的答案，连同依据的文件和条款" }), "known-answer");
  const by = h("input", { type: "text", required: true, maxlength: 100 });
  const told = h("p", { role: "status" });
  const list = h("ul", { class: "change" });
  const refresh = async () => {
    try {
      const { proposals } = await call("/api/known-answers");
      put(list, proposals.map((p) => h("li", {}, h("b", {}, p.question), ` → ${p.answer} `, h("small", {}, `${p.by}，${moment(p.at)}`))));
    } catch (error) {
      put(list, h("li", { class: "fault" }, error.message));
    }
  };
  refresh();
  return h("details", { class: "card", open: Boolean(asked) }, h("summary", {}, h("h2", {}, "这个答案应该是……")),
    h("p", { class: "told" }, "记下来供评测采用，不会自动改变回答。"),
    h("form", { on: { submit: async (e) => {
      e.preventDefault();
      try {
        await call("/api/known-answers", { method: "POST", body: { question: question.value, answer: answer.value, by: by.value, conversation } });
        drop("known-question");
        drop("known-answer");
        answer.value = "";
        put(told, "已记下。");
        say("已记下");
        refresh();
      } catch (error) { put(told, h("span", { class: "fault" }, error.message)); }
    } } }, field("问题", question), field("应有的答案", answer), field("由谁提出", by), told, h("button", { type: "submit", class: "main" }, "记下")), list);
}
