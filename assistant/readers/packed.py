"""What a zip container may hold, checked from its directory before anything is unpacked; used for .zip and .docx alike."""

from __future__ import annotations

import io
import zipfile

from assistant.readers.extract import MIB, Limits, Refused

_BROKEN = "压缩结构已损坏或不完整；请用原软件打开后另存，或重新下载再导入"


def opened(data: bytes, limits: Limits) -> zipfile.ZipFile:
    """Open a zip; raises Refused when it is broken or its directory promises more than the limits allow."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError, OSError) as error:
        raise Refused(_BROKEN) from error
    entries = archive.infolist()
    if len(entries) > limits.entries:
        raise Refused(f"压缩内容有 {len(entries)} 项，超过 {limits.entries} 项的上限；请分批导入")
    total = sum(entry.file_size for entry in entries)
    if total > limits.inflated:
        raise Refused(f"展开后有 {total // MIB} MB，超过 {limits.inflated // MIB} MB 的上限（可能是压缩炸弹）；请检查来源，或拆分后再导入")
    return archive


def unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: Limits, most: int) -> bytes:
    """One entry's bytes; raises Refused when it is encrypted, broken, above ``most`` bytes or suspiciously dense."""
    if entry.flag_bits & 1:
        raise Refused("压缩内容加了密码；请解密后再导入")
    if entry.file_size > most:
        raise Refused(f"展开后有 {entry.file_size // MIB} MB，超过 {most // MIB} MB 的上限（可能是压缩炸弹）；请检查来源，或拆分后再导入")
    if entry.file_size > MIB and entry.file_size > limits.ratio * max(1, entry.compress_size):
        raise Refused(f"压缩比超过 {limits.ratio} 倍（可能是压缩炸弹），未展开；请检查来源")
    try:
        # The declared size is also a bound: zipfile reads no further than it.
        with archive.open(entry) as stream:
            data = stream.read(most + 1)
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, RuntimeError, NotImplementedError) as error:
        raise Refused(_BROKEN) from error
    except Exception as error:  # zlib.error, lzma.LZMAError: each codec has its own
        raise Refused(_BROKEN) from error
    if len(data) > most:
        raise Refused(f"展开后超过 {most // MIB} MB 的上限；请拆分后再导入")
    return data
