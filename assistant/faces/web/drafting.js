// 文书: a form filled in, looked over while it is filled, and taken away as a Word file.

import { button, field, h, picker, put, save, say } from "./dom.js";
import { call, known, part, upload } from "./api.js";
import { drop, keep, recall } from "./stash.js";
import { moment } from "./words.js";
import { sidebar } from "./talks.js";
import { chip } from "./panel.js";

const DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const PAUSE = 700;

export function show(root, { id, query }) {
  const items = h("ul", { class: "talks" });
  const body = h("section", { class: "stack", "aria-label": "文书" });
  put(root, h("div", { class: "case ask" }, sidebar("文书", h("a", { class: "button", href: "#/draft" }, "检查公文"), items), body));
  const start = async () => {
    try {
      const { forms } = await known("/api/forms");
      put(items, forms.map((f) => h("li", {}, h("a", { href: `#/draft/${part(f.name)}`, "aria-current": f.name === id ? "true" : null },
        h("span", { class: "t" }, f.title), h("small", {}, `${f.kind}，${f.from} → ${f.to}`)))));
      const form = forms.find((f) => f.name === id);
      if (form) fill(body, form, query.get("case") || "");
      else checking(body, id);
    } catch (error) {
      put(body, h("h1", {}, "文书"), h("p", { class: "fault", role: "alert" }, error.message), button("重试", start));
    }
  };
  start();
}

function checking(body, id) {
  const out = h("div", { role: "status" });
  const take = async ([file]) => {
    put(out, h("p", { class: "waiting" }, `正在检查 ${file.name}……`));
    try {
      put(out, report(await upload("/api/drafts/check", file)));
    } catch (error) { put(out, h("p", { class: "fault", role: "alert" }, error.message)); }
  };
  put(body, h("h1", {}, id ? "没有这种文书" : "文书"), h("p", {}, "从清单里选一种文书起草；或者检查一份写好的公文："),
    h("section", { class: "card", "aria-label": "检查公文" }, h("h2", {}, "检查一份公文"), h("p", {}, picker("选择 .docx", take, { accept: ".docx" }),
      h("small", {}, " 对照 GB/T 9704—2012 和所引条款；文件不保存")), out));
}

function report(said) {
  const strong = { 规定: "unmet", 一般: "unclear", 推荐: "unclear", 实务: "unclear" };
  return h("div", {}, h("p", {}, h("span", { class: "tag state", "data-state": said.passed ? "met" : "unmet" }, said.passed ? "✓ 没有“规定”一级的问题" : "✗ 有“规定”一级的问题"),
    said.draft ? " 带有草稿标记" : ""),
  said.findings.length ? h("ul", { class: "findings" }, said.findings.map((f) => h("li", {}, h("span", { class: "tag state", "data-state": strong[f.strength] || "unclear" }, f.strength),
    ` ${f.place ? `${f.place}：` : ""}${f.message}`))) : null);
}

function fill(body, form, from) {
  const key = `draft:${form.name}:${from}`;
  let given = {};
  try { given = JSON.parse(recall(key) || "{}"); } catch { given = {}; }
  const controls = new Map();
  const states = new Map();
  const page = h("div", { class: "page", tabindex: 0, role: "region", "aria-label": "预览" });
  const missing = h("p", { role: "status" });
  const basis = h("div", { class: "chips" });
  const check = h("div", {});
  const fault = h("p", { class: "fault", role: "alert" });
  const get = button("下载 Word 文件", () => take(), { class: "main", disabled: true });
  let last = null;
  let turn = 0;
  let timer = 0;

  const values = () => {
    const out = {};
    for (const f of form.fields) {
      const text = controls.get(f.name).value.trim();
      if (text && text !== (controls.get(f.name).dataset.found || "").trim()) out[f.name] = f.kind === "list" ? text.split("\n").map((l) => l.trim()).filter(Boolean) : f.kind === "int" && /^\d+$/.test(text) ? Number(text) : text;
    }
    return out;
  };

  const draw = async () => {
    turn += 1;
    const mine = turn;
    const now = values();
    keep(key, Object.keys(now).length ? JSON.stringify(now) : "");
    try {
      const said = await call("/api/drafts", { method: "POST", body: { form: form.name, fields: now, case: from || null, format: "json" } });
      if (mine !== turn) return;
      last = said;
      put(fault);
      put(page, printed(said.text));
      tell(said, now);
      put(basis, said.basis.map((b) => chip({ provision: b.provision, path: "", quote: "", title: "", kind: b.digest ? "digest" : "normative" })));
      said.basis.forEach((b, i) => { basis.children[i].querySelector("span").textContent = b.shown; basis.children[i].setAttribute("aria-label", `打开依据：${b.shown}`); });
      get.disabled = false;
      await look(said, mine);
    } catch (error) {
      if (mine !== turn) return;
      put(fault, error.message, " ", error.status ? null : button("重试", draw));
      for (const f of form.fields) {
        if (error.message.includes(`“${f.name}”`) || error.message.includes(`字段 ${f.name}`)) controls.get(f.name).setAttribute("aria-invalid", "true");
      }
    }
  };

  const tell = (said, now) => {
    const open = new Set(said.missing);
    put(missing, open.size ? h("span", { class: "tag state", "data-state": "unclear" }, `? 待填 ${open.size} 项`) : h("span", { class: "tag state", "data-state": "met" }, "✓ 没有待填的"));
    for (const f of form.fields) {
      const [state, words] = now[f.name] !== undefined ? ["met", "✓ 已填"] : open.has(f.name) ? ["unclear", "? 待填"]
        : said.values[f.name] ? ["met", from ? "✓ 取自案件或设置" : "✓ 取自设置"] : ["", ""];
      const control = controls.get(f.name);
      const found = now[f.name] === undefined ? [].concat(said.values[f.name] || "").join("\n") : "";
      if (found && (!control.value || control.value === control.dataset.found) && document.activeElement !== control) control.value = found;
      if (found) control.dataset.found = found;
      put(states.get(f.name), words ? h("span", { class: "tag state", "data-state": state }, words) : null);
      controls.get(f.name).removeAttribute("aria-invalid");
    }
  };

  const look = async (said, mine) => {
    try {
      const bytes = Uint8Array.from(atob(said.docx), (c) => c.charCodeAt(0));
      const found = await upload("/api/drafts/check", new File([bytes], `${form.name}.docx`, { type: DOCX }));
      if (mine === turn) put(check, report(found));
    } catch (error) {
      if (mine === turn) put(check, h("p", { class: "fault" }, error.message));
    }
  };

  const take = () => {
    const bytes = Uint8Array.from(atob(last.docx), (c) => c.charCodeAt(0));
    save(`${last.title}.docx`, bytes, DOCX);
    say(`已下载 ${last.title}`);
  };

  const later = () => { clearTimeout(timer); timer = setTimeout(draw, PAUSE); };
  const rows = (wanted) => form.fields.filter((f) => f.required === wanted).map((f) => {
    const control = entry(f, given[f.name]);
    control.addEventListener("input", later);
    controls.set(f.name, control);
    const state = h("span", { class: "state-at" });
    states.set(f.name, state);
    const box = field(f.name, control, [f.hint, f.kind === "list" ? "一行一项" : ""].filter(Boolean).join("；"));
    box.firstElementChild.append(state);
    return box;
  });
  const required = rows(true);
  const optional = rows(false);
  put(body, h("h1", {}, form.title),
    h("div", { class: "board" },
      h("form", { class: "card", "aria-label": "字段", on: { submit: (e) => { e.preventDefault(); draw(); } } },
        cases(form, from), h("div", { class: "fields" }, required),
        optional.length ? h("details", {}, h("summary", {}, `可以不填的 ${optional.length} 项`), h("div", { class: "fields" }, optional)) : null,
        form.rules.length ? h("details", {}, h("summary", {}, "措辞要求"), h("ul", { class: "change" }, form.rules.map((r) => h("li", {}, r)))) : null,
        h("div", { class: "actions" }, button("填入示例", () => {
          for (const [name, value] of Object.entries(form.example)) if (controls.has(name)) controls.get(name).value = [].concat(value).join("\n");
          draw();
        }), button("清空", () => { for (const c of controls.values()) c.value = ""; drop(key); draw(); }))),
      h("div", { class: "stack" }, h("section", { class: "card", "aria-label": "草稿" }, h("div", { class: "actions" }, get, missing), fault, page,
        h("details", {}, h("summary", {}, "依据"), basis)),
      h("section", { class: "card", "aria-label": "检查" }, h("h2", {}, "检查"), check))));
  draw();
}

function entry(f, value) {
  const text = [].concat(value === undefined ? "" : value).join("\n");
  const props = { required: f.required, maxlength: f.kind === "list" ? 20000 : Math.max(f.limit, 20) };
  if (f.kind === "choice") return h("select", { value: text }, h("option", { value: "" }, "未选"), f.choices.map((c) => h("option", { value: c, selected: c === text }, c)));
  if (f.kind === "list" || f.limit > 200) return h("textarea", { ...props, rows: 3, value: text });
  const more = { date: { placeholder: "如 2024-05-01" }, amount: { placeholder: "如 12万元" }, phone: { inputmode: "tel" }, int: { inputmode: "numeric" } };
  return h("input", { type: "text", ...props, ...(more[f.kind] || {}), value: text });
}

function cases(form, from) {
  const select = h("select", { on: { change: () => { location.hash = `#/draft/${part(form.name)}${select.value ? `?${new URLSearchParams({ case: select.value })}` : ""}`; } } },
    h("option", { value: "" }, "不用案件，自己填写"));
  if (from) select.append(h("option", { value: from, selected: true }, from));
  call("/api/cases").then((said) => {
    for (const c of said.cases) {
      if (c.id === from) select.lastElementChild.textContent = `${c.text.slice(0, 30)}（${moment(c.created)}）`;
      else select.append(h("option", { value: c.id }, `${c.text.slice(0, 30)}（${moment(c.created)}）`));
    }
  }).catch(() => {});
  return field("从案件取事实", select);
}

/** The text of a draft as paragraphs, what is open marked. */
function printed(text) {
  return text.split("\n").filter((line) => line.trim() && line.trim() !== "---").map((line) => {
    const plain = line.replace(/^#+ /, "").replace(/^> /, "").replace(/\\([.\-#*_[\]()>])/g, "$1").replace(/\*\*/g, "");
    const kids = plain.split(/(【待[^】]*】)/).map((piece, i) => (i % 2 ? h("mark", {}, piece) : piece));
    return h("p", { class: line.startsWith("# ") ? "title" : line.startsWith("> ") ? "label" : null }, kids);
  });
}
