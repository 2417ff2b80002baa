"""The composer: seeded pieces in several styles, as notes in seconds with exact labels."""

from .labels import Labels
from .palettes import STYLES
from .piece import Piece, compose

__all__ = ["STYLES", "Labels", "Piece", "compose"]
