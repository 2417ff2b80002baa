"""The visual side: encoder, adaptor, director, features and the training loop, in toy sizes."""

import json
from dataclasses import replace

import numpy as np
import onnxruntime
import pytest
import torch

from muvi_models import train_adaptor, video_conditioning
from muvi_models.adaptor import ADAPTOR_HALO, Adaptor, AdaptorConfig, load_adaptor, save_adaptor
from muvi_models.appearance import Projection
from muvi_models.contract import CURVES
from muvi_models.director import FRAME_RATE, Piece, direct
from muvi_models.encoder import Encoder, EncoderConfig, encode_frames
from muvi_models.make_video_features import make_one
from muvi_models.motion import MOTION_CHANNELS, MotionChannels
from muvi_models.music_features import FEATURE_WIDTH, music_features
from muvi_models.pooling import POOLINGS, effective_patches
from muvi_models.video_data import load_clips, mirror

TOY = EncoderConfig.toy()


def labels(seed: int = 0, seconds: float = 24.0) -> dict:
    """A piece at 120 bpm with three hits, in the composer's form."""
    beats = np.arange(0.5, seconds, 0.5).tolist()
    return {
        "seed": seed,
        "style": "rock",
        "beats": beats,
        "downbeats": beats[::4],
        "hits": [{"time_s": t, "strength": 0.9, "off_grid": False} for t in (4.5, 8.5, 13.0)],
        "sections": [{"start_s": 0.5, "end_s": 10.5}, {"start_s": 10.5, "end_s": seconds}],
        "intensity": np.linspace(0.1, 1.0, int(seconds * 20)).tolist(),
        "valence": 0.4,
        "arousal": 0.5,
        "duration_s": seconds,
        "end_s": seconds,
    }


def moving_square(step: int, frames: int = 6) -> torch.Tensor:
    """A bright square in the left half that goes right by `step` pixels a frame: uint8 [frames, 32, 32, 3]."""
    video = torch.zeros(frames, 32, 32, 3, dtype=torch.uint8)
    for i in range(frames):
        video[i, 4:12, 1 + i * step : 7 + i * step] = 200
    return video


def test_encoder_gives_appearance_then_motion():
    encoder = Encoder(TOY)
    (frames,) = encoder.example_inputs(4)
    features = encoder(frames)
    assert features.shape == (4, TOY.patches, TOY.feature_width)
    assert torch.equal(features[..., TOY.appearance_width :], encoder.motion(frames.permute(0, 3, 1, 2).float()))
    whole = encode_frames(encoder, frames, batch=2)
    assert torch.allclose(whole[1:], features[:], atol=1e-6)
    assert not any(p.requires_grad for p in encoder.parameters())


def test_the_full_encoder_has_the_width_of_the_pack():
    encoder = Encoder(replace(EncoderConfig(), pretrained=False))
    assert encoder.config.feature_width == 334
    assert encoder(encoder.example_inputs(1)[0]).shape == (1, 49, 334)


def test_motion_channels_react_to_motion_only():
    motion = MotionChannels(32, (2, 2), 4)
    name = MOTION_CHANNELS.index
    still = motion(moving_square(0).permute(0, 3, 1, 2).float())
    moving = motion(moving_square(1).permute(0, 3, 1, 2).float())
    changing = [name(n) for n in MOTION_CHANNELS if n.startswith(("change", "flow"))]
    assert still[..., changing].abs().max() < 1e-6
    assert still[0, 0, name("contrast")] > 0.1
    assert moving[0, 0, name("change")] > 0.1 and moving[0, 3, name("change")] < 1e-6
    assert moving[:, 0, name("flow_x")].mean() > 0.05
    assert (moving[0, :, name("change_frame")] == moving[0, 0, name("change_frame")]).all()
    back = motion(moving_square(1).flip(0).permute(0, 3, 1, 2).float())
    assert back[:, 0, name("flow_x")].mean() < -0.05


@pytest.mark.parametrize("pooling", POOLINGS)
def test_adaptor_outputs_and_attention_sum(pooling):
    adaptor = Adaptor(replace(AdaptorConfig.toy(), pooling=pooling)).eval()
    conditioning, attention, curves = adaptor(adaptor.example_inputs(7)[0])
    assert conditioning.shape == (1, 7, 8) and attention.shape == (1, 7, 4) and curves.shape == (1, 7, 4)
    assert torch.allclose(attention.sum(-1), torch.ones(1, 7), atol=1e-5)
    assert curves.min() >= 0 and curves.max() <= 1


def test_curves_and_halo_are_those_of_the_pack():
    assert list(CURVES) == ["hit", "intensity", "valence", "arousal"]
    assert Adaptor().halo <= ADAPTOR_HALO
    with pytest.raises(ValueError, match="receptive field"):
        Adaptor(replace(AdaptorConfig.toy(), dilations=(64,)))


def test_chunks_with_the_halo_equal_the_whole():
    adaptor = Adaptor(replace(AdaptorConfig(), appearance_width=6, grid=(2, 2), width=24)).eval()
    features = torch.randn(300, 4, 20)
    with torch.no_grad():
        whole = adaptor(features[None])
    for part, full in zip(adaptor.run_chunked(features, chunk=90), whole, strict=True):
        assert torch.allclose(part, full[0], atol=1e-5)
    assert adaptor.conditioning_for(features.half()).shape == (300, 64)


def test_effective_patches():
    assert effective_patches(torch.full((5,), 0.2)).item() == pytest.approx(5.0, rel=1e-4)
    assert effective_patches(torch.tensor([1.0, 0.0, 0.0])).item() == pytest.approx(1.0, abs=1e-3)


def test_checkpoint_round_trip(tmp_path):
    adaptor = Adaptor(AdaptorConfig.toy()).eval()
    save_adaptor(tmp_path / "a.pt", adaptor, note="x")
    again = load_adaptor(tmp_path / "a.pt")
    inputs = adaptor.example_inputs()[0]
    assert again.config == adaptor.config
    assert all(torch.equal(a, b) for a, b in zip(adaptor(inputs), again(inputs), strict=True))


def test_onnx_equals_pytorch(tmp_path):
    encoder, adaptor = Encoder(TOY), Adaptor(AdaptorConfig.toy()).eval()
    stages = (
        (
            encoder,
            encoder.example_inputs(),
            encoder.example_inputs(6, 1),
            ["frames"],
            {0: torch.export.Dim("N", min=2)},
        ),
        (adaptor, adaptor.example_inputs(), adaptor.example_inputs(11, 1), ["features"], {1: torch.export.Dim("T")}),
    )
    for module, example, inputs, names, dynamic in stages:
        path = tmp_path / "stage.onnx"
        torch.onnx.export(
            module,
            example,
            path,
            opset_version=18,
            dynamo=True,
            verbose=False,
            input_names=names,
            dynamic_shapes={names[0]: dynamic},
        )
        got = onnxruntime.InferenceSession(path).run(None, {names[0]: inputs[0].numpy()})
        wanted = module(*inputs)
        for a, b in zip(got, [wanted] if isinstance(wanted, torch.Tensor) else wanted, strict=True):
            np.testing.assert_allclose(a, b.detach().numpy(), atol=1e-5)


def test_director_is_deterministic_and_labels_fit():
    piece = Piece.from_labels(labels())
    one, two = (direct(piece, 2.0, 12.0, 5, side=64) for _ in range(2))
    frames = one.render()
    assert frames.shape == (120, 64, 64, 3) and frames.dtype == np.uint8
    assert np.array_equal(frames, two.render())
    assert not np.array_equal(frames, direct(piece, 2.0, 12.0, 6, side=64).render())
    assert all(len(v) == 120 for v in one.labels.values())
    assert one.labels["object"].shape == (120, 49) and one.labels["object"].max() <= 1.0
    wanted = np.interp(2.0 + 5.0, np.arange(480) / 20, labels()["intensity"])
    assert one.labels["intensity"][50] == pytest.approx(wanted, abs=1e-5)


def test_cuts_fall_where_they_are_labelled():
    piece = Piece.from_labels(labels())
    at_cut, elsewhere, marked = [], [], 0
    for seed in range(8):
        video = direct(piece, 1.0, 14.0, seed, side=64)
        frames = video.render().astype(np.float32)
        change = np.abs(np.diff(frames, axis=0, prepend=frames[:1])).mean((1, 2, 3))
        cuts = video.labels["cuts"] > 0
        marked += int(cuts.sum())
        at_cut += change[cuts].tolist()
        elsewhere += change[~cuts].tolist()
        starts = {int(np.ceil(s.start * FRAME_RATE - 1e-6)) for s in video.plan.shots[1:]}
        assert set(np.flatnonzero(cuts)) <= starts
        seen, every = video.labels["hits"] > 0, video.labels["hits_all"] > 0
        assert not (seen & ~every).any()
    assert marked > 8
    assert np.median(at_cut) > 4 * np.median(elsewhere)


def test_cuts_on_music_are_on_beats():
    piece = Piece.from_labels(labels())
    for seed in range(8):
        for shot in direct(piece, 0.0, 20.0, seed, side=64).plan.shots[1:]:
            if shot.on_music:
                near = min(np.abs(piece.beats - shot.start).min(), np.abs(piece.hit_times - shot.start).min())
                assert near < 1e-6


def test_music_features_show_an_onset_in_its_frame():
    rate = 44100
    sound = np.zeros(rate * 2, np.float32)
    sound[int(1.05 * rate) : int(1.2 * rate)] = np.random.default_rng(0).normal(
        0, 0.3, int(1.2 * rate) - int(1.05 * rate)
    )
    features = music_features(sound, rate)
    assert features.shape == (21, FEATURE_WIDTH)
    assert features[:, -8:].mean(1).argmax() == 11  # the frame that ends at 1.1 s


def test_mirror_swaps_sides_and_flow():
    x = np.random.default_rng(0).normal(size=(3, 4, 20)).astype(np.float32)
    y = mirror(x, 2)
    flow = MOTION_CHANNELS.index("flow_x") - len(MOTION_CHANNELS)
    assert np.array_equal(y[:, 0, 0], x[:, 1, 0]) and np.array_equal(y[:, 0, flow], -x[:, 1, flow])
    assert np.array_equal(mirror(y, 2), x)


@pytest.fixture
def clips(tmp_path):
    """Two pieces in train, one held out, encoded by the toy encoder."""
    import soundfile

    encoder = Encoder(TOY)

    def encode(video):
        small = torch.from_numpy(video[:, ::7, ::7]).contiguous()
        return encode_frames(encoder, small).numpy().astype(np.float16)

    for split, seeds in (("train", (0, 1, 2)), ("heldout", (3,))):
        (tmp_path / "video" / split).mkdir(parents=True)
        for seed in seeds:
            path = tmp_path / f"piece{seed}.json"
            path.write_text(json.dumps(labels(seed)))
            noise = np.random.default_rng(seed).normal(0, 0.1, 44100 * 24)
            soundfile.write(path.with_suffix(".wav"), noise, 44100)
            make_one(path, tmp_path / "video" / split / f"piece{seed}.r0.npz", 0, 1, None, encode)
    return tmp_path / "video"


def test_training_runs_and_resumes(clips, tmp_path, monkeypatch):
    toy_clip = load_clips(clips / "train")[0]
    assert toy_clip.features.shape[1:] == (4, 20) and toy_clip.labels["object"].shape[1] == 49
    for clip_set in ("train", "heldout"):
        for path in (clips / clip_set).glob("*.npz"):
            saved = dict(np.load(path))
            # The director labels 7 x 7 patches: the toy grid keeps four of them.
            saved |= {k: saved[k][:, [0, 1, 7, 8]] for k in ("object", "distractor")}
            np.savez(path, **saved)
    common = [
        "--data",
        str(clips),
        "--toy",
        "--batch",
        "2",
        "--frames",
        "24",
        "--validation-pieces",
        "1",
        "--log-every",
        "1",
    ]
    straight = tmp_path / "straight"
    train_adaptor.main([*common, "--out", str(straight), "--steps", "3"])
    assert (straight / "best.pt").exists() and load_adaptor(straight / "best.pt").config == AdaptorConfig.toy()
    figures = json.loads((straight / "heldout.json").read_text())
    assert {"hit_f1_visible", "retrieval_mixed", "share_object"} <= figures.keys()
    lines = [json.loads(line) for line in (straight / "curve.jsonl").read_text().splitlines()]
    assert [v["step"] for v in lines if v["kind"] == "train"] == [1, 2, 3]

    # Stopped after two steps and continued, a run draws what it would have drawn.
    monkeypatch.setattr(train_adaptor.Trainer, "progress", lambda self: float(self.step >= self.args.steps))
    for name, stops in (("whole", (3,)), ("parts", (2, 3))):
        for stop in stops:
            train_adaptor.main([*common, "--out", str(tmp_path / name), "--steps", str(stop)])
    whole, parts = (torch.load(tmp_path / n / "last.pt", weights_only=True) for n in ("whole", "parts"))
    assert parts["clock"]["step"] == 3
    for key, value in whole["model"].items():
        assert torch.allclose(value, parts["model"][key], atol=1e-6), key


def test_conditioning_of_clips_is_read_back(clips, tmp_path):
    adaptor = Adaptor(AdaptorConfig.toy()).eval()
    save_adaptor(tmp_path / "a.pt", adaptor)
    video_conditioning.main(["--adaptor", str(tmp_path / "a.pt"), "--clips", str(clips / "train")])
    pieces = video_conditioning.read_conditioning(clips / "train")
    clip = load_clips(clips / "train")[0]
    ((start, conditioning),) = pieces[clip.piece]
    assert start == clip.start
    wanted = adaptor.conditioning_for(torch.from_numpy(clip.features))
    np.testing.assert_allclose(conditioning, wanted.numpy(), atol=2e-3)


def test_widened_adaptor_equals_the_one_on_components(clips):
    loaded = load_clips(clips / "train")
    projection = Projection.fit(loaded, 4)
    adaptor = Adaptor(replace(AdaptorConfig.toy(), appearance_width=4)).eval()
    small = adaptor.conditioning_for(torch.from_numpy(projection.apply(loaded[0]).features))
    wide = projection.widen(adaptor)
    assert wide.config.appearance_width == 6
    assert torch.allclose(wide.conditioning_for(torch.from_numpy(loaded[0].features)), small, atol=0.02)
