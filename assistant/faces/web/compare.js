// The versions of a document, and two of them clause by clause.

import { button, field, h, put } from "./dom.js";
import { call, part } from "./api.js";

const STATUS = { same: ["=", "没有变化"], changed: ["≠", "有改动"], added: ["＋", "新增"], removed: ["－", "删去"] };

/** The list of versions, with a comparison where there are two. */
export function versions(of) {
  const box = h("section", { class: "card", "aria-label": "版本" }, h("h2", {}, "版本"), h("p", { class: "waiting" }, "正在读取……"));
  fill(box, of);
  return box;
}

async function fill(box, of) {
  try {
    const found = (await call(`/api/documents/${part(of.id)}/versions`)).versions;
    const list = h("ul", {}, found.map((v) => h("li", {}, h("b", {}, v.version), ` ${v.effective ? `${v.effective} 起施行` : v.issued ? `${v.issued} 发布` : "施行日期不详"}`,
      v.repealed ? `，${v.repealed} 起失效` : "", v.in_force ? h("span", { class: "tag state", "data-state": "met" }, "✓ 现行") : null)));
    put(box, h("h2", {}, "版本"), list, found.length > 1 ? comparing(of, found) : null);
  } catch (error) {
    put(box, h("h2", {}, "版本"), h("p", { class: "fault", role: "alert" }, error.message), button("重试", () => fill(box, of)));
  }
}

function comparing(of, found) {
  const pick = (at) => h("select", {}, found.map((v, i) => h("option", { value: v.version, selected: i === at }, v.version)));
  const [old, now] = [pick(found.length - 2), pick(found.length - 1)];
  const out = h("div", {});
  const all = h("input", { type: "checkbox", id: "all-clauses" });
  let said = null;
  const draw = () => {
    if (!said) return;
    const kept = said.clauses.filter((c) => all.checked || c.status !== "same");
    put(out, h("p", { class: "told", role: "status" }, Object.entries(said.counts).map(([k, n]) => `${STATUS[k][1]} ${n} 条`).join("，")),
      kept.length ? h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "逐条比较" }, h("table", { class: "compare" },
        h("thead", {}, h("tr", {}, ["条款", "情况", `旧（${old.value}）`, `新（${now.value}）`].map((n) => h("th", { scope: "col" }, n)))),
        h("tbody", {}, kept.map((c) => h("tr", { "data-status": c.status }, h("th", { scope: "row" }, c.path), h("td", {}, `${STATUS[c.status][0]} ${STATUS[c.status][1]}`),
          h("td", {}, c.status === "changed" ? changed(c.old, c.new, "del") : c.old), h("td", {}, c.status === "changed" ? changed(c.new, c.old, "ins") : c.new))))))
        : h("p", {}, "两个版本没有不同。"));
  };
  all.addEventListener("change", draw);
  return h("form", { on: { submit: async (e) => {
    e.preventDefault();
    put(out, h("p", { class: "waiting" }, "正在比较……"));
    try {
      said = await call(`/api/documents/${part(of.id)}/compare?${new URLSearchParams({ old: old.value, new: now.value })}`);
      draw();
    } catch (error) { put(out, h("p", { class: "fault", role: "alert" }, error.message)); }
  } } }, h("div", { class: "row" }, field("旧版本", old), field("新版本", now), h("button", { type: "submit", class: "main" }, "逐条比较"),
    h("span", {}, all, " ", h("label", { for: "all-clauses" }, "也列出没有变化的"))), out);
}

/** What of a text is not in the other one: what both begin and end with is left plain. */
function changed(text, other, tag) {
  const [a, b] = [Array.from(text), Array.from(other)];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  const middle = a.slice(head, a.length - tail).join("");
  return [a.slice(0, head).join(""), middle ? h(tag, {}, middle) : null, a.slice(a.length - tail).join("")];
}
