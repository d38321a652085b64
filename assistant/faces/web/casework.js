import { h } from "./dom.js";
export function show(root) { root.append(h("h1", {}, "在建")); }
