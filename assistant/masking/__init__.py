"""Personal data out of a text before it leaves the process, and back into what returns."""

from assistant.masking.found import LABELS, Found
from assistant.masking.masker import Masker, spans

__all__ = ["LABELS", "Found", "Masker", "spans"]
