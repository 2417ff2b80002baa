"""From the labels of a piece of music, the video that would go with it: pairs to train the adaptor on."""

from muvi_models.director.photos import PhotoBank
from muvi_models.director.piece import Piece
from muvi_models.director.render import FRAME_RATE, DirectedVideo, direct

__all__ = ["FRAME_RATE", "DirectedVideo", "PhotoBank", "Piece", "direct"]
