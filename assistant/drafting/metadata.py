"""What a draft's file says of itself: title, the draft mark, and the AIGC field of GB 45438—2025."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime, timezone
from hashlib import sha256
from xml.sax.saxutils import escape

from docx.opc.packuri import PackURI
from docx.opc.part import Part

from assistant.drafting.inert import inert
from assistant.drafting.nouns import Notice

PRODUCER = "cadre-policy-assistant"
AIGC = "AIGC"
"""Name of the custom property; GB 45438—2025 fixes it for the implicit mark of generated content."""

_LONGEST = 255
"""Characters that a core property may have (ECMA-376 part 2, 11.1)."""
_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
_FMTID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"


def produce_id(notice: Notice) -> str:
    """The number of a draft: the same for the same content, so that the trail of its release can be followed."""
    return sha256(json.dumps(asdict(notice), ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")).hexdigest()[:32]


def aigc(notice: Notice) -> str:
    """The AIGC value: ``Label`` 1 is "generated", the reserved codes stay empty."""
    return json.dumps({"Label": "1", "ContentProducer": PRODUCER, "ProduceID": produce_id(notice), "ReservedCode1": "",
                       "ContentPropagator": "", "PropagateID": "", "ReservedCode2": ""})


def write(document, notice: Notice) -> None:
    """Fill core and custom properties of a python-docx document; the author stays empty, no person wrote the draft."""
    core = document.core_properties
    core.author = core.last_modified_by = core.subject = core.category = ""
    core.title, core.comments, core.keywords, core.content_status = inert(notice.title)[:_LONGEST], notice.label, notice.label, notice.label
    core.created = core.modified = datetime.now(timezone.utc).replace(microsecond=0, tzinfo=None)
    core.revision, core.language = 1, "zh-CN"
    values = {AIGC: aigc(notice), "标识": notice.label}
    rows = "".join(f'<property fmtid="{_FMTID}" pid="{i}" name="{escape(name)}"><vt:lpwstr>{escape(value)}</vt:lpwstr></property>'
                   for i, (name, value) in enumerate(values.items(), 2))
    blob = ('<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
            '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
            f'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">{rows}</Properties>').encode()
    package = document.part.package
    package.relate_to(Part(PackURI("/docProps/custom.xml"), _TYPE, blob, package), _RELATION)
