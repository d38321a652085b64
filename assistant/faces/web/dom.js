// Building the page: elements and text nodes only, so that nothing anyone wrote is ever read as markup.

const SVG = "http://www.w3.org/2000/svg";
const OURS = /^(#|\/(?!\/)|blob:)/;

function fill(node, props, kids) {
  for (const [name, value] of Object.entries(props || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") {
      for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
    } else if (name === "value") {
      node.value = value;
    } else if (/^on/i.test(name) || name === "style" || name === "srcdoc") {
      throw new Error(`attribute ${name} is not used here`);
    } else if ((name === "href" || name === "src") && !OURS.test(String(value))) {
      throw new Error("links lead to our own pages only");
    } else {
      node.setAttribute(name, value === true ? "" : String(value));
    }
  }
  add(node, kids);
  return node;
}

function add(node, kids) {
  for (const kid of kids.flat(Infinity)) {
    if (kid !== undefined && kid !== null && kid !== false) node.append(kid);
  }
}

/** An element: `h("a", {href: "#/ask", on: {click: f}}, "text", child)`. */
export function h(tag, props, ...kids) {
  return fill(document.createElement(tag), props, kids);
}

/** The same for SVG. */
export function s(tag, props, ...kids) {
  return fill(document.createElementNS(SVG, tag), props, kids);
}

/** Put these in the place of everything a node holds. */
export function put(node, ...kids) {
  node.replaceChildren();
  add(node, kids);
  return node;
}

export function byId(id) {
  return document.getElementById(id);
}

/** Tell a screen reader, without moving the focus. */
export function say(text) {
  byId("say").textContent = "";
  setTimeout(() => { byId("say").textContent = text; }, 50);
}

let counter = 0;

/** An id that no other element has. */
export function fresh(stem) {
  counter += 1;
  return `${stem}-${counter}`;
}

/** A labelled control: the label stands above, a hint below. */
export function field(label, control, hint) {
  const id = control.id || fresh("field");
  control.id = id;
  const told = hint ? h("small", { id: `${id}-hint`, class: "hint" }, hint) : null;
  if (told) control.setAttribute("aria-describedby", told.id);
  return h("div", { class: "field" }, h("label", { for: id }, label), control, told);
}

export function button(words, act, props) {
  return h("button", { type: "button", ...props, on: { click: act } }, words);
}

/** A button that lets files be chosen: the browser's own control, in our words. `chosen(files)`. */
export function picker(words, chosen, props) {
  const id = fresh("files");
  const input = h("input", { type: "file", id, class: "unseen", ...props, on: { change: () => {
    const files = [...input.files];
    input.value = "";
    if (files.length) chosen(files);
  } } });
  return h("span", { class: "picker" }, input, h("label", { for: id, class: "button" }, words));
}

/** Text with some words marked; `ranges` are [start, end) in characters (code points), `props(i)` gives the mark's attributes. */
export function marked(text, ranges, props) {
  const chars = Array.from(text);
  const edges = new Set([0, chars.length]);
  for (const [a, b] of ranges) { edges.add(Math.max(0, a)); edges.add(Math.min(chars.length, b)); }
  const points = [...edges].sort((a, b) => a - b);
  const out = [];
  for (let i = 0; i + 1 < points.length; i += 1) {
    const [from, to] = [points[i], points[i + 1]];
    const piece = chars.slice(from, to).join("");
    const over = ranges.map((r, n) => [r, n]).filter(([r]) => r[0] <= from && to <= r[1]).map(([, n]) => n);
    out.push(over.length ? h("mark", props(over), piece) : document.createTextNode(piece));
  }
  return out;
}

/** Where each of some words stands in a text: [start, end) in code points. */
export function places(text, words) {
  const out = [];
  for (const one of words) {
    const at = one ? text.indexOf(one) : -1;
    if (at >= 0) {
      const start = Array.from(text.slice(0, at)).length;
      out.push([start, start + Array.from(one).length]);
    }
  }
  return out;
}

export async function copy(text, told) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = h("textarea", { class: "unseen", "aria-hidden": "true", value: text });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  say(told || "已复制");
}

/** Let the browser save something as a file. */
export function save(name, content, type) {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = h("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}
