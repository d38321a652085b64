// A document as the tree of its clauses.

import { h, marked, places } from "./dom.js";

function nested(provisions) {
  const nodes = new Map(provisions.map((p) => [p.id, { of: p, kids: [] }]));
  const roots = [];
  for (const node of nodes.values()) {
    const above = nodes.get(node.of.parent);
    (above && above !== node ? above.kids : roots).push(node);
  }
  return roots;
}

/** A text split into what is quoted and what is not: a quote may run over several clauses, so its lines are looked for one by one. */
function words(text, quotes) {
  const lines = quotes.flatMap((q) => [q, ...q.split("\n")]).map((q) => q.trim()).filter((q) => q.length > 3);
  const whole = text.trim();
  const inside = lines.filter((q) => text.includes(q));
  if (!inside.length && whole && quotes.some((q) => q.includes(whole))) inside.push(whole);
  return inside.length ? marked(text, places(text, inside), () => ({})) : text;
}

/** The clauses as nested lists. `current` is marked and its words that are quoted, too; `pick(id)` is called for a clause that is chosen. */
export function tree(provisions, { current = "", quotes = [], pick }) {
  const inside = new Set();
  const byId = new Map(provisions.map((p) => [p.id, p]));
  for (let p = byId.get(current); p; p = byId.get(p.parent)) {
    if (inside.has(p.id)) break;
    inside.add(p.id);
  }
  const under = (p) => {
    for (let at = p, n = 0; at && n < 50; at = byId.get(at.parent), n += 1) if (at.id === current) return true;
    return false;
  };
  const one = (node) => {
    const p = node.of;
    const here = p.id === current;
    const text = (p.own || p.text || "").trim();
    const label = p.heading && !text.includes(p.heading) ? `${p.path} ${p.heading}` : p.path;
    return h("li", { "aria-current": here ? "true" : null, class: here ? "here" : null, "data-level": p.level },
      pick ? h("button", { type: "button", class: "path", "aria-label": `打开 ${label}`, on: { click: () => pick(p.id) } }, label) : h("span", { class: "path" }, label),
      text ? h("p", {}, under(p) ? words(text, quotes) : text) : null,
      node.kids.length ? h("ul", {}, node.kids.map(one)) : null);
  };
  return h("ul", { class: "tree" }, nested(provisions).map(one));
}
