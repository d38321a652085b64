"""OpenTelemetry spans, only where a setting names a collector: kinds, counts, model and durations, never a word of a question or a case."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from assistant.errors import BadSetting, MissingExtra

SHOWN = frozenset({"kind", "model", "refusal", "fault", "citations", "kept", "dropped", "prompts", "trace"})
"""What a span may say; whatever else is given is left out."""

Note = Callable[..., None]


class Tracer:
    """Spans to a collector (OTLP over gRPC), or to nowhere when ``endpoint`` is "".

    Raises MissingExtra when the libraries are not installed, BadSetting for an address that is none. ``exporter`` stands in for the
    collector in tests.

    >>> with Tracer("").span("chat") as note:
    ...     note(kind="question")
    """

    def __init__(self, endpoint: str, exporter: Any = None):
        self._tracer = None
        if not endpoint and exporter is None:
            return
        if endpoint and not endpoint.startswith(("http://", "https://")):
            raise BadSetting(f"设置 ASSISTANT_TELEMETRY 的值不能用：{endpoint[:80]}。请写成 http://主机:端口，或者取消它。")
        try:
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor

            if exporter is None:
                from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

                processor: Any = BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint, insecure=endpoint.startswith("http://"), timeout=5))
            else:
                processor = SimpleSpanProcessor(exporter)
        except ImportError:
            raise MissingExtra("没有安装 OpenTelemetry。请运行 pip install 'cadre-policy-assistant[telemetry]'，或者取消 ASSISTANT_TELEMETRY。") from None
        # The package turns the SDK off for the libraries that would trace by themselves; this provider is the one that was asked for.
        off = os.environ.pop("OTEL_SDK_DISABLED", None)
        try:
            provider = TracerProvider(resource=Resource({"service.name": "cadre-policy-assistant"}))
        finally:
            if off is not None:
                os.environ["OTEL_SDK_DISABLED"] = off
        provider.add_span_processor(processor)
        self._tracer = provider.get_tracer("assistant")

    @contextmanager
    def span(self, name: str) -> Iterator[Note]:
        """A span; the function given notes values of the names in :data:`SHOWN`. An exception is noted by its class alone."""
        if self._tracer is None:
            yield lambda **given: None
            return
        with self._tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False) as span:
            try:
                yield lambda **given: [span.set_attribute(k, v) for k, v in given.items() if k in SHOWN and v is not None] and None
            except Exception as error:
                span.set_attribute("error", type(error).__name__)
                raise
