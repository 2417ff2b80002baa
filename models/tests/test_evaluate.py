"""The evaluation's measures: equal to the app's on the same examples, right on made cases."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from muvi_models import contract as c
from muvi_models.evaluate import named
from muvi_models.judges import StyleJudge, describe, embeddings, frechet
from muvi_models.model_card import bar_of, write_card
from muvi_models.pack_run import Pack, griffin_lim
from muvi_models.picture_plan import StyleClip, picture_intensity, picture_row, preferred_bpm, steady_beats, user_hits
from muvi_models.plan import LOUD, QUIET
from muvi_models.spectrogram import magnitudes, stft
from muvi_models.sync import beats_in_bins, hits_and_chance, met, onsets, strong_onsets
from muvi_models.toy import tones
from muvi_models.video_data import Clip


def mid(samples: np.ndarray) -> np.ndarray:
    whole = samples[:, : samples.shape[1] // 2048 * 2048]
    return magnitudes(torch.from_numpy(whole)[None])[0, 0].numpy()


def test_beat_scores_are_those_of_the_app():
    """The examples of `scoring::metrics::beats`."""
    reference, ours = np.array([0.1, 0.6, 1.5, 2.5, 3.5]), np.array([0.2, 0.3, 1.9, 4.2])
    assert beats_in_bins(reference, ours, 5.0, 1.0) == (0.75, 0.5)
    assert beats_in_bins(reference, reference, 5.0, 0.2) == (1.0, 1.0)
    assert np.isnan(beats_in_bins(np.array([]), ours, 5.0, 1.0)[0])


def test_hits_lift_where_music_hits_and_not_where_it_is_dense():
    """The examples of `scoring::metrics::lift`."""
    hits = np.array([2.1, 5.0, 7.7, 11.3, 14.2, 18.8, 22.9, 26.1])
    found, chance = hits_and_chance(hits, hits, 30.0)
    assert found.all() and chance < 0.1
    found, chance = hits_and_chance(hits, hits + 0.4, 30.0)
    assert not found.any()
    found, chance = hits_and_chance(1.0 + np.arange(20) * 1.37, np.arange(300) * 0.1, 30.0)
    assert found.mean() > 0.95 and abs(found.mean() - chance) < 0.05


def test_onsets_are_found_where_tones_begin():
    sound = tones(8.0, 1)
    times, _ = onsets(mid(sound))
    wanted = np.arange(0.5, 7.5, 0.5)
    assert met(wanted, times, 0.03).mean() > 0.9
    assert len(strong_onsets(mid(sound))) < 25
    assert len(onsets(np.zeros((400, c.BINS), np.float32))[0]) == 0


def test_a_steady_pulse_meets_the_hits():
    for bpm in (84.0, 120.0, 141.0):
        hits = 0.3 + np.array([0, 4, 6, 12, 16, 20]) * 60 / bpm
        beats, downbeats, found = steady_beats(hits, np.ones(6), 15.0, 0.95 * bpm)
        assert met(hits, beats).all() and met(hits[[0, 1, 3, 4, 5]], downbeats).all(), bpm
        assert set(downbeats) <= set(beats) and np.allclose(np.diff(beats), 60 / found)
        assert 0 <= beats[0] < 60 / found and 15 - 60 / found <= beats[-1] < 15


def test_a_pulse_without_hits_is_the_preferred_one():
    nothing = np.zeros(0)
    assert abs(steady_beats(nothing, nothing, 15.0, 83.0)[2] - 83) <= 0.5
    calm, lively = (preferred_bpm(arousal) for arousal in (-0.8, 0.8))
    assert calm < preferred_bpm(0) < lively
    # A clip's pulse counts in the octave that is as lively as the clip, not as the picture.
    assert preferred_bpm(0.8, 72, -0.8) == 72 and preferred_bpm(-0.8, 72, 0.8) == 144
    assert preferred_bpm(0.8, 72) == 72 and preferred_bpm(0.8, 300) == 150


def clip() -> Clip:
    marks = np.zeros(200, np.float32)
    marks[[30, 75]] = 1
    labels = {"cuts": marks, "cuts_on_music": marks, "hits": np.roll(marks, 20)}
    return Clip("a", "p", "piano", np.zeros((200, 49, 334)), labels, (0.5, 0.5), np.zeros((400, 48)), 0)


def test_a_pictures_plan_keeps_to_the_contract():
    curves = np.full((200, 4), 0.3, np.float32)
    curves[50, 0] = 0.9
    asked = user_hits(clip(), curves[:, 0], 14.8, 3, 1)
    assert len(asked) == 3 and np.diff(asked).min() > 1.2
    row = picture_row(clip(), np.ones((200, 64), np.float32), curves, 16, None, asked)
    s, plan = c.STYLE_FRAMES, row["plan"]
    assert plan.shape == (s + c.WINDOW_FRAMES, len(c.PLAN_CHANNELS)) and row["context"].shape[1] == 16
    assert not plan[:s].any() and (row["mask"][:s] == 1).all() and not row["mask"][s:].any()
    hit = plan[s:, c.channel("hit")]
    # Two cuts, one found hit, three of the user.
    peaks = ((hit[1:-1] > 0.2) & (hit[1:-1] >= hit[:-2]) & (hit[1:-1] > hit[2:])).sum()
    assert peaks == 6
    styled = picture_row(clip(), np.ones((200, 64), np.float32), curves, 16, StyleClip(np.ones((s, 16), np.float32)))
    assert styled["context"][:s].all() and (styled["plan"][:s, c.channel("style")] == 1).all()


def test_a_pictures_intensity_is_stretched_and_follows_the_movement():
    step = np.repeat([0.4, 0.6], 100)
    still, moving = np.full(200, 0.01), np.repeat([0.002, 0.02], 100)
    moving[40] = 0.4  # a cut is no movement
    curve = picture_intensity(step, still)
    assert curve[50] == pytest.approx(QUIET) and curve[150] == pytest.approx(LOUD)
    curve = picture_intensity(np.full(200, 0.5), moving)
    assert np.abs(curve[:90] - QUIET).max() < 1e-6 and curve[150] == pytest.approx(LOUD)
    both = picture_intensity(step[::-1], moving)
    assert np.abs(both[[50, 150]] - (QUIET + LOUD) / 2).max() < 1e-6
    flat = 0.5 + 0.001 * (np.arange(50) % 2)
    assert np.abs(picture_intensity(flat, still[:50]) - 0.5).max() < 1e-3


def test_style_judge_tells_sounds_apart():
    rng = np.random.default_rng(0)
    make = {
        "tone": lambda i: tones(4.0, i),
        "hiss": lambda i: (0.1 * rng.standard_normal((2, 4 * 44100))).astype(np.float32),
    }
    rows = [(describe(mid(f(i))), name) for i in range(6) for name, f in make.items()]
    judge = StyleJudge(np.array([r for r, _ in rows]), [n for _, n in rows])
    assert [judge.judge(mid(f(50))) for f in make.values()] == ["tone", "hiss"]
    assert judge.judge(mid(make["hiss"](1)), among=["tone"]) == "tone"


def test_frechet_distance_grows_with_the_difference():
    rng = np.random.default_rng(0)
    music = embeddings(mid(tones(40.0, 1)))
    again, hiss = embeddings(mid(tones(40.0, 2))), embeddings(np.abs(rng.standard_normal((3400, c.BINS))) * 0.01)
    assert frechet(music, music) < 1e-2
    assert frechet(music, music) < frechet(again, music) < frechet(hiss.astype(float), music)


def test_griffin_lim_comes_near():
    goal = mid(tones(3.0, 1))
    found = stft(torch.from_numpy(griffin_lim(goal))).abs().numpy() / c.NORM
    assert np.linalg.norm(found - goal) / np.linalg.norm(goal) < 0.35


def test_a_packs_stages_run_in_chunks():
    pack = Pack(Path(__file__).parents[1] / "packs" / "toy")
    sound = tones(14.0, 1)
    latents = pack.encode(sound)
    assert latents.shape == (-(-sound.shape[1] // 2048), pack.manifest["latent"]["width"])
    assert pack.decode(latents).shape == (4 * len(latents), c.BINS)
    features = torch.rand(700, pack.manifest["grid"][0] * pack.manifest["grid"][1], pack.manifest["feature_width"])
    conditioning, attention, curves = pack.run_chunked(features)
    assert len(conditioning) == len(attention) == len(curves) == 700
    whole = pack.run("adaptor", features=features[None].numpy())
    assert np.allclose(whole[0][0], conditioning.numpy(), atol=1e-4)


@pytest.fixture
def result() -> dict:
    sync = dict.fromkeys(["hits", "hits_shifted", "bcs", "bhs_1s", "bcs_02s", "bhs_02s", "bhs_02s_shuffled"], 0.5)
    sync |= dict.fromkeys(["intensity" + kind for kind in ("", "_adaptor", "_shuffled", "_intended")], 0.5)
    sync |= dict.fromkeys(["csd", "hsd"], 0.5)
    codec = {"log_stft_db": 0.9, "convergence": 0.2, "chroma": 0.98, "mel_l1": 0.1}
    made = {k: dict(sync) for k in ("plain", "styled", "restyled", "asked", "truth", "noise")}
    made |= {"user_hits": {"landed": 0.9, "shifted": 0.1, "without": 0.1}, "style": {"accuracy": 0.9, "ceiling": 1.0}}
    made |= {"frechet": {"generated": 1.0, "codec": 0.5, "noise": 9.0, "training_pieces": 0.4}}
    adaptor = {"retrieval_mixed": 0.51, "retrieval_mixed_15s": 0.61, "share_object": 4.0, "share_distractor": 1.4}
    return {"codec": {"clean": codec, "worn": codec}, "adaptor": adaptor, "generated": made}


def test_the_card_says_which_bars_are_missed(result):
    wanted = """hit_lift_70ms bhs_1s bhs_02s bhs_02s_shuffled bcs csd hsd intensity_correlation
        intensity_correlation_shuffled sim retrieval_top1_of_32 retrieval_top1_of_32_6s style_accuracy style_sync_loss
        user_hits_landed user_hits_landed_shifted spectral_convergence chroma_correlation codec_log_stft_db
        frechet_distance""".split()
    measures = named(result)
    assert set(wanted) <= set(measures) and measures["sim"] is None
    assert bar_of("codec_log_stft_db", measures)[1] and bar_of("retrieval_top1_of_32", measures)[1]
    assert not bar_of("bcs", measures)[1] and not bar_of("bhs_02s", measures)[1]
    manifest = json.loads((Path(__file__).parents[1] / "packs/toy/pack.json").read_text())
    text = write_card(manifest, {"measures": measures, "details": result, "clips": 3, "command": "x", "minutes": 1})
    missed = text.split("Bars not reached:")[1]
    assert "`bcs` 0.50" in missed and "codec_log_stft_db" not in missed
