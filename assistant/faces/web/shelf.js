// 文件: what there is, taking in more, a document clause by clause, its versions, taking it out.

import { button, h, picker, put, say } from "./dom.js";
import { ask as maybe, call, forget, part, upload } from "./api.js";
import { OUTCOMES, force, kind, moment, today } from "./words.js";
import { show as openClause } from "./panel.js";
import { tree } from "./tree.js";
import { versions } from "./compare.js";

const GOOD = { added: "met", updated: "met", replaced_digest: "met", unchanged: "met", failed: "unmet", blocked: "unmet" };

export function show(root, { id }) {
  const body = h("section", { class: "stack", "aria-label": "文件" });
  put(root, body);
  if (id) one(body, id);
  else all(body);
}

async function all(body) {
  const rows = h("tbody", { role: "rowgroup" });
  const found = h("p", { class: "told", role: "status" });
  const filter = h("input", { type: "search", "aria-label": "在清单里找", placeholder: "标题、文号、地区", maxlength: 60 });
  const done = h("ul", { class: "uploads", "aria-label": "上传结果" });
  let documents = [];
  const draw = () => {
    const words = filter.value.trim();
    const kept = documents.filter((d) => !words || [d.title, d.number, d.region, d.issuer, ...d.aliases].some((t) => t.includes(words)));
    put(found, `现行有效的文件 ${documents.length} 份${words ? `，找到 ${kept.length} 份` : ""}，共 ${documents.reduce((n, d) => n + d.provisions, 0)} 个条款`);
    const cell = (props, ...kids) => h("td", { role: "cell", ...props }, kids);
    put(rows, kept.map((d) => h("tr", { role: "row" },
      cell({}, h("a", { href: `#/documents/${part(d.id)}` }, d.title), d.number ? h("small", {}, ` ${d.number}`) : null),
      cell({}, h("span", { class: "tag" }, kind(d))), cell({}, d.region), cell({}, d.effective || d.issued || "不详"), cell({}, d.version), cell({ class: "num" }, `${d.provisions}`))));
  };
  const load = async () => {
    put(found, "正在读取清单……");
    try {
      documents = (await call("/api/documents")).documents;
      draw();
    } catch (error) {
      put(found, h("span", { class: "fault" }, error.message), " ", button("重试", load));
    }
  };
  filter.addEventListener("input", draw);
  const take = async (files) => {
    for (const file of files) await send(file, done);
    again();
  };
  const drop = h("div", { class: "card drop", on: {
    dragover: (e) => { e.preventDefault(); drop.classList.add("over"); },
    dragleave: () => drop.classList.remove("over"),
    drop: (e) => { e.preventDefault(); drop.classList.remove("over"); take([...e.dataTransfer.files]); },
  } }, h("h2", {}, "收入文件"), h("p", {}, picker("选择文件", take, { multiple: true, accept: ".txt,.md,.html,.docx,.pdf,.zip" }), " 或拖到这里",
    h("small", {}, " txt、md、html、docx、pdf 或 zip；有密级标志的不收")), done);
  const wait = h("div", {});
  const again = () => { forget(); load(); waiting(wait, again); };
  waiting(wait, again);
  put(body, h("h1", {}, "文件"), drop, wait,
    h("section", { class: "card", "aria-label": "文件清单" }, h("div", { class: "row" }, h("h2", {}, "清单"), filter), found,
      h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "清单" }, h("table", { class: "documents", role: "table" },
        h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, ["文件", "类别", "地区", "施行或发布", "版本", "条款"].map((n) => h("th", { scope: "col", role: "columnheader" }, n)))), rows))));
  await load();
}

async function send(file, done) {
  const bar = h("progress", { max: 1, value: 0, "aria-label": `${file.name} 上传进度` });
  const told = h("span", {}, "正在上传");
  const item = h("li", {}, h("b", {}, file.name), " ", bar, " ", told);
  done.append(item);
  try {
    const said = await upload("/api/documents", file, (share) => {
      bar.value = share;
      if (share === 1) put(told, "正在读取、划分条款");
    });
    put(item, said.files.map((f) => h("div", {}, h("span", { class: "tag state", "data-state": GOOD[f.status] || "unclear" },
      `${{ met: "✓", unmet: "✗" }[GOOD[f.status]] || "?"} ${OUTCOMES[f.status] || f.status}`), " ", h("b", {}, f.name), f.provisions ? ` ${f.provisions} 个条款 ` : " ",
    f.documents.map((d) => [h("a", { href: `#/documents/${part(d)}` }, d), " "]), f.reason ? h("span", { class: GOOD[f.status] === "unmet" ? "fault" : "told" }, f.reason) : null,
    (f.notices || []).map((n) => h("div", { class: "told" }, n)))));
    say(said.files.map((f) => `${f.name}：${OUTCOMES[f.status] || f.status}`).join("；"));
  } catch (error) {
    put(item, h("b", {}, file.name), " ", h("span", { class: "fault", role: "alert" }, error.message), " ", button("重试", () => { item.remove(); send(file, done); }));
  }
}

/** What was uploaded and waits for a second person; nothing in local mode, where an upload counts at once. */
async function waiting(box, done) {
  const said = await maybe("/api/documents/pending").catch(() => null);
  if (!said || !said.pending.length) { put(box); return; }
  const told = h("p", { role: "status", class: "told" });
  const act = (id, what, words) => async () => {
    try {
      await call(`/api/documents/${part(id)}/${what}`, { method: "POST" });
      say(words);
      done();
    } catch (error) { put(told, h("span", { class: "fault" }, error.message)); }
  };
  put(box, h("section", { class: "card", "aria-label": "等待发布" }, h("h2", {}, "等待发布"), h("p", { class: "told" }, "由另一个人审核后发布，发布前不用于回答。"),
    h("ul", {}, said.pending.map((w) => h("li", { class: "row" }, h("span", {}, h("b", {}, w.name), ` ${w.by}，${moment(w.created)}`, w.units.length ? `，${w.units.join("、")}` : ""),
      button("发布", act(w.id, "publish", `已发布 ${w.name}`), { class: "main" }), button("不予发布", act(w.id, "refuse", "已删去"), { class: "danger" })))), told));
}

async function one(body, id) {
  put(body, h("p", { class: "waiting" }, "正在打开文件……"));
  try {
    const whole = await call(`/api/documents/${part(id)}/provisions`);
    const of = whole.document;
    const [state, words] = force(of, today());
    const facts = [["编号", of.id], ["文号", of.number], ["发文", of.issuer], ["地区", of.region], ["发布", of.issued], ["施行", of.effective], ["废止", of.repealed],
      ["别名", of.aliases.join("、")], ["条款", `${whole.provisions.length} 个`]].filter(([, v]) => v);
    const found = h("p", { class: "told", role: "status" });
    const filter = h("input", { type: "search", "aria-label": "在文件里找", placeholder: "在文件里找", maxlength: 60 });
    const text = h("div", {});
    const draw = () => {
      const word = filter.value.trim();
      const kept = word ? whole.provisions.filter((p) => p.own.includes(word)) : whole.provisions;
      put(found, word ? `${kept.length} 个条款里有“${word}”` : "");
      put(text, tree(kept, { pick: (clause) => openClause(clause) }));
    };
    filter.addEventListener("input", draw);
    draw();
    put(body, h("p", {}, h("a", { href: "#/documents" }, "← 全部文件")), h("h1", {}, of.title),
      h("p", { class: "tags" }, h("span", { class: "tag", "data-state": state }, words), h("span", { class: "tag" }, kind(of))),
      of.kind === "digest" ? h("p", { class: "note" }, "这是要点整理，不是原文；引用和对外使用以原文为准。收入原文后，原文自动取代它。") : null,
      h("section", { class: "card", "aria-label": "说明" }, h("dl", { class: "facts" }, facts.map(([n, v]) => [h("dt", {}, n), h("dd", {}, v)])), withdrawing(of)),
      versions(of), h("section", { class: "card", "aria-label": "全文" }, h("div", { class: "row" }, h("h2", {}, "全文"), filter), found, text));
  } catch (error) {
    put(body, h("h1", {}, "打不开这个文件"), h("p", { class: "fault", role: "alert" }, error.message), h("p", {}, h("a", { href: "#/documents" }, "← 全部文件")),
      button("重试", () => one(body, id)));
  }
}

function withdrawing(of) {
  const box = h("div", { class: "actions" });
  const usual = () => put(box, button("撤下这个文件", () => {
    const sure = button("撤下", async () => {
      try {
        await call(`/api/documents/${part(of.id)}`, { method: "DELETE" });
        forget();
        say("已撤下");
        location.hash = "#/documents";
      } catch (error) { usual(); box.append(h("span", { class: "fault", role: "alert" }, error.message)); }
    }, { class: "danger" });
    put(box, h("span", {}, "撤下后不再用于回答，记录留在库里。"), sure, button("取消", usual));
    sure.focus();
  }, { class: "danger" }));
  usual();
  return box;
}
