// The clause beside the page: in its document, the quoted words marked, and what may be done with it.

import { byId, button, copy, h, put, say } from "./dom.js";
import { known, part } from "./api.js";
import { citation, force, kind, named, today } from "./words.js";
import { beside, route } from "./route.js";
import { tree } from "./tree.js";

const quotes = new Map();
let opener = null;
let open = "";

/** A button that opens a clause; its quote is what will be marked there. */
export function chip(cite, number) {
  quotes.set(cite.provision, [...new Set([...(quotes.get(cite.provision) || []), cite.quote])]);
  const words = cite.title ? `${named(cite.title)}${cite.path}` : cite.provision;
  return h("button", {
    type: "button", class: "chip", "data-kind": cite.kind || "other", "aria-label": `打开依据${number ? ` ${number}` : ""}：${words}，${kind(cite)}`,
    on: { click: (e) => { opener = e.currentTarget; show(cite.provision); } },
  }, number ? h("b", {}, `${number}`) : null, h("span", {}, words), h("i", {}, kind(cite)));
}

/** Open a clause by id, from anything that was clicked. */
export function show(id, on) {
  if (!opener) opener = document.activeElement;
  const to = beside(id, on);
  if (to === location.hash) follow(route(), true);
  else location.hash = to;
}

export function shut() {
  open = "";
  byId("panel").hidden = true;
  put(byId("panel"));
}

function close() {
  location.hash = beside("");
}

/** Show what the address says is open. */
export async function follow(now, again) {
  const panel = byId("panel");
  if (!now.clause) {
    const was = open;
    shut();
    if (was && opener && opener.isConnected) opener.focus();
    opener = null;
    return;
  }
  const key = `${now.clause}@${now.on}`;
  if (key === open && !again) return;
  open = key;
  panel.hidden = false;
  put(panel, head("正在打开条款……"), h("p", { class: "waiting" }, "正在打开……"));
  try {
    const asked = now.on ? `?on=${part(now.on)}` : "";
    const found = await known(`/api/provisions/${part(now.clause)}${asked}`);
    const all = await known(`/api/documents/${part(found.document.id)}/provisions${asked}`).catch(() => ({ provisions: [found] }));
    if (open !== key) return;
    fill(panel, found, all.provisions, now.on);
  } catch (error) {
    if (open !== key) return;
    put(panel, head("打不开这个条款"), h("p", { class: "fault", role: "alert" }, error.message), button("重试", () => follow(now, true)));
    panel.querySelector("h2").focus();
  }
}

function head(words) {
  return h("div", { class: "panel-head" }, h("h2", { tabindex: -1 }, words), button("关闭", close, { class: "quiet", "aria-label": "关闭条款" }));
}

function fill(panel, found, all, on) {
  const of = found.document;
  const quoted = (quotes.get(found.id) || []).filter(Boolean);
  const cite = { title: of.title, number: of.number, path: found.path, kind: of.kind, quote: quoted[0] || found.text };
  const [state, words] = force(of, on || today());
  const facts = [
    ["文号", of.number || "无或不详"], ["发文", of.issuer], ["地区", of.region], ["类别", kind(of)],
    ["发布", of.issued], ["施行", of.effective], ["废止", of.repealed ? `${of.repealed}${of.repealed_by ? `（${of.repealed_by}）` : ""}` : ""], ["版本", of.version],
  ].filter(([, value]) => value);
  const body = h("div", { class: "clause-tree", tabindex: 0, role: "region", "aria-label": `${of.title}全文，当前条款已标出` },
    tree(all, { current: found.id, quotes: quoted, pick: (id) => show(id, on) }));
  put(panel,
    head(`${found.path || "条款"}`),
    h("p", { class: "doc-title" }, h("a", { href: `#/documents/${part(of.id)}` }, `《${of.title}》`)),
    h("p", { class: "tags" }, h("span", { class: "tag", "data-state": state }, words), h("span", { class: "tag", "data-kind": of.kind }, kind(of)),
      found.verified === "partial" ? h("span", { class: "tag", "data-state": "unclear" }, "要点未全部核对") : null),
    of.kind === "digest" ? h("p", { class: "note" }, "这是要点整理，不是原文；引用和对外使用以原文为准。") : null,
    h("dl", { class: "facts" }, facts.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
    h("p", { class: "actions" },
      button("复制引用", () => copy(citation(cite), `已复制：${citation(cite).slice(0, 40)}`), { class: "main" }),
      button("复制条款编号", () => copy(found.id, "已复制条款编号"))),
    body);
  panel.querySelector("h2").focus({ preventScroll: true });
  const here = body.querySelector("[aria-current] mark") || body.querySelector("[aria-current]");
  const scroller = body.scrollHeight > body.clientHeight + 4 ? body : panel;
  if (here) scroller.scrollTop += here.getBoundingClientRect().top - scroller.getBoundingClientRect().top - scroller.clientHeight / 3;
  say(`已打开 ${of.title} ${found.path}`);
}

document.addEventListener("keydown", (e) => {
  if (e.key === "Escape" && open && !e.defaultPrevented) close();
});
