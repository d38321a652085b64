"""The terminal program over the fake facade: ``python tests/fake_program.py ask "…"``."""

import sys
import types

import fake_assistant

from assistant.errors import HomeBusy


class Assistant(fake_assistant.FakeAssistant):
    """Opens like the real one and, like it, lets one process own a home."""

    @classmethod
    def open(cls, settings, *, notice=None):
        settings.home.mkdir(parents=True, exist_ok=True)
        if notice and not any(settings.home.iterdir()):
            notice("正在载入随附语料……")
        self = cls()
        self.settings = settings
        self.lock = settings.home / "lock"
        if self.lock.exists():
            raise HomeBusy("另一个进程正在使用这个数据目录。")
        self.lock.touch()
        return self

    def close(self):
        self.lock.unlink()


def main() -> None:
    module = types.ModuleType("assistant.assistant")
    module.Assistant = Assistant
    sys.modules["assistant.assistant"] = module
    from assistant.faces import cli

    cli.main()


if __name__ == "__main__":
    main()
