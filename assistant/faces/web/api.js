// The one door to the server: JSON calls, event streams and uploads, with every fault in words.

export class Failure extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const GONE = "连不上服务。请确认它还在运行、网络正常，再重试；没有发出的文字都还在。";
const state = { csrf: "" };

export function secured(token) {
  state.csrf = token || "";
}

function headers(more) {
  return { Accept: "application/json", ...(state.csrf ? { "X-CSRF-Token": state.csrf } : {}), ...more };
}

function failed(status, said, path) {
  const error = said && said.error ? said.error : {};
  if (status === 401 && path !== "/api/session") document.dispatchEvent(new CustomEvent("signin"));
  const failure = new Failure(status, error.code || "error", error.message || `没有成功（${status}）。请稍后重试。`);
  failure.said = said;
  return failure;
}

async function sent(path, options) {
  let response;
  try {
    response = await fetch(path, { credentials: "same-origin", cache: "no-store", redirect: "error", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    document.dispatchEvent(new CustomEvent("away"));
    throw new Failure(0, "offline", GONE);
  }
  document.dispatchEvent(new CustomEvent("reached"));
  return response;
}

async function read(response) {
  try {
    return await response.json();
  } catch {
    return null;
  }
}

/** A JSON call. Raises Failure with words for people. */
export async function call(path, { method = "GET", body, signal } = {}) {
  const given = body === undefined ? {} : { body: JSON.stringify(body) };
  const type = body === undefined ? {} : { "Content-Type": "application/json" };
  const response = await sent(path, { method, signal, headers: headers(type), ...given });
  const said = await read(response);
  if (!response.ok) throw failed(response.status, said, path);
  return said;
}

/** Ask for something that may not exist on this server: null when it does not. */
export async function ask(path) {
  try {
    return await call(path);
  } catch (error) {
    if (error.status === 404 || error.status === 405) return null;
    throw error;
  }
}

/** The events of a stream, each an object with a `type`. */
export async function* events(path, body, signal) {
  const response = await sent(path, { method: "POST", signal, headers: headers({ "Content-Type": "application/json" }), body: JSON.stringify(body) });
  if (!response.ok) throw failed(response.status, await read(response), path);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    let got;
    try {
      got = await reader.read();
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Failure(0, "cut", "连接中断，回答没有收完。");
    }
    if (got.done) return;
    rest += got.value;
    for (let at = rest.indexOf("\n\n"); at >= 0; at = rest.indexOf("\n\n")) {
      const data = rest.slice(0, at).split("\n").filter((line) => line.startsWith("data: ")).map((line) => line.slice(6)).join("\n");
      rest = rest.slice(at + 2);
      if (data) yield JSON.parse(data);
    }
  }
}

/** Send one file and hear how far it is; `told(share)` with 0..1. Gives status and JSON, whatever the status. */
export function upload(path, file, told, more = {}) {
  return new Promise((done, fail) => {
    const form = new FormData();
    form.append("file", file, file.name);
    for (const [name, value] of Object.entries(more)) form.append(name, value);
    const request = new XMLHttpRequest();
    request.open("POST", path);
    for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", (e) => { if (e.lengthComputable && told) told(e.loaded / e.total); });
    request.addEventListener("load", () => {
      let said = null;
      try { said = JSON.parse(request.responseText); } catch { /* not ours to read */ }
      document.dispatchEvent(new CustomEvent("reached"));
      if (request.status >= 400 && !(said && said.files)) fail(failed(request.status, said, path));
      else done(said);
    });
    request.addEventListener("error", () => fail(new Failure(0, "offline", GONE)));
    request.send(form);
  });
}

/** An id as a part of an address. */
export function part(id) {
  return encodeURIComponent(id);
}

const kept = new Map();

/** A GET whose answer is kept for this page's life, for clauses and their documents. */
export function known(path) {
  if (!kept.has(path)) {
    if (kept.size > 200) kept.clear();
    kept.set(path, call(path).catch((error) => { kept.delete(path); throw error; }));
  }
  return kept.get(path);
}

export function forget() {
  kept.clear();
}
