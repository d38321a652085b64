// The elements of a case: what each stands at, in the case's own words, and the clauses that ask for it.

import { h, marked, say } from "./dom.js";
import { STATES, flat } from "./words.js";
import { chip } from "./panel.js";

/** The text of a case with the words that were found in it, and beside it one table of elements for each person. */
export function board(text, everyone) {
  const found = everyone.flatMap((p, n) => p.findings.filter((f) => f.span).map((f) => ({ key: `${n}.${f.element}`, f })));
  const story = h("div", { class: "story", tabindex: 0, role: "region", "aria-label": "案情" });
  story.append(...marked(text, found.map((x) => x.f.span), (over) => ({
    "data-of": over.map((i) => found[i].key).join(" "), "data-state": found[over[0]].f.state,
    title: over.map((i) => `${found[i].f.title}：${STATES[found[i].f.state][1]}`).join("；"),
  })));
  const light = (key, on) => {
    for (const mark of story.querySelectorAll("mark")) mark.classList.toggle("lit", on && mark.dataset.of.split(" ").includes(key));
  };
  const seek = (key) => {
    const mark = [...story.querySelectorAll("mark")].find((m) => m.dataset.of.split(" ").includes(key));
    if (mark) { light(key, true); mark.scrollIntoView({ block: "nearest" }); say(`案情里的原话：${mark.textContent}`); }
  };
  return h("section", { class: "card", "aria-label": "逐项要素" }, h("h2", {}, "逐项要素"), h("div", { class: "board" },
    h("div", {}, h("h3", {}, "案情"), story),
    h("div", { class: "stack" }, everyone.map((p, n) => person(p, n, everyone.length > 1, light, seek)))));
}

function person(of, n, several, light, seek) {
  const asked = of.findings.filter((f) => f.asked);
  const rest = of.findings.filter((f) => !f.asked);
  return h("div", {}, several ? h("h3", {}, `${of.who || `第 ${n + 1} 人`}：${of.title}`) : null,
    table(asked.length ? asked : of.findings, n, light, seek, `${of.who || ""}要查的要素`),
    asked.length && rest.length ? h("details", {}, h("summary", {}, `本案不必查的 ${rest.length} 项`), table(rest, n, light, seek, "其余要素")) : null);
}

function table(findings, n, light, seek, name) {
  return h("div", { class: "scroll" }, h("table", { class: "elements", role: "table", "aria-label": name },
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, ["情况", "要素和原话", "依据"].map((n) => h("th", { scope: "col", role: "columnheader" }, n)))),
    h("tbody", { role: "rowgroup" }, findings.map((f) => row(f, `${n}.${f.element}`, light, seek)))));
}

function row(f, key, light, seek) {
  const [sign, words] = STATES[f.state] || ["?", f.state];
  const on = () => light(key, true);
  const off = () => light(key, false);
  return h("tr", { role: "row", on: { mouseenter: on, mouseleave: off, focusin: on, focusout: off } },
    h("td", { role: "cell" }, h("span", { class: "tag state", "data-state": f.state }, h("b", { "aria-hidden": "true" }, sign), ` ${words}`)),
    h("td", { role: "cell" }, h("b", {}, f.title),
      f.quote ? h("div", {}, h("button", { type: "button", class: "quote", on: { click: () => seek(key) }, "aria-label": `在案情里看原话：${f.quote}` }, `“${f.quote}”`)) : null,
      h("small", {}, [f.quote ? f.speaker : "材料没有说到", f.note].filter(Boolean).join("；"))),
    h("td", { role: "cell" }, h("div", { class: "chips" }, f.citations.map((c) => chip(flat(c))))));
}
