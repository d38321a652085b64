// Small plots made of elements: bars in a table, a course over time, a matrix.

import { h, s } from "./dom.js";

const share = (v) => `${(v * 100).toFixed(1)}%`;
const number = (v) => (v >= 100 ? v.toFixed(0) : v.toFixed(1));

/** A chart of bars; `share` runs from 0 to 1 with an interval, `ms` to the largest with a pale part up to the 95th percentile. */
export function bars(chart) {
  const most = chart.unit === "share" ? 1 : Math.max(...chart.bars.map((b) => b.high || b.value));
  const told = (b) => (chart.unit === "share" ? share(b.value) : number(b.value));
  return h("table", { class: "bars", "aria-label": chart.title }, h("caption", {}, chart.title, chart.note ? h("small", {}, ` ${chart.note}`) : null),
    h("tbody", {}, chart.bars.map((b) => h("tr", {}, h("th", { scope: "row" }, b.name), h("td", { class: "drawn" }, bar(b, most, chart.unit)),
      h("td", { class: "num" }, told(b), b.n ? h("small", {}, b.k !== null && b.k !== undefined ? ` ${b.k}/${b.n}` : chart.unit === "ms" ? ` / ${number(b.high)}` : "") : null)))));
}

function bar(b, most, unit) {
  const x = (v) => (100 * v) / most;
  const spread = b.low !== null && b.low !== undefined && b.high !== null && b.high !== undefined;
  return s("svg", { viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" },
    s("rect", { class: "track", x: 0, y: 1, width: 100, height: 6 }),
    unit === "ms" && b.high ? s("rect", { class: "pale", x: 0, y: 1, width: x(b.high), height: 6 }) : null,
    s("rect", { class: "bar", x: 0, y: 1, width: Math.max(x(b.value), 0.4), height: 6 }),
    spread ? s("rect", { class: "spread", x: x(b.low), y: 3.2, width: Math.max(x(b.high) - x(b.low), 0.3), height: 1.6 }) : null);
}

/** Shares over time, one line. */
export function course(trend) {
  const points = trend.points;
  const low = Math.max(0, Math.min(...points.map((p) => p.value)) - 0.1);
  const x = (i) => 6 + (88 * i) / (points.length - 1);
  const y = (v) => 36 - (30 * (v - low)) / Math.max(1 - low, 0.01);
  const last = points[points.length - 1];
  const words = points.map((p) => `${p.date.slice(0, 16).replace("T", " ")} ${share(p.value)}`).join("，");
  return h("figure", { class: "course" }, h("figcaption", {}, trend.name, " ", h("b", {}, share(last.value)), h("small", {}, ` ${last.date.slice(0, 10)} ${last.commit}，共 ${points.length} 次`)),
    points.length < 2 ? null : s("svg", { viewBox: "0 0 100 40", role: "img", "aria-label": words }, s("line", { class: "axis", x1: 4, y1: 37, x2: 96, y2: 37 }),
      s("polyline", { class: "line", points: points.map((p, i) => `${x(i)},${y(p.value)}`).join(" ") }),
      points.map((p, i) => s("circle", { class: "dot", cx: x(i), cy: y(p.value), r: 1.6 }))));
}

/** A confusion matrix as a table; the darker, the more. */
export function matrix(of, titles) {
  const most = Math.max(1, ...of.cells.flat());
  const name = (label) => titles[label] || label;
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "混淆矩阵" }, h("table", { class: "matrix" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "标注 ↓　判断 →"), of.labels.map((l) => h("th", { scope: "col" }, name(l))))),
    h("tbody", {}, of.cells.map((row, i) => h("tr", {}, h("th", { scope: "row" }, name(of.labels[i])),
      row.map((n, j) => h("td", { class: "num", "data-level": n ? Math.max(1, Math.ceil((5 * n) / most)) : 0, "data-right": i === j ? "true" : null }, n ? `${n}` : "·")))))));
}
