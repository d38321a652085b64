// What the codes of the interface mean, in the words people use.

export const KINDS = { normative: "规范性文件", news: "报道", talk: "交流材料", digest: "要点整理", model: "示范文本", "": "类别不详" };
export const LEVELS = { national: "国家", province: "省级", city: "市级", county: "县级", unit: "单位", "": "不详" };
export const STATES = { met: ["✓", "具备"], unmet: ["✗", "不具备"], unclear: ["?", "不清楚"] };
export const REFUSALS = {
  out_of_corpus: "文件里没有", not_listed: "只写了数目，没有列出明细", ambiguous: "先要说清楚问的是哪一个", not_in_force: "当日没有有效的规定",
  out_of_scope: "不属于政策问题", classified: "涉密，不受理",
};
export const OUTCOMES = {
  added: "已加入", updated: "已更新", unchanged: "没有变化", replaced_digest: "已收入原文，取代要点整理", failed: "没有收进来", blocked: "因密级标志拦截",
  skipped: "已跳过", waiting: "已收下，等待另一个人发布", pending: "已收下，等待另一个人发布",
};

/** A digest says of what: 要点整理（规范性文件）. */
export function kind(of) {
  return of.kind === "digest" && of.of ? `${KINDS.digest}（${KINDS[of.of] || of.of}）` : KINDS[of.kind] || KINDS[""];
}

/** The name people call a document by: of 关于印发《甲方案》的通知 it is 甲方案. */
export function called(title) {
  const inner = /印发[《〈](.+)[》〉]/.exec(title);
  return (inner ? inner[1] : title).replace(/^[《]|[》]$/g, "");
}

export function named(title) {
  return `《${called(title).replace(/《/g, "〈").replace(/》/g, "〉")}》`;
}

/** What is copied as a citation: a digest is never given out as wording. */
export function citation(cite) {
  const head = `${named(cite.title)}${cite.number ? `（${cite.number}）` : ""}${cite.path}`;
  if (cite.kind === "digest") return `${head}（要点整理）`;
  const quote = cite.quote ? `：“${cite.quote.trim()}”` : "";
  return `${head}${cite.kind === "news" || cite.kind === "talk" || cite.kind === "model" ? `（${KINDS[cite.kind]}）` : ""}${quote}`;
}

/** A citation as it comes with an answer, or as a conversation kept it, in one shape. */
export function flat(cite) {
  const of = cite.document || cite;
  return { provision: cite.provision, path: cite.path || "", quote: cite.quote || "", title: of.title || "", number: of.number || "", kind: of.kind || "",
    of: of.of || "", region: of.region || "", issued: of.issued || "", document: String(cite.provision).split("#")[0] };
}

/** 2026-11-21T17:03:52 in this place's time: 11-21 17:03. */
export function moment(at) {
  const d = new Date(at);
  if (Number.isNaN(d.getTime())) return String(at || "");
  const two = (n) => String(n).padStart(2, "0");
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${two(d.getHours())}:${two(d.getMinutes())}`;
}

export function today() {
  return moment(new Date()).slice(0, 10);
}

/** Whether a document is in force on a day, in words and as a state. */
export function force(of, day) {
  const start = of.effective || of.issued;
  if (of.repealed && of.repealed <= day) return ["unmet", `${of.repealed} 起失效`];
  if (start && start > day) return ["unclear", `${start} 起施行`];
  return start ? ["met", "现行有效"] : ["unclear", "按现行使用，施行日期不详"];
}
