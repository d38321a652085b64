// The frame: which of the five pages is shown, the clause beside it, signing in, and what is said when the server is away.

import { byId, button, h, put } from "./dom.js";
import { ask as maybe, secured } from "./api.js";
import * as ask from "./ask.js";
import * as casework from "./casework.js";
import * as drafting from "./drafting.js";
import * as shelf from "./shelf.js";
import * as quality from "./quality.js";
import * as panel from "./panel.js";
import { route } from "./route.js";
import { form as signingIn, leave } from "./signin.js";

const VIEWS = { ask, case: casework, draft: drafting, documents: shelf, quality };
const TITLES = { ask: "问答", case: "案件", draft: "文书", documents: "文件", quality: "质量" };
let shown = "";

function show() {
  if (location.hash && !location.hash.startsWith("#/")) return;
  const now = route();
  const view = VIEWS[now.view] ? now.view : "ask";
  for (const link of byId("nav").children) {
    if (link.getAttribute("href") === `#/${view}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (now.key !== shown) {
    const moved = shown !== "";
    shown = now.key;
    document.title = `${TITLES[view]} · 政策文件助手`;
    byId("main").dataset.view = view;
    put(byId("main"));
    VIEWS[view].show(byId("main"), now);
    if (moved) window.scrollTo(0, 0);
    if (moved && !byId("main").contains(document.activeElement)) byId("main").focus({ preventScroll: true });
  }
  panel.follow(now);
}

function banner(words) {
  byId("banner").hidden = !words;
  put(byId("banner"), words ? [words, " ", button("重试", () => maybe("/api/health").catch(() => {}), { class: "quiet" })] : []);
}

function signIn() {
  shown = "";
  panel.shut();
  put(byId("main"), signingIn(start));
}

async function start() {
  let me = null;
  try {
    me = await maybe("/api/me");
  } catch (error) {
    if (error.status === 401) return;
    banner(error.message);
  }
  if (me) secured(me.csrf);
  const name = me && !me.local ? me.display || me.name : "";
  put(byId("who"), name ? [h("span", {}, name), " ", button("退出", leave, { class: "quiet" })] : []);
  shown = "";
  show();
}

window.addEventListener("hashchange", show);
document.addEventListener("adopted", () => { shown = route().key; });
document.addEventListener("signin", signIn);
document.addEventListener("reached", () => banner(""));
const AWAY = "连接断开了。已经显示的内容还可以看，没有发出的文字都还在。";
document.addEventListener("away", () => banner(AWAY));
window.addEventListener("offline", () => banner(AWAY));
byId("skip").addEventListener("click", (e) => { e.preventDefault(); byId("main").focus(); });
start();
