"""Opening a home's database: create it, or bring it up to this program's schema, or say why not."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, contextmanager
from datetime import datetime, timezone
from pathlib import Path

from sqlalchemy import Engine, create_engine, event, exc

from assistant.errors import HomeBroken
from assistant.store.tables import SCHEMA, TRIGGERS, metadata

DATABASE = "assistant.db"

_RESERVE = 8 << 20


def connect(home: Path) -> Engine:
    """An engine on the home's database, its schema current.

    Raises HomeBroken for a home of a newer program, a damaged database, a folder that cannot be written.
    """
    path = home / DATABASE
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = not path.exists() or path.stat().st_size == 0
    except OSError as error:
        raise HomeBroken(f"数据目录 {home} 建不了（{_reason(error)}）。请检查路径和权限，或用 --home 换一个目录。") from None
    with speaking(home):
        found = "" if fresh else _revision(path)
        if found and not found.isdecimal():
            raise HomeBroken(f"数据目录 {home} 的结构版本“{found}”无法识别。请从备份恢复，或用 --home 换一个目录。")
        if found > SCHEMA:
            raise HomeBroken(f"数据目录 {home} 由更新的版本建立（结构 {found}，本程序只到 {SCHEMA}）。"
                             "请升级本程序，或用 --home 换一个目录；数据未作改动。")
        if found and found < SCHEMA:
            _migrate(path, found)
        engine = create_engine(f"sqlite:///{path}", pool_size=8, max_overflow=64)
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        if not found:
            _create(engine)
        return engine


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own implicit transactions begin deferred and can fail half-way; ours are begun below.
    connection.isolation_level = None
    connection.execute("pragma busy_timeout=15000")
    connection.execute("pragma journal_mode=wal")
    connection.execute("pragma synchronous=full")
    connection.execute("pragma foreign_keys=on")
    connection.execute("pragma secure_delete=fast")


def _begin(connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("begin immediate" if writes else "begin")


def _revision(path: Path) -> str:
    """The schema the database says it has; "" when it has no table at all."""
    with closing(sqlite3.connect(path, timeout=15)) as connection:
        tables = {name for (name,) in connection.execute("select name from sqlite_master where type='table'")}
        if not tables:
            return ""
        if "alembic_version" not in tables:
            return "?"
        rows = connection.execute("select version_num from alembic_version").fetchall()
        return rows[0][0] if rows else "?"


def _create(engine: Engine) -> None:
    # Faster than running every migration, and alembic (0.2 s) stays unimported; a test holds the two to be equal.
    with engine.execution_options(writes=True).begin() as connection:
        metadata.create_all(connection)
        for trigger in TRIGGERS:
            connection.exec_driver_sql(trigger)
        connection.exec_driver_sql("create table if not exists alembic_version (version_num VARCHAR(32) not null primary key)")
        if not connection.exec_driver_sql("select 1 from alembic_version").first():
            connection.exec_driver_sql("insert into alembic_version values (?)", (SCHEMA,))


def _migrate(path: Path, found: str) -> None:
    keep = path.with_name(f"before-{SCHEMA}-from-{found}-{datetime.now(timezone.utc):%Y%m%dT%H%M%S}.db")
    backup(path, keep)
    from alembic import command

    try:
        command.upgrade(alembic_config(path), "head")
    except Exception as error:
        raise HomeBroken(f"数据目录 {path.parent} 升级到结构 {SCHEMA} 失败（{error}）。升级前的数据库已存为 {keep.name}，"
                         f"请用它换回 {DATABASE} 后再用旧版本打开。") from error


def alembic_config(path: Path):
    """What alembic needs to run the packaged migrations on a database file."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.set_main_option("sqlalchemy.url", f"sqlite:///{path}".replace("%", "%%"))
    return config


def backup(path: Path, target: Path) -> None:
    """A consistent copy of a database that may be in use (the backup API; a plain copy is often inconsistent)."""
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)


@contextmanager
def speaking(home: Path):
    """Turn what the database says into HomeBroken with what to do next."""
    try:
        yield
    except (exc.DBAPIError, sqlite3.Error, OSError) as error:
        if isinstance(error, exc.IntegrityError):
            raise
        raise HomeBroken(f"{_sentence(home, error)}") from error


def _sentence(home: Path, error: Exception) -> str:
    words = str(getattr(error, "orig", error)).lower()
    if "full" in words or "no space" in words or "disk i/o" in words or "file too large" in words:
        return f"磁盘已满或写不进去，数据目录 {home} 没有写入任何新内容。请释放空间后重试。"
    if "malformed" in words or "not a database" in words or "corrupt" in words:
        return f"数据目录 {home} 的数据库 {DATABASE} 已损坏。请从备份恢复，或用 --home 换一个目录重新导入。"
    if "locked" in words or "busy" in words:
        return f"数据目录 {home} 的数据库正被另一个进程占用。请稍后重试，或先停止那个进程。"
    if "readonly" in words or "unable to open" in words or "permission" in words:
        return f"数据目录 {home} 打不开或不可写（{words}）。请检查权限，或用 --home 换一个目录。"
    return f"数据目录 {home} 的数据库出错（{words}）。请运行 assistant doctor 检查。"


def _reason(error: OSError) -> str:
    return error.strerror or str(error)


def require_space(home: Path, size: int) -> None:
    """Refuse a write that would fill the disk before anything of it is stored. Raises HomeBroken."""
    free = shutil.disk_usage(home).free
    if free < size + _RESERVE:
        raise HomeBroken(f"磁盘空间不足：数据目录 {home} 只剩 {free >> 20} MB，需要约 {(size + _RESERVE) >> 20} MB。"
                         "没有写入任何内容，请释放空间后重试。")
