"""Conversations understood by rules, offline: what a follow-up means, what carries over from the talk, what does not."""

from assistant.conversing.driving import Desk, Driver, Replied
from assistant.conversing.knowing import Knowledge, Known
from assistant.conversing.topic import Topic, dump, load
from assistant.conversing.understanding import Reading, Understood, after, understand

__all__ = ["Desk", "Driver", "Knowledge", "Known", "Reading", "Replied", "Topic", "Understood", "after", "dump", "load", "understand"]
