"""The composer's promises: the same seed gives the same piece, and the labels say what sounds."""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import pairwise
from random import Random

import numpy as np
import pytest

from muvi_models import make_music, render
from muvi_models.composer import STYLES, Piece, compose
from muvi_models.composer.bars import RETURNS, material
from muvi_models.composer.form import STEPS, plan
from muvi_models.composer.palettes import palettes
from muvi_models.composer.score import DEFAULT_RANGE, DRUMS, RANGES
from muvi_models.composer.theory import chord, lead

SEEDS = range(3)


@pytest.fixture(scope="module")
def songs() -> list[Piece]:
    return [compose(seed, style) for style in STYLES for seed in SEEDS]


def name(piece: Piece) -> str:
    return f"{piece.labels.style} {piece.labels.seed}"


def test_every_style_composes_a_piece_of_a_fitting_length(songs: list[Piece]) -> None:
    assert len(STYLES) >= 8
    assert {p.labels.style for p in songs} == set(STYLES)
    for p in songs:
        assert 35 < p.labels.duration_s < 115, name(p)
        assert len(p.score.notes) > 60, name(p)


def test_the_same_seed_gives_the_same_piece_and_another_seed_another() -> None:
    for style in STYLES:
        one, again, other = compose(7, style), compose(7, style), compose(8, style)
        assert one.score.midi() == again.score.midi()
        assert one.labels == again.labels
        assert one.score.effects == again.score.effects
        assert one.score.midi() != other.score.midi()


def test_notes_stay_inside_their_instruments(songs: list[Piece]) -> None:
    for p in songs:
        for n in p.score.notes:
            low, high = (27, 87) if n.channel == DRUMS else RANGES.get(p.score.programs[n.channel], DEFAULT_RANGE)
            assert low <= n.pitch <= high, (name(p), n)
            assert 1 <= n.velocity <= 127 and n.start >= 0 and n.length > 0, (name(p), n)
            assert n.start + n.length <= p.fade[1] + 1e-6, (name(p), n)


def test_no_key_is_struck_again_while_it_sounds(songs: list[Piece]) -> None:
    for p in songs:
        until: dict[tuple[int, int], float] = {}
        for n in sorted(p.score.notes, key=lambda n: n.start):
            assert n.start >= until.get((n.channel, n.pitch), 0.0) - 1e-6, (name(p), n)
            until[n.channel, n.pitch] = n.start + n.length


def test_labels_are_ordered_and_inside_the_piece(songs: list[Piece]) -> None:
    for p in songs:
        x = p.labels
        assert x.duration_s <= x.end_s
        for times in (x.beats, x.downbeats, [h["time_s"] for h in x.hits]):
            assert all(a < b for a, b in pairwise(times)), name(p)
            assert not times or (times[0] >= 0 and times[-1] <= x.duration_s + 1e-3), name(p)
        assert all(0 < h["strength"] <= 1 for h in x.hits)
        for spans in (x.sections, x.chords):
            assert all(s["start_s"] < s["end_s"] <= x.end_s + 1e-3 for s in spans), name(p)
            assert all(abs(a["end_s"] - b["start_s"]) < 1e-3 for a, b in pairwise(spans)), name(p)
        curve = np.array(x.intensity)
        assert curve.min() >= 0 and curve.max() <= 1 and curve[-1] < 0.05
        assert abs(len(curve) - x.end_s * x.intensity_rate) < 3
        assert np.abs(np.diff(curve)).max() < 0.5, "the curve is continuous"
        assert -1 <= x.valence <= 1 and -1 <= x.arousal <= 1
        assert json.loads(x.json()) == json.loads(json.dumps(asdict(x)))


def test_beats_follow_the_tempo_map(songs: list[Piece]) -> None:
    for p in songs:
        x = p.labels
        steps, beat = STEPS[x.meter]
        assert set(x.downbeats) <= set(x.beats)
        assert x.downbeats == x.beats[:: steps // beat]
        for a, b in pairwise(x.beats):
            bpm = [t["bpm"] for t in x.bpm if t["time_s"] <= a + 1e-3][-1]
            assert abs((b - a) - 60 / bpm) < 1e-3, name(p)
        bounds = [s["start_s"] for s in x.sections]
        assert all(min(abs(d - s) for d in x.downbeats) < 1e-3 for s in bounds), name(p)


def test_the_labelled_chords_are_what_sounds(songs: list[Piece]) -> None:
    """Of all pitched sound (weighted by length) most belongs to the labelled chord, in each style."""
    for style in STYLES:
        inside = total = 0.0
        for p in (p for p in songs if p.labels.style == style):
            for n in p.score.notes:
                if n.channel == DRUMS or p.score.programs[n.channel] in (116, 117, 118) or n.role == "melody":
                    continue
                at = n.start + 0.04
                for c in p.labels.chords:
                    if c["start_s"] <= at < c["end_s"]:
                        total += n.length
                        inside += n.length * (n.pitch % 12 in c["pitch_classes"])
        assert inside / total > 0.93, (style, inside / total)


def test_some_pieces_hit_away_from_the_grid() -> None:
    pieces = [compose(seed, style).labels for style in STYLES for seed in range(8)]
    share = np.mean([any(h["off_grid"] for h in x.hits) for x in pieces])
    assert 0.2 < share < 0.55
    for x in pieces:
        beats = np.array(x.beats)
        for h in x.hits:
            if h["off_grid"]:
                assert np.abs(beats - h["time_s"]).min() > 0.02


def test_pieces_that_resolve_have_a_dominant_before_the_last_bar(songs: list[Piece]) -> None:
    checked = 0
    for p in (p for p in songs if p.labels.ending in ("ring", "hit")):
        x = p.labels
        last = x.downbeats[-1]
        at = next(i for i, c in enumerate(x.chords) if c["end_s"] > last + 1e-3)  # it may come early
        before, home = x.chords[at - 1], x.chords[at]
        assert home["symbol"] in ("I", "i"), name(p)
        checked += before["symbol"] in ("V7", "V", "bVII", "bII")
    assert checked > 5


def test_accents_off_the_grid_turn_the_harmony() -> None:
    """Some chords begin at an accent that lies away from every beat."""
    found = 0
    for style in STYLES:
        for seed in range(6):
            x = compose(seed, style).labels
            off = [h["time_s"] for h in x.hits if h["off_grid"]]
            found += sum(min((abs(c["start_s"] - t) for t in off), default=9) < 1e-3 for c in x.chords)
    assert found > 10


def test_themes_return_developed_and_keys_change() -> None:
    """A theme's later returns have other notes than its first; some pieces leave their key and none drifts away."""
    rng, palette = Random(3), palettes()["orchestral"]
    forms = [material(rng, palette, "ionian", 0, "4/4", 100)["A"] for _ in range(12)]
    assert all(len(f) == RETURNS for f in forms)
    assert sum(f[1].tones != f[0].tones for f in forms) > 8
    assert all(f[2].tones != f[0].tones for f in forms)
    assert 0.4 < np.mean([f[2].chords != f[0].chords for f in forms]) <= 1
    lifted = [{s.lift for s in plan(Random(i), ["song", "arc"], 100, "4/4", 70, 0.2, 1.0)} for i in range(60)]
    assert 0.15 < np.mean([len(x) > 1 for x in lifted]) < 0.5


def test_quiet_sections_are_not_silent(songs: list[Piece]) -> None:
    """Every bar outside of the stops and after the lead-in has something that sounds."""
    for p in songs:
        x = p.labels
        for a, b in pairwise(x.downbeats):
            inside = sum(max(0, min(n.start + n.length, b) - max(n.start, a)) for n in p.score.notes)
            stopped = any(s < b and e > a for s, e in x.stops)
            assert inside > 0 or stopped or p.score.effects, (name(p), a)


def test_chord_symbols_and_voice_leading() -> None:
    assert chord("V7", 0).pcs == (7, 11, 2, 5)
    assert chord("V7/vi", 0).pcs == (4, 8, 11, 2)
    assert chord("I^3", 2).bass == 6
    assert chord("bVI", 9).pcs == (5, 9, 0)
    with pytest.raises(ValueError):
        chord("H7", 0)
    before = lead(None, chord("I", 0), 3, 55, 72)
    after = lead(before, chord("vi", 0), 3, 55, 72)
    assert sum(abs(a - b) for a, b in zip(before, after, strict=True)) <= 4


def test_the_order_of_work_is_balanced_and_the_split_is_fixed() -> None:
    stream = make_music.pieces(1)
    first = [next(stream) for _ in range(len(STYLES) * 3)]
    assert all(sum(1 for s, _ in first if s == style) == 3 for style in STYLES)
    names = [(style, seed) for style in STYLES for seed in range(100)]
    held = np.mean([make_music.split_of(*n) == "heldout" for n in names])
    assert 0.05 < held < 0.12


def test_the_heldout_split_gets_as_many_pieces_of_each_style_as_asked(tmp_path) -> None:
    (tmp_path / "heldout").mkdir()
    first = next(make_music.lacking(str(tmp_path), 3, 2))
    (tmp_path / "heldout" / f"{first[1]}_{first[2]}.json").write_text("{}")
    jobs = list(make_music.lacking(str(tmp_path), 3, 2))
    assert first not in jobs and len(jobs) == 2 * len(STYLES) - 1
    assert all(make_music.split_of(style, seed) == "heldout" for _, style, seed in jobs)
    assert not list(make_music.lacking(str(tmp_path), 3, 0))


def test_eventful_pieces_strike_more_often_and_go_from_quiet_to_loud() -> None:
    def facts(eventful: bool) -> np.ndarray:
        labels = [compose(seed, "ambient", eventful=eventful).labels for seed in range(12)]
        ranges = [np.ptp(np.quantile(x.intensity, [0.05, 0.95])) for x in labels]
        return np.array([np.mean([len(x.hits) / x.end_s for x in labels]), np.mean(ranges)])

    usual, eventful = facts(False), facts(True)
    assert eventful[0] > 2 * usual[0] and eventful[1] > 1.2 * usual[1]


def test_a_rendered_piece_lands_its_hits() -> None:
    if reason := render.missing():
        pytest.skip(reason)
    near_hits, near_random = [], []
    for style in ("acoustic", "orchestral"):
        audio, labels = render.render(compose(1, style))
        peak = np.abs(audio.astype(np.int32)).max()
        assert 8000 < peak < 32000, "loud enough, and nothing clips"
        assert np.abs(audio.mean(0)).max() < 20, "no DC"
        quiet = audio[int((labels.end_s + 0.01) * render.RATE) :]
        assert len(quiet) > render.RATE // 2 and not quiet.any(), "silence follows the end"
        assert len(labels.intensity) <= labels.end_s * labels.intensity_rate + 2
        strength = flux(audio)
        limit = np.quantile(strength, 0.93)
        times = np.random.default_rng(0).uniform(1, labels.duration_s - 1, 200)
        near_hits += [onset_at(strength, h["time_s"]) > limit for h in labels.hits]
        near_random += [onset_at(strength, t) > limit for t in times]
    assert np.mean(near_hits) > 0.85
    assert np.mean(near_hits) > np.mean(near_random) + 0.3


HOP = 128


def flux(audio: np.ndarray) -> np.ndarray:
    """How much the spectrum rises into each frame; frame i is centred on sample 128 i."""
    x = np.pad(audio.astype(np.float32).mean(1) / 32768, 512)
    frames = np.lib.stride_tricks.sliding_window_view(x, 1024)[::HOP]
    level = np.log1p(np.abs(np.fft.rfft(frames * np.hanning(1024).astype(np.float32))) * 2)
    return np.maximum(0, np.diff(level, axis=0, prepend=level[:1])).sum(1)


def onset_at(strength: np.ndarray, time: float) -> float:
    at = round(time * render.RATE / HOP)
    reach = round(0.03 * render.RATE / HOP)
    return float(strength[max(0, at - reach) : at + reach + 1].max(initial=0))
