// The form that appears when the server wants to know who asks.

import { field, h, put } from "./dom.js";
import { call } from "./api.js";

export function form(done) {
  const name = h("input", { type: "text", autocomplete: "username", required: true, maxlength: 100 });
  const password = h("input", { type: "password", autocomplete: "current-password", required: true, maxlength: 200 });
  const told = h("p", { class: "fault", role: "alert" });
  const send = h("button", { type: "submit", class: "main" }, "登录");
  return h("section", { class: "card signin" }, h("h1", {}, "登录"),
    h("p", {}, "这个服务要先登录。账号由管理员开立：assistant users add 姓名。"),
    h("form", { on: { submit: async (e) => {
      e.preventDefault();
      send.disabled = true;
      put(told);
      try {
        await call("/api/session", { method: "POST", body: { name: name.value, password: password.value } });
        await done();
      } catch (error) {
        put(told, error.message);
        password.focus();
      }
      send.disabled = false;
    } } }, field("用户名", name), field("密码", password), told, send));
}

export async function leave() {
  try { await call("/api/session", { method: "DELETE" }); } catch { /* the cookie is gone or was never there */ }
  location.reload();
}

