// Text that was typed and not sent yet, kept in this browser only: it survives a reload, and goes when it is sent.

function shelves() {
  const out = [];
  for (const name of ["sessionStorage", "localStorage"]) {
    try { out.push(window[name]); } catch { /* storage is switched off */ }
  }
  return out;
}

const MOST = 200000;

/** Each tab has its own; a new tab finds what another left behind. */
export function recall(key) {
  for (const shelf of shelves()) {
    const found = shelf.getItem(`unsent:${key}`);
    if (found !== null) return found;
  }
  return "";
}

export function keep(key, text) {
  for (const shelf of shelves()) {
    try {
      if (text && text.length <= MOST) shelf.setItem(`unsent:${key}`, text);
      else shelf.removeItem(`unsent:${key}`);
    } catch { /* full: the text stays in its field */ }
  }
}

export function drop(key) {
  keep(key, "");
}

/** Keep what a field holds while it is typed in, and put back what was kept. */
export function remember(control, key) {
  const found = recall(key);
  if (found && !control.value) control.value = found;
  control.addEventListener("input", () => keep(key, control.value));
  return control;
}
