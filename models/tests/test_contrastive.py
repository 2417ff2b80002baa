"""The contrastive losses, the weights of frames and the ablation's tables."""

from dataclasses import replace

import torch

from muvi_models import ablation
from muvi_models.contrastive import MusicEncoder, info_nce
from muvi_models.video_data import Batch


def batch(count: int, frames: int, hard: int) -> Batch:
    g = torch.Generator().manual_seed(0)
    music = torch.randn(count, frames, 48, generator=g)
    negatives = music[:, None].repeat(1, hard, 1, 1)
    negatives[:, :, : frames // 2] = torch.randn(count, hard, frames // 2, 48, generator=g)
    empty = torch.zeros(0)
    return Batch(empty, empty, empty, empty, empty, empty, music, negatives)


def test_a_picture_that_tells_its_music_has_the_lower_loss():
    torch.manual_seed(0)
    side = MusicEncoder(64).eval()
    b = batch(4, 20, 3)
    with torch.no_grad():
        told = side(b.music)
        # The conditioning whose projection is the music's own embedding.
        inverse = torch.linalg.pinv(side.from_video.weight)
        right = (told * 3 - side.from_video.bias) @ inverse.T
        own, other = info_nce(side, right, b), info_nce(side, right.roll(1, 0), b)
        assert own[0] < other[0] and own[1] < other[1]
        found = side.similarity(right[:1], torch.cat([b.music[:1], b.negatives[0]]))
        assert int(found.argmax()) == 0 and found[0] > 0.99
        late = info_nce(side, right.roll(6, 1), b)
        assert late[1] > own[1], "the frames' loss sees a shift"


def test_music_that_is_the_same_is_no_negative():
    """Where a replaced window keeps the music, its frames do not count against the true ones."""
    torch.manual_seed(0)
    side = MusicEncoder(64).eval()
    b = batch(2, 20, 2)
    same = replace(b, negatives=b.music[:, None].repeat(1, 2, 1, 1))
    none = replace(b, negatives=b.negatives[:, :0])
    with torch.no_grad():
        conditioning = torch.randn(2, 20, 64)
        assert torch.allclose(info_nce(side, conditioning, same)[1], info_nce(side, conditioning, none)[1], atol=1e-5)
        assert info_nce(side, conditioning, b)[1] > info_nce(side, conditioning, none)[1]


def test_weights_of_frames_have_mean_one():
    side = MusicEncoder(64)
    torch.nn.init.normal_(side.telling.weight)
    weight = side.weight(torch.randn(3, 30, 64))
    assert torch.allclose(weight.mean(1), torch.ones(3), atol=1e-5) and weight.min() > 0 and weight.std() > 0.1


def test_ablation_has_a_row_for_every_variant():
    names = list(ablation.variants())
    assert names[:5] == list(ablation.TRAINING) and len(names) == 9
    figures = dict.fromkeys([*ablation.COLUMNS], 0.5)
    text = ablation.table({"both": figures})
    assert text.splitlines()[-1].startswith("| both | 0.50 |") and text.count("\n") == 2
