"""Text into documents and provisions: what is noise, where one document ends, which words a number addresses.

Pure functions over text. ``clean`` takes out what is not the document and keeps a way back to the source,
``pieces`` tells several documents in one file apart, ``divide`` builds the tree of provisions.
"""

from assistant.structure.cleaning import clean
from assistant.structure.dividing import divide
from assistant.structure.nodes import NO_HINTS, Clean, Division, Hints, Node, Offsets, Piece
from assistant.structure.splitting import pieces

__all__ = ["NO_HINTS", "Clean", "Division", "Hints", "Node", "Offsets", "Piece", "clean", "divide", "pieces"]
