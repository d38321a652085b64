"""``python -m assistant.agent.rehearsal``: the rehearsal server, for trying the settings without a model."""

from __future__ import annotations

import random
import sys
import threading
from typing import Any

from assistant.agent.rehearsal.liars import KINDS, Liar
from assistant.agent.rehearsal.replies import Cooperative
from assistant.agent.rehearsal.server import Rehearsal


def lie(messages: list[dict[str, Any]], tools: list[dict[str, Any]], form: Any) -> dict[str, Any]:
    """``liar`` lies in another way each time it is called."""
    return Liar(random.choice(KINDS), random.randrange(1000))(messages, tools, form)


def main() -> None:
    """Serve until interrupted; the first line on standard output is the base address."""
    with Rehearsal({"coop": Cooperative(), "liar": lie}, port=int(sys.argv[1]) if len(sys.argv) > 1 else 0) as server:
        print(server.base_url, flush=True)
        print(f"演练服务已启动，后面没有大模型。另开终端设置：\n  export ASSISTANT_MODEL=openai:coop ASSISTANT_MODEL_BASE_URL={server.base_url}\n"
              f"再运行 assistant doctor。模型名决定它怎样应答：{'、'.join(server.models)}。按 Ctrl-C 停止。", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main()
