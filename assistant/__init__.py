"""An assistant over Chinese cadre policy documents: clause-cited answers, preliminary classifications, draft notices."""

import os

__version__ = "0.1.0"

# Libraries that would phone home or look for a model hub are told not to before any of them is imported.
for _name, _value in {"ANONYMIZED_TELEMETRY": "False", "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1",
                      "HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1", "LANGSMITH_TRACING": "false",
                      "OTEL_SDK_DISABLED": "true"}.items():
    os.environ.setdefault(_name, _value)
