"""Codec, plan, windows, velocity network and their training loops, on small real computations."""

import json
import logging
import sys

import numpy as np
import onnxruntime
import pytest
import soundfile
import torch

from muvi_models import contract as c
from muvi_models import picture_plan, pieces, train_codec, train_velocity
from muvi_models.codec import CodecConfig, CodecDecoder, CodecEncoder, fit_linear, load_codec
from muvi_models.export import Stage, export_stage
from muvi_models.guidance import generated
from muvi_models.plan import latent_times, loudness_curve, plan_of, pulses
from muvi_models.spectrogram import magnitudes, mel_bands, stft
from muvi_models.toy import tones
from muvi_models.velocity import Velocity, VelocityConfig, flow_loss, load_velocity, save_velocity
from muvi_models.windows import NO_CONTEXT, WindowSampler, given_masks, stretched

SMALL = VelocityConfig(latent=8, video=4, width=24, layers=2, heads=2, hidden=24, kernel=5)


def labels(seconds: float) -> dict:
    beats = np.arange(0, seconds - 1, 0.5).tolist()
    return {
        "bpm": [{"time_s": 0.0, "bpm": 120.0}],
        "valence": 0.5,
        "arousal": -0.25,
        "style": "piano",
        "beats": beats,
        "downbeats": beats[::4],
        "hits": [{"time_s": 3.21, "strength": 0.8}],
        "intensity": np.linspace(0, 1, int(20 * seconds)).tolist(),
        "chords": [{"start_s": 0.0, "end_s": seconds - 1, "pitch_classes": [0, 4, 7]}],
        "duration_s": seconds - 1,
        "end_s": seconds - 1,
    }


@pytest.fixture(scope="module")
def music(tmp_path_factory):
    folder = tmp_path_factory.mktemp("music")
    for split, count in (("train", 2), ("heldout", 1)):
        (folder / split).mkdir()
        for i in range(count):
            path = folder / split / f"piano_{i}.flac"
            soundfile.write(path, tones(24.0, i).T, c.SAMPLE_RATE)
            path.with_suffix(".json").write_text(json.dumps(labels(24.0)))
    return folder


def random_batch(config: VelocityConfig, size: int = 2, length: int = 16) -> dict:
    g = torch.Generator().manual_seed(1)
    mask = torch.zeros(size, length, 1)
    mask[:, :4] = 1
    data = torch.randn(size, length, config.latent, generator=g)
    return {
        "latents": data,
        "context": data * mask,
        "mask": mask,
        "style_mask": mask,
        "video": torch.randn(size, length, config.video, generator=g),
        "plan": torch.rand(size, length, config.plan, generator=g),
        "globals": torch.randn(size, config.globals, generator=g),
    }


def lively(config: VelocityConfig) -> Velocity:
    torch.manual_seed(0)
    model = Velocity(config)
    for parameter in (model.leave.weight, model.modulation.weight, model.final_modulation.weight):
        torch.nn.init.normal_(parameter, std=0.1)
    return model.eval()


def test_stft_of_a_sine_peaks_at_its_bin_with_half_amplitude():
    n = 44100 // 2048 * 2048
    samples = torch.sin(2 * np.pi * 100 * c.SAMPLE_RATE / c.N_FFT * torch.arange(n) / c.SAMPLE_RATE)
    magnitude = stft(samples).abs() / c.NORM
    assert magnitude.shape == (n // c.HOP, c.BINS)
    assert magnitude[20].argmax() == 100
    assert abs(magnitude[20, 100] - 1.0) < 0.01


def test_mel_bands_cover_every_frequency_once():
    total = mel_bands(64).sum(1)
    assert (total[5:900] > 0.5).all()


def test_linear_codec_keeps_the_spectrum_and_standardises():
    config = CodecConfig(spectral=24, stereo=4, wide=16, narrow=16)
    encoder, decoder = CodecEncoder(config), CodecDecoder(config)
    samples = torch.from_numpy(tones(12.0, 3)[:, : 250 * 2048])[None]
    magnitude = magnitudes(samples)
    fit_linear(encoder, decoder, [magnitude])
    latents = encoder(magnitude)
    assert latents.shape == (1, 250, 28)
    deviation = latents[0].std(0)
    assert ((deviation > 0.7) & (deviation < 1.3)).all()
    log_mid, image = decoder.linear(latents)
    true = torch.log(magnitude[:, 0] + c.LOG_FLOOR)
    assert (log_mid - true).abs().mean() < 0.75 * (true - true.mean((0, 1))).abs().mean()
    assert image.shape[-1] == 64
    outputs = decoder(latents)
    assert all(o.shape == (1, 1000, c.BINS) for o in outputs)


def test_decoder_halo_is_its_receptive_field():
    config = CodecConfig(spectral=4, stereo=2, wide=8, wide_blocks=2, narrow=8, narrow_blocks=2)
    torch.manual_seed(0)
    decoder = CodecDecoder(config)
    halo = 3 * config.wide_blocks + -(-3 * config.narrow_blocks // c.STACK)
    latents = torch.randn(1, 60, config.width, requires_grad=True)
    log_mid, _ = decoder.banded(latents)
    log_mid[0, 30 * 4 : 31 * 4].sum().backward()
    touched = torch.nonzero(latents.grad[0].abs().sum(1)).flatten()
    assert 30 - halo <= touched.min() and touched.max() <= 30 + halo


def test_pulses_peak_at_their_moments():
    times = latent_times(200)
    curve = pulses(times, [times[50], times[120] + 0.01], [1.0, 0.5])
    assert curve[50] == pytest.approx(1.0)
    assert 0.4 < curve[120] <= 0.5
    assert curve[80] == 0


def test_plan_follows_the_labels():
    count = 400
    plan = plan_of(labels(12.0), count)
    times = latent_times(count)
    assert plan[times < 6.9][:, c.channel("end")].max() == 0
    assert (plan[times > 11.05][:, c.channel("end")] == 1).all()
    assert plan[100, c.channel("chroma_4")] == 1 and plan[100, c.channel("chroma_5")] == 0
    assert abs(times[plan[:, c.channel("hit")].argmax()] - 3.21) < 0.05


def test_loudness_curve_is_monotone_in_level():
    audio = np.ones((2, 2048 * 100), np.float32)
    values = [loudness_curve(audio * g, 100)[50] for g in (0.001, 0.02, 0.1, 0.5)]
    assert values == sorted(values) and values[0] == 0 and values[-1] == 1


def test_masks_leave_something_to_generate():
    generator = torch.Generator().manual_seed(0)
    masks = given_masks(lambda *shape: torch.rand(shape, generator=generator), 500, 320)
    shares = 1 - masks.mean(1)
    assert shares.min() > 0.199 and shares.max() == 1
    assert abs((shares == 1).float().mean() - NO_CONTEXT) < 0.07
    assert ((masks[:, 0] == 1) & (masks[:, -1] == 1)).any()


def test_an_intensity_is_stretched_as_a_picture_s_is_and_a_flat_one_is_left():
    moving = np.linspace(0.3, 0.5, 160) ** 2
    flat = np.full(160, 0.4) + 0.01 * np.sin(np.arange(160))
    found = stretched(torch.from_numpy(np.stack([moving, flat])).float()).numpy()
    np.testing.assert_allclose(found[0], picture_plan.stretched(moving, picture_plan.FLAT), atol=0.01)
    np.testing.assert_allclose(found[1], flat, atol=1e-6)


def test_windows_keep_to_the_contract(music, tmp_path):
    config = CodecConfig(spectral=8, stereo=2, wide=8, narrow=8)
    encoder, decoder = CodecEncoder(config), CodecDecoder(config)
    fit_linear(encoder, decoder, [magnitudes(torch.from_numpy(tones(6.0, 0)[:, : 120 * 2048])[None])])
    arrays = pieces.encode_piece(encoder, music / "train" / "piano_0.flac")
    (tmp_path / "train").mkdir()
    np.savez(tmp_path / "train" / "piano_0.npz", **arrays)
    sampler = WindowSampler(pieces.load_pieces(tmp_path / "train"), seed=1)
    batch = sampler.batch(64)
    s = c.STYLE_FRAMES
    assert batch["mask"][:, :s].min() == 1
    assert (batch["context"][:, s:] * (1 - batch["mask"][:, s:])).abs().max() == 0
    styled = batch["plan"][:, 0, c.channel("style")] == 1
    assert batch["context"][~styled, :s].abs().max() == 0 and styled.any() and (~styled).any()
    unknown = batch["plan"][..., c.channel("hits_known")] == 0
    assert batch["plan"][..., c.channel("hit")][unknown].abs().max() == 0


def test_chunked_encoding_equals_whole(music):
    config = CodecConfig(spectral=8, stereo=2, wide=8, narrow=8)
    encoder = CodecEncoder(config)
    fit_linear(encoder, CodecDecoder(config), [magnitudes(torch.from_numpy(tones(6.0, 0)[:, : 120 * 2048])[None])])
    audio = tones(8.0, 2)[:, : 170 * 2048]
    whole = encoder(magnitudes(torch.from_numpy(audio)[None]))[0].numpy()
    assert np.abs(pieces.encode(encoder, audio, chunk=37) - whole).max() < 1e-3


def test_given_region_ignores_noise_and_unknown_region_sees_context():
    model, batch = lively(SMALL), random_batch(SMALL)
    args = [batch[k] for k in ("context", "mask", "video", "plan", "globals")]
    time = torch.full((2,), 0.5)
    x = torch.randn(2, 16, 8)
    other = x.clone()
    other[:, :4] += 5
    with torch.no_grad():
        plain = model(x, *args, time)
        assert torch.allclose(plain, model(other, *args, time))
        assert not torch.allclose(plain, model(x, args[0] * 2, *args[1:], time), atol=1e-3)


def test_guidance_one_is_the_plain_branch_and_more_leads_away_from_it():
    config = VelocityConfig(latent=8, width=24, layers=2, heads=2, hidden=24, kernel=5)
    model, length, rng = lively(config), c.STYLE_FRAMES + 20, np.random.default_rng(0)
    style = (np.arange(length) < c.STYLE_FRAMES).astype(np.float32)[:, None]
    shapes = {"context": (length, 8), "video": (length, 64), "plan": (length, len(c.PLAN_CHANNELS))}
    row = {k: rng.standard_normal(s).astype(np.float32) for k, s in (shapes | {"globals": (len(c.GLOBALS),)}).items()}
    row |= {"mask": style, "style_mask": style, "context": row["context"] * style}
    noise = rng.standard_normal((length, 8)).astype(np.float32)

    @torch.no_grad()
    def velocity(**inputs):
        asked.append(len(inputs["x"]))
        return model(**{k: torch.from_numpy(v) for k, v in inputs.items()}).numpy()

    asked = []
    plain = noise[None]
    for i in range(4):
        now = {k: row[k][None] for k in ("context", "mask", "video", "plan", "globals")}
        plain = plain + velocity(x=plain, time=np.full(1, i / 4, np.float32), **now) / 4
    asked.clear()
    assert np.allclose(generated(velocity, row, noise, 4, 1.0), plain[0, c.STYLE_FRAMES :], atol=1e-4)
    assert asked == [2] * 4
    asked.clear()
    more = generated(velocity, row, noise, 4, 2.5)
    # A clip has a branch of its own in the first half.
    assert asked == [3, 3, 2, 2] and np.abs(more - plain[0, c.STYLE_FRAMES :]).max() > 0.01
    asked.clear()
    row["plan"][: c.STYLE_FRAMES] = 0
    generated(velocity, row, noise, 4, 2.5)
    assert asked == [2] * 4


def test_network_learns_one_batch():
    torch.manual_seed(0)
    model, batch = Velocity(SMALL), random_batch(SMALL)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    losses = []
    for _ in range(60):
        loss = flow_loss(model, batch, torch.full((2,), 0.5), torch.ones_like(batch["latents"]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]


def test_checkpoint_restores_the_network(tmp_path):
    model = lively(SMALL)
    save_velocity(tmp_path / "v.pt", model, step=3)
    loaded, state = load_velocity(tmp_path / "v.pt")
    assert state["step"] == 3
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), loaded.parameters(), strict=True))


def run(module, *arguments: str) -> None:
    sys.argv = ["x", *arguments]
    module.main()


def test_training_from_music_to_checkpoints_and_resume(music, tmp_path):
    run(train_codec, "fit", "--music", str(music), "--run", str(tmp_path / "codec"), "--spectral", "12")
    budget = ["--minutes", "0.02"]
    run(train_codec, "train", "--music", str(music), "--run", str(tmp_path / "codec"), *budget)
    codec = str(tmp_path / "codec" / "linear.pt")
    run(pieces, "--music", str(music), "--codec", codec, "--out", str(tmp_path / "latents"))
    velocity = ["--latents", str(tmp_path / "latents"), "--run", str(tmp_path / "velocity"), "--batch", "2"]
    velocity += ["--config", "toy"]
    run(train_velocity, *velocity, *budget)
    first = load_velocity(tmp_path / "velocity" / "mean.pt")[1]["step"]
    run(train_velocity, *velocity, "--minutes", "0.05")
    assert load_velocity(tmp_path / "velocity" / "mean.pt")[1]["step"] > first > 0
    points = [json.loads(line) for line in (tmp_path / "codec" / "curve.jsonl").read_text().splitlines()]
    assert points[-1]["convergence"] < 1.0


def test_a_decoder_trains_on_without_moving_the_latents(music, tmp_path):
    common, codec = ["--music", str(music), "--run"], tmp_path / "codec"
    run(train_codec, "fit", *common, str(codec), "--config", "toy")
    run(train_codec, "train", *common, str(codec), "--minutes", "0.02")
    given = ["--minutes", "0.02", "--start", str(codec / "decoder.pt"), "--decoder-only"]
    run(train_codec, "train", *common, str(tmp_path / "more"), *given)
    (before, old, _), (after, new, _) = (load_codec(folder / "decoder.pt") for folder in (codec, tmp_path / "more"))
    assert all(torch.equal(v, after.state_dict()[k]) for k, v in before.state_dict().items())
    assert not all(torch.equal(v, new.state_dict()[k]) for k, v in old.state_dict().items())


def test_export_refuses_a_network_whose_numbers_differ(tmp_path):
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)

    class Unstable(torch.nn.Module):
        def forward(self, x):
            return x * (1.0 + torch.rand(()))

    stage = Stage(Unstable(), {"x": torch.ones(2, 3)}, ["y"], {})
    with pytest.raises(SystemExit, match="differs"):
        export_stage("unstable", stage, tmp_path)


def test_silence_goes_through_an_exported_codec(tmp_path):
    """Digital silence has no stereo image; it must not become nan on its way through the exporter."""
    config = CodecConfig(spectral=4, stereo=2, wide=8, wide_blocks=1, narrow=8, narrow_blocks=1)
    encoder, decoder = CodecEncoder(config), CodecDecoder(config)
    fit_linear(encoder, decoder, [magnitudes(torch.from_numpy(tones(3.0, 1)[:, : 2048 * 60])[None])])
    example = torch.rand(1, 3, 8, c.BINS) * 0.1
    stage = Stage(encoder, {"magnitude": example}, ["latents"], {"magnitude": {2: "F"}, "latents": {1: "L"}})
    export_stage("codec_encoder", stage, tmp_path)
    session = onnxruntime.InferenceSession(tmp_path / "codec_encoder.onnx")
    for level in (0.0, 1e-12, 1e-9):
        quiet = np.full((1, 3, 8, c.BINS), level, np.float32)
        assert np.isfinite(session.run(None, {"magnitude": quiet})[0]).all(), level


def test_conditioning_lands_on_the_latents_it_was_seen_at():
    from muvi_models.video_conditioning import on_latent_clock

    ramp = np.arange(50, dtype=np.float32)[:, None] / 10 + 2.0
    first, values = on_latent_clock(ramp, 20)
    times = latent_times(len(values), first)
    assert times[0] >= 2.0 and times[-1] <= 6.9
    assert np.abs(values[:, 0] - times).max() < 1e-5
