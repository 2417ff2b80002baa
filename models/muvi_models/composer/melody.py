"""Motifs and the phrases that are made of them: question and answer, sequence, inversion, variation, cadence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from .theory import Chord, scale_for

# Rhythm cells of a bar in sixteenth steps; a negative number is a rest.
CELLS = {
    "4/4": [
        [4, 4, 4, 4],
        [6, 2, 4, 4],
        [6, 2, 8],
        [4, 2, 2, 8],
        [2, 2, 4, 8],
        [8, 4, 4],
        [6, 6, 4],
        [3, 3, 4, 6],
        [-2, 2, 4, 8],
        [-4, 4, 4, 4],
        [-2, 2, 2, 2, 8],
        [4, 8, 4],
        [3, 3, 2, 8],
        [2, 2, 2, 2, 8],
        [6, 2, 2, 2, 4],
    ],
    "3/4": [[4, 4, 4], [8, 4], [6, 2, 4], [4, 2, 2, 4], [-4, 4, 4], [2, 2, 8], [6, 6], [-2, 2, 4, 4]],
    "6/8": [[4, 2, 4, 2], [6, 6], [4, 2, 6], [2, 2, 2, 6], [6, 4, 2], [-6, 2, 2, 2], [6, 2, 2, 2]],
}
CALM = {
    "4/4": [[16], [8, 8], [12, 4], [-4, 12], [-4, 4, 8], [6, 10], [8, 4, 4]],
    "3/4": [[12], [8, 4], [-4, 8], [6, 6]],
    "6/8": [[12], [6, 6], [-6, 6], [8, 4]],
}


@dataclass(frozen=True)
class Motif:
    """A rhythm (start and length in steps within a bar) with a contour in scale steps from its first note."""

    rhythm: tuple[tuple[int, int], ...]
    contour: tuple[int, ...]


@dataclass(frozen=True)
class Tone:
    """A note of a melody; ``bar`` counts from the theme's start, ``step`` and ``length`` are sixteenths."""

    bar: int
    step: int
    length: int
    pitch: int
    accent: float


def motif(rng: Random, meter: str, calm: float) -> Motif:
    """A new motif; ``calm`` 0..1 is the share of long notes."""
    cell = rng.choice(CALM[meter] if rng.random() < calm else CELLS[meter])
    rhythm, at = [], 0
    for length in cell:
        if length > 0:
            rhythm.append((at, length))
        at += abs(length)
    contour = [0]
    for _ in rhythm[1:]:
        last = contour[-1] - (contour[-2] if len(contour) > 1 else 0)
        # After a leap the line turns back by step, as singers do.
        free = [-3, -2, -1, -1, -1, 1, 1, 1, 2, 3, 4, 0 if last else 1]
        move = -1 if last > 2 else 1 if last < -2 else rng.choice(free)
        contour.append(contour[-1] + move)
    return Motif(tuple(rhythm), tuple(contour))


def vary(rng: Random, m: Motif) -> Motif:
    """Develops a motif: turned upside down, thinned, or with one long note split."""
    how = rng.choice(["invert", "thin", "split", "same", "same"])
    if how == "invert":
        return Motif(m.rhythm, tuple(-c for c in m.contour))
    if how == "thin" and len(m.rhythm) > 3:
        drop = rng.randrange(1, len(m.rhythm) - 1)
        keep = [i for i in range(len(m.rhythm)) if i != drop]
        return Motif(tuple(m.rhythm[i] for i in keep), tuple(m.contour[i] for i in keep))
    longest = max(range(len(m.rhythm)), key=lambda i: m.rhythm[i][1])
    start, length = m.rhythm[longest]
    if how == "split" and length >= 4:
        half = length // 2
        rhythm = [*m.rhythm[:longest], (start, half), (start + half, length - half), *m.rhythm[longest + 1 :]]
        contour = list(m.contour)
        contour.insert(longest + 1, contour[longest] + rng.choice([-1, 1]))
        return Motif(tuple(rhythm), tuple(contour))
    return m


def ladder(pcs: set[int], lo: int, hi: int) -> list[int]:
    return [p for p in range(lo, hi + 1) if p % 12 in pcs]


def nearest(options: list[int], pitch: float) -> int:
    return min(options, key=lambda p: (abs(p - pitch), p))


def theme(
    rng: Random,
    bars: list[list[Chord]],
    mode: str,
    key: int,
    meter: str,
    calm: float,
    lo: int,
    hi: int,
    motifs: tuple[Motif, Motif] | None = None,
) -> list[Tone]:
    """Eight bars of melody over ``bars``: four ask, four answer with the same motif and come home."""
    steps, beat = (16, 4) if meter == "4/4" else (12, 4 if meter == "3/4" else 6)
    a, b = motifs or (motif(rng, meter, calm), motif(rng, meter, calm))
    plan = rng.choice(["aab", "aba", "a-a", "abb", "aav"])
    tones: list[Tone] = []
    pitch = rng.randint(lo + 5, hi - 7)
    for half in range(2):
        openings = pitch
        for i in range(3):
            kind = plan[i]
            if kind == "-":
                continue
            m = a if kind == "a" else b if kind == "b" else vary(rng, a)
            if half and i == 2:
                m = vary(rng, m)
            index = half * 4 + i
            # An arch over the phrase: each unit begins somewhat higher, then the cadence falls.
            goal = openings + (0, 2, 4)[i] if i else openings
            tones += unit(m, bars[index], index, mode, key, steps, beat, goal, lo, hi)
            pitch = tones[-1].pitch
        tones += cadence(rng, bars[half * 4 + 3], half * 4 + 3, mode, key, steps, beat, pitch, lo, hi, half == 1)
        pitch = nearest([p for p in range(lo, hi + 1) if p % 12 in bars[0][0].pcs], (pitch + openings) / 2)
    return tones


def unit(
    m: Motif, chords: list[Chord], bar: int, mode: str, key: int, steps: int, beat: int, goal: float, lo: int, hi: int
) -> list[Tone]:
    """One bar of a motif on its chords: strong or long notes are chord tones, the others move in the scale."""
    out: list[Tone] = []
    base = None
    before = (0, -1)
    for (start, length), rise in zip(m.rhythm, m.contour, strict=True):
        c = chords[min(len(chords) - 1, start * len(chords) // steps)]
        rungs = ladder(scale_for(mode, key, c), lo, hi)
        own = [p for p in rungs if p % 12 in c.pcs]
        if base is None:
            pitch = nearest(own, goal)
            base = rungs.index(pitch)
        else:
            at = base + rise
            at = -at if at < 0 else 2 * (len(rungs) - 1) - at if at >= len(rungs) else at
            pitch = rungs[max(0, min(len(rungs) - 1, at))]
            if start % beat == 0 or length >= beat * 1.5:
                pitch = nearest(own, pitch)
            if rise != before[0] and pitch == before[1]:
                # The contour moved, so the line must: to the next tone in its direction.
                up = rise > before[0]
                beyond = [p for p in own if (p > pitch) == up and p != pitch]
                pitch = nearest(beyond, pitch) if beyond else pitch
        before = (rise, pitch)
        accent = 0.1 if start == 0 else 0.04 if start % beat == 0 else -0.05
        out.append(Tone(bar, start, length, pitch, accent))
    return out


def cadence(
    rng: Random,
    chords: list[Chord],
    bar: int,
    mode: str,
    key: int,
    steps: int,
    beat: int,
    pitch: int,
    lo: int,
    hi: int,
    home: bool,
) -> list[Tone]:
    """The phrase's last bar: a step or two, a long note on the tonic (answer) or away from it (question), a rest."""
    c = chords[-1]
    own = [p for p in range(lo, hi + 1) if p % 12 in c.pcs]
    wanted = [p for p in own if (p % 12 == key % 12) == home] or own
    goal = nearest(wanted, pitch - 1)
    arrive = rng.choice([0, 0, beat, beat * 2]) if len(chords) == 1 else steps // 2
    arrive = min(arrive, steps // 2)
    out = []
    if arrive:
        rungs = ladder(scale_for(mode, key, chords[0]), lo, hi)
        lean = nearest([p for p in rungs if p != goal], goal + (1 if pitch >= goal else -1))
        out.append(Tone(bar, 0, arrive, lean, 0.05))
    length = rng.choice([steps - arrive, max(beat, (steps - arrive) * 3 // 4)])
    out.append(Tone(bar, arrive, length, goal, 0.06))
    return out


def fit(tones: list[Tone], chords: list[Chord], mode: str, key: int, steps: int, beat: int) -> list[Tone]:
    """The tones of one bar moved onto other chords: strong and long ones to chord tones, the rest into the scale."""
    out = []
    for t in tones:
        c = chords[min(len(chords) - 1, t.step * len(chords) // steps)]
        rungs = ladder(scale_for(mode, key, c), t.pitch - 6, t.pitch + 6)
        own = [p for p in rungs if p % 12 in c.pcs]
        strong = t.step % beat == 0 or t.length >= beat * 1.5
        out.append(replace(t, pitch=nearest(own if strong else rungs, t.pitch)))
    return out


def decorate(rng: Random, tones: list[Tone], amount: float) -> list[Tone]:
    """A varied return: some long notes get a short neighbour before them, some weak notes go."""
    out: list[Tone] = []
    for t in tones:
        draw = rng.random()
        if t.length <= 2 and t.step % 4 and draw < amount * 0.5:
            continue
        if t.length >= 6 and draw < amount:
            out.append(Tone(t.bar, t.step, t.length - 2, t.pitch, t.accent))
            out.append(Tone(t.bar, t.step + t.length - 2, 2, t.pitch, -0.1))
            continue
        out.append(t)
    return out
