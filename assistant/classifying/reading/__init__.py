"""Reading a case: words, sentences, negation, doubt, speakers, claims."""

from assistant.classifying.reading.reader import Reading

__all__ = ["Reading"]
