"""Scales, chord symbols, progressions and voice leading. Pitches are MIDI numbers, pitch classes 0..11 (0 = C)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from random import Random

MAJOR = (0, 2, 4, 5, 7, 9, 11)
MODES = {
    "ionian": (0, 2, 4, 5, 7, 9, 11),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "aeolian": (0, 2, 3, 5, 7, 8, 10),
    "harmonic": (0, 2, 3, 5, 7, 8, 11),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
}
# How bright each mode sounds, -1..1: the base of the valence label.
MODE_VALENCE = {
    "ionian": 0.65,
    "lydian": 0.6,
    "mixolydian": 0.4,
    "dorian": -0.05,
    "aeolian": -0.4,
    "harmonic": -0.55,
    "phrygian": -0.7,
}
ROMAN = {"i": 0, "ii": 1, "iii": 2, "iv": 3, "v": 4, "vi": 5, "vii": 6}
TONES = {
    "": None,
    "7": None,
    "maj7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10),
    "9": None,
    "sus4": (0, 5, 7),
    "sus2": (0, 2, 7),
    "add9": None,
    "o": (0, 3, 6),
    "o7": (0, 3, 6, 9),
    "h7": (0, 3, 6, 10),
    "5": (0, 7),
    "7sus4": (0, 5, 7, 10),
    "maj9": (0, 4, 7, 11, 14),
    "6": None,
}
SYMBOL = re.compile(r"^(b?)([iv]+|[IV]+)([a-z0-9]*)(?:\^([357]))?$")


@dataclass(frozen=True)
class Chord:
    """A chord that sounds: its root, its pitch classes in stacked order and the pitch class in the bass."""

    symbol: str
    root: int
    pcs: tuple[int, ...]
    bass: int


def chord(symbol: str, key: int) -> Chord:
    """Reads a roman symbol relative to the major scale of ``key``: case = quality, ``^3`` = inversion, ``V7/vi``."""
    text, tonic = symbol, key
    if "/" in symbol:
        text, target = symbol.split("/")
        tonic = chord(target, key).root
    found = SYMBOL.match(text)
    if not found or found[3] not in TONES:
        raise ValueError(f"not a chord symbol: {symbol}")
    flat, roman, kind, inversion = found.groups()
    root = (tonic + MAJOR[ROMAN[roman.lower()]] - (1 if flat else 0)) % 12
    third = 4 if roman.isupper() else 3
    more = {"7": (10,), "9": (10, 14), "add9": (14,), "6": (9,)}.get(kind, ())
    tones = TONES[kind] or (0, third, 7, *more)
    pcs = tuple((root + t) % 12 for t in tones)
    bass = pcs[{"3": 1, "5": 2, "7": 3}[inversion]] if inversion else root
    return Chord(symbol, root, pcs, bass)


# Four bars each; "." joins two chords in one bar. Families: plain triads, sevenths (lo-fi), slow, dark.
PROGRESSIONS = {
    "major": [
        "I V^3 vi IV",
        "I vi IV V",
        "I IV ii V",
        "I iii IV V",
        "I I^3 IV V",
        "vi IV I V",
        "I V^3 vi I^5.V",
        "I IV^5 I V",
        "IV I^3 ii V",
        "I V7/vi vi IV.V",
        "I ii^3 I^5 V",
        "I bVII IV V",
        "I vi ii Vsus4.V",
        "I IV vi V",
        "I IV iv I",
        "I bVI bVII I",
        "I vi bVI V",
        "I III7 vi iv",
        "I bVII bVI V",
        "I I7 IV iv",
        "vi V IV V/V.V",
        "I V/ii ii V",
    ],
    "mediants": ["I bVI I bIII", "I bIII IV bVI", "I bVI bIII V", "I III vi IV", "I bVI iv V", "I bII bVI V"],
    "mediantsminor": ["i bvi i bvi", "i bVI bIII IV", "i bIII bvi V", "i bII bVI V", "i biii bVI V", "i IV bVI bVII"],
    "lydian": ["I II I II", "I II vi V", "I V^3 II vi", "I Iadd9 II I"],
    "mixolydian": ["I bVII IV I", "I v bVII IV", "I IV bVII IV", "I bVII ii IV"],
    "dorian": ["i IV i IV", "i bVII IV i", "i bIII IV bVII", "i ii bIII IV"],
    "minor": [
        "i bVI bIII bVII",
        "i iv bVII bIII",
        "i bVII bVI V",
        "i bVI iv V",
        "i v^3 bVI bVII",
        "i bIII bVII iv",
        "i i^3 iv V",
        "bVI bVII i i",
        "i V7/iv iv V",
        "i bVI iv bVII",
        "i iv^3 V i",
        "i bVII^3 bIII bVI.V",
        "i IV bVI bVII",
        "i bII^3 V i",
        "i V7/bVI bVI V",
        "i iio^3 V bVI",
        "i bVII IV iv",
    ],
    "dark": ["i i bII i", "i bVI i bII", "i bVI bIII bII", "i iv bVI V", "i i bVI iv", "i bII iv V", "i v bVI iv"],
    "jazz": [
        "ii9 V7 Imaj7 vi7",
        "Imaj7 vi7 ii9 V7sus4",
        "IVmaj7 iii7 ii7 Imaj7",
        "IVmaj7 III7 vi7 vi7",
        "Imaj9 iii7 IVmaj7 iv6",
        "vi9 ii9 V7 Imaj7",
        "IVmaj7 V7^3 iii7 vi7",
        "Imaj7 V7/ii ii9 V7",
    ],
    "jazzminor": ["i9 iv7 bVIImaj7 bIIImaj7", "i9 bVImaj7 iv7 V7", "i7 iv9 i7 V7", "bVImaj7 V7 i9 i7"],
    "slow": ["Iadd9 Iadd9 IVadd9 IVadd9", "I IVmaj7 vi7 IVadd9", "Isus2 IV vi7 Vsus4", "Imaj7 iii7 IVmaj7 IVmaj7"],
    "slowminor": ["iadd9 iadd9 bVImaj7 bVImaj7", "i bVImaj7 bIII bVII", "i7 iv9 bVImaj7 bVII", "i bIIImaj7 iv7 v7"],
}
CADENCES = {
    "major": ["IV.V I", "V7 I", "ii^3.V I", "I^5.V7 I", "iv I", "IV I"],
    "mediants": ["bVI.V I", "iv.V7 I", "bVI.bVII I"],
    "mediantsminor": ["bVI.V i", "iv.V7 i", "bII.V i"],
    "lydian": ["II I", "V I"],
    "mixolydian": ["bVII I", "IV I"],
    "dorian": ["IV i", "bVII i"],
    "minor": ["V7 i", "iv.V i", "bVI.bVII i", "iih7^3.V7 i"],
    "dark": ["V i", "bII i", "bVI.V i"],
    "jazz": ["V7 Imaj9", "iv6 Imaj7"],
    "jazzminor": ["V7 i9", "bVII7 i9"],
    "slow": ["IVadd9 Iadd9", "Vsus4 Iadd9"],
    "slowminor": ["bVImaj7 iadd9", "iv7 iadd9"],
}


def family(mode: str, flavour: str) -> str:
    """The family of progressions for a mode and a flavour ("plain", "jazz", "slow", "dark" or "mediants")."""
    minor = MODES[mode][2] == 3
    if flavour in ("jazz", "slow", "mediants"):
        return flavour + ("minor" if minor else "")
    if minor:
        return "dark" if flavour == "dark" or mode == "phrygian" else "dorian" if mode == "dorian" else "minor"
    return mode if mode in ("lydian", "mixolydian") else "major"


def period(rng: Random, mode: str, flavour: str, key: int, loop: bool, stretch: int) -> list[list[Chord]]:
    """Eight bars of chords, question and answer; one list of one or two chords for each bar.

    ``loop`` repeats the four bars as they are, ``stretch`` (1 or 2) is the number of bars for which a chord lasts.
    """
    kind = family(mode, flavour)
    ante = rng.choice(PROGRESSIONS[kind]).split()
    cons = list(ante) if loop else ante[:2] + rng.choice(CADENCES[kind]).split()
    bars = [b.split(".") for b in (ante + cons if stretch == 1 else cons)]
    if stretch == 1 and kind in ("major", "minor") and rng.random() < 0.3:
        # One secondary dominant pulls into the next bar's chord; it needs a plain triad as target.
        spots = [i for i in range(7) if len(bars[i]) == 1 and bars[i + 1][0] in ("vi", "ii", "IV", "iv", "V")]
        if spots:
            i = rng.choice(spots)
            bars[i] = [bars[i][0], "V7/" + bars[i + 1][0]]
    out = [[chord(s, key) for s in bar] for bar in bars]
    return out if stretch == 1 else [bar for bar in out for _ in range(2)]


# What may stand for a chord when a phrase returns; the bass moves, the melody's strong tones mostly stay.
SUBSTITUTES = {
    "I": ("vi", "I^3", "iii"),
    "IV": ("ii", "iv", "IVmaj7", "ii^3"),
    "V": ("V7", "V^3", "iii", "V7sus4"),
    "vi": ("IV", "I^3", "vi7"),
    "ii": ("IV", "ii7", "bVI"),
    "i": ("bVI", "i^3", "bIII"),
    "iv": ("bVI", "iih7^3", "iv7"),
    "bVI": ("iv", "bVImaj7", "bII"),
    "bVII": ("V", "bVII^3", "v"),
    "bIII": ("i^3", "bIIImaj7", "bVI"),
}


def reharmonise(rng: Random, bars: list[list[Chord]], key: int, chance: float) -> list[list[Chord]]:
    """Other chords for some bars of a period; the first bar and both cadences stay, so that it is recognised."""
    out = [list(bar) for bar in bars]
    for i in (1, 2, 4, 5):
        symbol = out[i][0].symbol if len(out[i]) == 1 else ""
        if symbol in SUBSTITUTES and rng.random() < chance:
            out[i] = [chord(rng.choice(SUBSTITUTES[symbol]), key)]
    return out


def dominant(mode: str, key: int) -> Chord:
    """What leads to the tonic in a mode: a dominant seventh, or the modal chord that does its work."""
    symbols = {"dorian": "bVII", "mixolydian": "bVII", "phrygian": "bII", "lydian": "V"}
    return chord(symbols.get(mode, "V7"), key)


def transposed(c: Chord, lift: int) -> Chord:
    """The same chord `lift` semitones higher."""
    up = tuple((p + lift) % 12 for p in c.pcs)
    return replace(c, root=(c.root + lift) % 12, bass=(c.bass + lift) % 12, pcs=up)


def scale_for(mode: str, key: int, c: Chord) -> set[int]:
    """The scale's pitch classes, bent so that chromatic chord tones replace their neighbours."""
    pcs = {(key + s) % 12 for s in MODES[mode]}
    for pc in c.pcs:
        if pc not in pcs:
            pcs -= {q for q in ((pc + 1) % 12, (pc - 1) % 12) if q not in c.pcs}
            pcs.add(pc)
    return pcs


def voicings(c: Chord, voices: int, lo: int, hi: int) -> list[tuple[int, ...]]:
    """Close and drop-2 voicings with all essential tones inside lo..hi, lowest note first."""
    pcs = list(c.pcs)
    if len(pcs) > voices:
        pcs = [p for i, p in enumerate(pcs) if i not in (2, 0)[: len(pcs) - voices]]  # the fifth goes first
    while len(pcs) < voices:
        pcs.append(pcs[len(pcs) - len(c.pcs)])
    out = []
    for turn in range(len(pcs)):
        order = pcs[turn:] + pcs[:turn]
        for low in range(lo, hi + 1):
            if low % 12 != order[0]:
                continue
            v = [low]
            for pc in order[1:]:
                v.append(v[-1] + ((pc - v[-1]) % 12 or 12))
            drop = sorted([*v[:-2], v[-2] - 12, v[-1]]) if voices > 3 else v
            out += [tuple(w) for w in (v, drop) if w[0] >= lo and w[-1] <= hi]
    return sorted(set(out))


def lead(prev: tuple[int, ...] | None, c: Chord, voices: int, lo: int, hi: int) -> tuple[int, ...]:
    """The voicing that moves each voice least; parallel octaves with the bass matter less than smoothness here."""
    options = voicings(c, voices, lo, hi) or voicings(c, voices, lo - 7, hi + 7)
    mid = (lo + hi) / 2

    def cost(v: tuple[int, ...]) -> float:
        centre = abs(sum(v) / len(v) - mid)
        muddy = sum(4 for a, b in pairwise(v) if b - a <= 2 and a < 52)
        move = sum(abs(a - b) for a, b in zip(v, prev, strict=True)) if prev and len(prev) == len(v) else 2 * centre
        return move + 0.35 * centre + muddy

    return min(options, key=cost)
