// The address after #: which page, which thing on it, and the clause that is open beside it.

/** {view, id, query, clause, key}; `key` tells two places apart, an open clause left aside. */
export function route() {
  const [path, search] = location.hash.replace(/^#\/?/, "").split("?");
  const [view, ...rest] = path.split("/");
  const query = new URLSearchParams(search || "");
  const clause = query.get("clause") || "";
  const on = query.get("on") || "";
  query.delete("clause");
  query.delete("on");
  let id = "";
  try { id = decodeURIComponent(rest.join("/")); } catch { /* a broken address is no place */ }
  return { view: view || "ask", id, query, clause, on, key: `${view || "ask"}/${id}?${query}` };
}

export function address(view, id, query) {
  const told = query && [...query].length ? `?${query}` : "";
  return `#/${view}${id ? `/${encodeURIComponent(id)}` : ""}${told}`;
}

/** The present place with a clause open beside it ("" for none). */
export function beside(clause, on) {
  const now = route();
  const query = new URLSearchParams(now.query);
  if (clause) query.set("clause", clause);
  if (clause && on) query.set("on", on);
  return address(now.view, now.id, query);
}

/** Take on another address for what is already shown, without showing it again. */
export function adopt(view, id) {
  history.replaceState(null, "", address(view, id));
  document.dispatchEvent(new CustomEvent("adopted"));
}
