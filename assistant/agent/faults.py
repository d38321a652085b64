"""What may go wrong with a call to the model: in which error it ends, in which words, and whether it may be tried again."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.agent.place import Place
from assistant.agent.wire import MAX_BYTES, Trouble
from assistant.errors import (
    AssistantError,
    Cancelled,
    ModelBroken,
    ModelBusy,
    ModelNotAllowed,
    ModelRefused,
    ModelTimeout,
)

KINDS: dict[str, tuple[type[AssistantError], str]] = {
    "cancelled": (Cancelled, "提问的人已经离开，这次回答停止了。"),
    "dns": (ModelRefused, "找不到大模型主机 {host}。请检查设置 ASSISTANT_MODEL_BASE_URL 和本机的域名解析。"),
    "connect": (ModelRefused, "连不上大模型服务 {host}:{port}。请检查服务是否启动、地址端口和防火墙。"),
    "connect_timeout": (ModelTimeout, "大模型服务 {host}:{port} 在 {connect:g} 秒内没有接通。请检查网络，或调大 ASSISTANT_MODEL_CONNECT_S。"),
    "tls": (ModelRefused, "与大模型主机 {host} 的加密连接没有建立：证书不受信任、已过期、名称不符，或该端口不是 https。请由管理员核对，把单位根证书装进系统证书库。"),
    "reset": (ModelRefused, "大模型服务 {host}:{port} 没有回答就断开了连接。请检查服务日志，稍后再试。"),
    "first": (ModelTimeout, "大模型 {host} 在 {gap:g} 秒内没有开始输出。请检查服务负载，或调大 ASSISTANT_MODEL_FIRST_TOKEN_S。"),
    "stall": (ModelTimeout, "大模型 {host} 输出到一半停了 {gap:g} 秒以上。请检查服务负载，稍后再试。"),
    "total": (ModelTimeout, "大模型 {host} 没有在限定的时间内答完。请稍后再试，或调大 ASSISTANT_MODEL_TOTAL_S。"),
    "size": (ModelBroken, f"大模型 {{host}} 的输出超过 {MAX_BYTES // 1024 // 1024} 兆字节，已经截断不用。请检查该服务。"),
    "packed": (ModelBroken, "大模型 {host} 的输出是压缩的，不能使用。请在服务端或网关关闭压缩。"),
    "place": (ModelNotAllowed, "对大模型的调用会去往不允许的地址，没有发出。请检查设置 ASSISTANT_MODEL_BASE_URL。"),
    "cut": (ModelBroken, "大模型 {host} 的输出中途断了，没有使用。请稍后再试。"),
    "length": (ModelBroken, "大模型的输出到了长度上限，没有说完，没有使用。请把问题问得具体些。"),
    "filtered": (ModelBroken, "大模型服务自己拦下了这次输出，没有使用。请换个问法。"),
    "empty": (ModelBroken, "大模型 {host} 的回答是空的。请稍后再试。"),
    "encoding": (ModelBroken, "大模型 {host} 的输出不是正确的 UTF-8 文字，没有使用。请检查该服务。"),
    "unusable": (ModelBroken, "大模型 {host} 的输出不合接口的格式，没有使用。请确认 ASSISTANT_MODEL_BASE_URL 指向 OpenAI 兼容接口（多以 /v1 结尾）。"),
    "tools": (ModelBroken, "大模型要用并不存在的工具，或给工具的参数不成格式，没有执行。请稍后再试，或换一个支持工具调用的模型。"),
}
STATUSES: dict[int, tuple[type[AssistantError], str]] = {
    401: (ModelRefused, "大模型服务 {host} 不认密钥（401）。请检查环境变量 ASSISTANT_MODEL_API_KEY。"),
    403: (ModelRefused, "大模型服务 {host} 不允许使用（403）。请检查密钥的权限。"),
    404: (ModelRefused, "大模型服务 {host} 没有模型“{model}”，或地址的路径不对（404）。请检查 ASSISTANT_MODEL 和 ASSISTANT_MODEL_BASE_URL。"),
    413: (ModelRefused, "交给大模型的材料太长（413）。请把问题或案情写短些。"),
    429: (ModelBusy, "大模型服务 {host} 限制了调用次数（429）。请稍后再试。"),
    503: (ModelBusy, "大模型服务 {host} 正忙（503）。请稍后再试。"),
}
REDIRECTED = (ModelNotAllowed, "大模型服务 {host} 要把请求转到别的地址（{status}），没有跟随。请把 ASSISTANT_MODEL_BASE_URL 改为最终的地址。")
FAULTY = (ModelRefused, "大模型服务 {host} 内部出错（{status}）。请检查服务日志，稍后再试。")
REFUSED = (ModelRefused, "大模型服务 {host} 不接受这次请求（{status}）：材料可能太长，或该模型不支持工具调用。请换一个模型或缩短材料。")

AGAIN = {"dns", "connect", "connect_timeout", "reset"}
AGAIN_STATUSES = {429, 500, 502, 503, 504}
BLAMELESS = {"cancelled", "length", "filtered"}
"""These say nothing about the health of the service."""


@dataclass(frozen=True)
class Fault:
    """``error`` for the user, whether to try ``again`` (after ``wait`` seconds, when the server said so), whether the breaker counts it."""

    error: AssistantError
    again: bool
    wait: float | None
    counts: bool


def fault(error: BaseException, place: Place, *, connect: float, gap: float) -> Fault:
    """What ``error``, raised anywhere below the client library, means. Its own text, which may repeat the key or the question, is not used."""
    trouble = _trouble(error)
    if isinstance(trouble, AssistantError):
        return Fault(trouble, False, None, False)
    status = trouble.status
    kind, words = KINDS[trouble.kind] if trouble.kind != "status" else STATUSES.get(status) or _by_class(status)
    told = words.format(host=place.host, port=place.port, model=place.model, connect=connect, gap=gap, status=status)
    again = trouble.kind in AGAIN or (trouble.kind == "status" and status in AGAIN_STATUSES)
    blameless = trouble.kind in BLAMELESS or status in (400, 413, 422)
    return Fault(kind(told), again, trouble.wait, not blameless)


def _by_class(status: int) -> tuple[type[AssistantError], str]:
    if 300 <= status < 400:
        return REDIRECTED
    if status >= 500:
        return FAULTY
    if 400 <= status:
        return REFUSED
    return KINDS["unusable"]


def _trouble(error: BaseException) -> Trouble | AssistantError:
    """The Trouble or the error of ours that a library may have wrapped in its own."""
    seen, at = set(), error
    while at is not None and id(at) not in seen:
        if isinstance(at, (Trouble, AssistantError)):
            return at
        if isinstance(at, UnicodeError):
            return Trouble("encoding")
        seen.add(id(at))
        at = at.__cause__ or at.__context__
    return Trouble("unusable")
