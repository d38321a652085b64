"""Checks of one sentence that a language model wrote against the provisions it rests on: plain code, no model, nothing shown that fails."""

from assistant.verifying.checks import verify
from assistant.verifying.mentions import Mention, mentions
from assistant.verifying.nouns import Ground, Verdict
from assistant.verifying.splitting import neutral, quotes, sentences

__all__ = ["Ground", "Mention", "Verdict", "mentions", "neutral", "quotes", "sentences", "verify"]
