// The list of conversations: open, rename, delete, take along as JSON or Markdown.

import { button, h, put, save, say } from "./dom.js";
import { call, part } from "./api.js";
import { moment } from "./words.js";
import { plain } from "./answer.js";

export function list(current) {
  const items = h("ul", { class: "talks" });
  const box = sidebar("对话", h("a", { class: "button", href: "#/ask" }, "新对话"), items);
  box.refresh = async (now) => {
    try {
      const { conversations } = await call("/api/conversations");
      put(items, conversations.length ? conversations.map((c) => row(c, now, box)) : h("li", { class: "empty" }, "还没有对话。在右边提一个问题就会有。"));
    } catch (error) {
      put(items, h("li", { class: "fault", role: "alert" }, error.message, " ", button("重试", () => box.refresh(now))));
    }
  };
  box.refresh(current);
  return box;
}

/** A list beside the page; where there is little room it is folded. */
export function sidebar(name, action, items) {
  return h("nav", { class: "side", "aria-label": name },
    h("details", { open: window.matchMedia("(min-width: 900px)").matches }, h("summary", {}, h("h2", {}, name)), items), action);
}

function row(of, current, box) {
  const item = h("li", {});
  const usual = () => put(item,
    h("a", { href: `#/ask/${part(of.id)}`, "aria-current": of.id === current ? "true" : null }, h("span", { class: "t" }, of.title), h("small", {}, moment(of.updated))),
    h("details", { class: "more" }, h("summary", { "aria-label": `${of.title}：更多操作` }, "⋯"),
      h("div", { class: "menu" }, button("改名", rename), button("导出 JSON", () => take("json")), button("导出 Markdown", () => take("md")), button("删除", remove, { class: "danger" }))));
  const rename = () => {
    const name = h("input", { type: "text", value: of.title, maxlength: 60, "aria-label": "对话的新名称" });
    const back = () => { usual(); item.querySelector("summary").focus(); };
    put(item, h("form", { class: "inline", on: {
      submit: async (e) => {
        e.preventDefault();
        try { of = await call(`/api/conversations/${part(of.id)}`, { method: "PATCH", body: { title: name.value } }); back(); } catch (error) { fault(error); }
      },
      keydown: (e) => { if (e.key === "Escape") { e.preventDefault(); back(); } },
    } }, name, h("button", { type: "submit", class: "main" }, "保存"), button("取消", back)));
    name.select();
  };
  const remove = () => {
    const sure = button("删除", async () => {
      try {
        await call(`/api/conversations/${part(of.id)}`, { method: "DELETE" });
        say("已删除");
        if (of.id === current) location.hash = "#/ask";
        else box.refresh(current);
      } catch (error) { fault(error); }
    }, { class: "danger" });
    put(item, h("div", { class: "inline", role: "group", "aria-label": "确认删除" }, h("span", {}, `删除“${of.title}”？不能恢复。`), sure, button("取消", usual)));
    sure.focus();
  };
  const take = async (as) => {
    try {
      const whole = await call(`/api/conversations/${part(of.id)}`);
      const name = `对话-${of.title.replace(/[\\/:*?"<>|\s]+/g, " ").trim().slice(0, 40) || of.id}`;
      if (as === "json") save(`${name}.json`, JSON.stringify(whole, null, 1), "application/json");
      else save(`${name}.md`, markdown(whole), "text/markdown");
    } catch (error) { fault(error); }
  };
  const fault = (error) => { usual(); item.append(h("p", { class: "fault", role: "alert" }, error.message)); };
  usual();
  return item;
}

function markdown(whole) {
  const turns = whole.turns.map((t) => (t.role === "user" ? `**问：** ${t.text}` : `**答：** ${t.answer ? plain(t.answer) : t.text}`));
  return [`# ${whole.title}`, `${moment(whole.created)} 至 ${moment(whole.updated)}`, ...turns, ""].join("\n\n");
}
