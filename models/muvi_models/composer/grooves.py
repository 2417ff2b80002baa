"""Drum grooves by style and intensity, fills and rolls. A bar is 16 steps (4/4) or 12 (3/4 and 6/8).

In a pattern X is an accent, x a normal stroke, o a soft one, g a ghost note, . nothing.
"""

from __future__ import annotations

from random import Random

LEVELS = {"X": 1.0, "x": 0.82, "o": 0.58, "g": 0.34}
KICK, RIM, SNARE, CLAP, CLOSED, PEDAL, OPEN, CRASH, RIDE, SHAKER, TAMB = 36, 37, 38, 39, 42, 44, 46, 49, 51, 70, 54
HIGH, MID, LOW, FLOOR = 50, 47, 45, 41

# style -> kits of three tiers (light, full, high); each tier maps a drum to its pattern.
GROOVES = {
    "rock": [
        [
            {CLOSED: "x.o.x.o.x.o.x.o.", KICK: "x.......x.......", SNARE: "....x.......x..."},
            {CLOSED: "X.o.x.o.X.o.x.o.", KICK: "x.....x.x.......", SNARE: "....X..g.g..X..."},
            {OPEN: "x...x...x...x...", KICK: "x.x...x.x.x...o.", SNARE: "....X..g....X..g"},
        ],
        [
            {PEDAL: "....x.......x...", KICK: "x.........x.....", RIM: "....x.......x..."},
            {RIDE: "x.o.x.o.x.o.x.o.", KICK: "x..x......x.....", SNARE: "....X..g.g..X..."},
            {RIDE: "X.x.X.x.X.x.X.x.", KICK: "x..x..x...x..x..", SNARE: "....X..g.g..X.gg"},
        ],
        [
            {CLOSED: "x.x.x.x.x.x.x.x.", KICK: "x.......x.......", SNARE: "........x......."},
            {CLOSED: "XoxoXoxoXoxoXoxo", KICK: "x.....x...x.....", SNARE: "....X.......X..g"},
            {CRASH: "o...o...o...o...", KICK: "x...x...x...x...", SNARE: "..x...x...x...X."},
        ],
        [
            {CLOSED: "x...x...x...x...", KICK: "x...............", RIM: "........x......."},
            {OPEN: "x...x...x...x...", KICK: "x..x..x.........", SNARE: "........X......g"},
            {CRASH: "x...x...x...x...", KICK: "X..x..x...x.x...", SNARE: "........X....g.g"},
        ],
        [
            {FLOOR: "x..ox..ox..ox..o", KICK: "x...x...x...x..."},
            {FLOOR: "X.oxX.oxX.oxX.ox", KICK: "x...x...x...x...", SNARE: "....X.......X..."},
            {CRASH: "x.......x.......", FLOOR: "XoxxXoxxXoxxXoxx", KICK: "x.x.x.x.x.x.x.x.", SNARE: "....X.......X.x."},
        ],
    ],
    "electronic": [
        [
            {KICK: "x...x...x...x...", SHAKER: "..o...o...o...o."},
            {KICK: "X...X...X...X...", OPEN: "..x...x...x...x.", CLAP: "....x.......x..."},
            {KICK: "X...X...X...X...", OPEN: "..x...x...x...x.", CLAP: "....X.......X..g", CLOSED: "o.oxo.oxo.oxo.ox"},
        ],
        [
            {CLOSED: "x.o.x.o.x.o.x.oo", KICK: "x.........x....."},
            {CLOSED: "xoxoxoxoxoxoxoxo", KICK: "X..x..x...x.....", SNARE: "....X.......X..."},
            {CLOSED: "XoxxXoxxXoxxXoxx", KICK: "X..x..x..xx.....", SNARE: "....X..g.g..X..g", OPEN: "..............x."},
        ],
        [
            {CLOSED: "x.x.x.x.x.x.x.x.", KICK: "x..............."},
            {CLOSED: "x.xxx.x.xxx.x.xx", KICK: "X......x..x.....", CLAP: "........X......."},
            {CLOSED: "xxxxx.xxxxx.xxxx", KICK: "X..x...x..x..x..", CLAP: "........X.......", OPEN: "......x........."},
        ],
        [
            {CLOSED: "..x...x...x...x.", RIM: "x..x..x...x.x..."},
            {KICK: "X...X...X...X...", RIM: "x..x..x...x.x...", CLOSED: "..x...x...x...x."},
            {KICK: "X...X...X...X...", RIM: "x..x..x...x.x...", OPEN: "..x...x...x...x.", CLAP: "....X.......X..."},
        ],
        [
            {RIDE: "x...x...x...x...", KICK: "x.........x....."},
            {RIDE: "x.x.x.x.x.x.x.x.", KICK: "X.x.......x.....", SNARE: "....X..g.g..X..."},
            {OPEN: "x...x...x...x...", KICK: "X.x...x...x.....", SNARE: "....X..g.g..X.g.", CLOSED: "xoxoxoxoxoxoxoxo"},
        ],
    ],
    "lofi": [
        [
            {CLOSED: "x.o.x.o.x.o.x.o.", RIM: "....x.......x..."},
            {CLOSED: "x.ogx.o.x.ogx.o.", KICK: "x......x..x.....", SNARE: "....x..g....x..."},
            {CLOSED: "xgogxgogxgogx.og", KICK: "x..x...x..x..g..", SNARE: "....X..g.g..X..g", OPEN: "..............o."},
        ],
        [
            {CLOSED: "x...x...x...x...", KICK: "x.........o....."},
            {CLOSED: "x.o.x.oox.o.x.o.", KICK: "x.x.......xx....", SNARE: "....x.......x..g"},
            {RIDE: "x.o.x.o.x.o.x.o.", KICK: "x.x....x..xx....", SNARE: "....X..g.g..X..g"},
        ],
    ],
    "acoustic": [
        [
            {SHAKER: "x.o.x.o.x.o.x.o."},
            {SHAKER: "xgogxgogxgogxgog", KICK: "x.......x.......", RIM: "....x.......x..."},
            {TAMB: "..o.x.o...o.x.o.", KICK: "x.....x.x.....o.", SNARE: "....x.......x..g", CLOSED: "x.o.x.o.x.o.x.o."},
        ],
        [
            {KICK: "o.......o......."},
            {TAMB: "....x.......x...", KICK: "x..o....x.......", CLOSED: "o.o.o.o.o.o.o.o."},
            {TAMB: "..o.x.o...o.x.o.", KICK: "x...x...x...x...", CLAP: "....x.......x..."},
        ],
        [
            {RIM: "x..x..x...x..x.."},
            {RIM: "x..x..x...x..x..", KICK: "x..xx..xx..xx..x", SHAKER: "xoxoxoxoxoxoxoxo"},
            {SNARE: "x.gxg.x.ggx.gxgg", KICK: "x..xx..xx..xx..x", RIDE: "x.x.x.x.x.x.x.x."},
        ],
    ],
    "orchestral": [
        [{}, {LOW: "x...........o.o."}, {SNARE: "x.gox.ggx.gox.gg", LOW: "x.......x...o.o."}],
        [{}, {SNARE: "o.ggo.ggo.ggo.oo"}, {SNARE: "X.ggx.ggX.ggx.xx", LOW: "X.......X......."}],
    ],
    "tension": [
        [
            {LOW: "x.......o......."},
            {LOW: "X..x..x.X..x..o.", RIM: "..o...o...o...o."},
            {LOW: "X.oxX.oxX.oxXoxx", FLOOR: "X.......X.......", SNARE: "....X.......X..."},
        ],
        [
            {CLOSED: "o.o.o.o.o.o.o.o."},
            {FLOOR: "X.....x...x.....", CLOSED: "x.o.x.o.x.o.x.o."},
            {FLOOR: "X.x...X.x.x...xx", SNARE: "........X.......", MID: "....x..x....x.x."},
        ],
    ],
    "ambient": [
        [{}, {SHAKER: "..g...g...g...g."}, {KICK: "o.........o.....", RIM: "........o......."}],
    ],
    "piano": [[{}, {}, {}]],
}
TRIPLE = [
    [
        {CLOSED: "x...o...o..."},
        {KICK: "x...........", CLOSED: "....x...x...", RIM: "....o...o..."},
        {KICK: "X.......o...", SNARE: "....x...x.gg", RIDE: "x...x.o.x..."},
    ],
    [
        {SHAKER: "x.o.x.o.x.o."},
        {KICK: "x.....o.....", SHAKER: "x.o.x.o.x.o.", SNARE: "........x..."},
        {KICK: "X.....x.....", CLOSED: "x.o.x.o.x.o.", SNARE: "........X..g"},
    ],
]
COMPOUND = [
    [
        {CLOSED: "x.o.o.x.o.o."},
        {KICK: "x.........o.", SNARE: "......x.....", CLOSED: "x.o.o.x.o.o."},
        {KICK: "X...x.....x.", SNARE: "......X..g.g", RIDE: "x.o.o.x.o.x."},
    ],
    [
        {TAMB: "......x....."},
        {KICK: "x....xx.....", TAMB: "......x.....", CLOSED: "x.x.x.x.x.x."},
        {KICK: "X....xx...x.", SNARE: "......X.....", FLOOR: "x.x.x.....x.", CRASH: "x..........."},
    ],
]


def kit_of(rng: Random, style: str, meter: str) -> list[dict[int, str]]:
    """The three tiers that a piece plays. The drum-less style stays so in every meter."""
    if style == "piano":
        return GROOVES["piano"][0]
    options = GROOVES[style] if meter == "4/4" else TRIPLE if meter == "3/4" else COMPOUND
    return rng.choice(options)


def vary_kit(rng: Random, kit: list[dict[int, str]], steps: int, beat: int) -> list[dict[int, str]]:
    """The piece's own version of a kit: kicks and ghost notes between the beats come, go or move."""
    out = []
    for patterns in kit:
        own = {}
        for drum, pattern in patterns.items():
            marks = list(pattern[:steps])
            for i in range(len(marks)):
                off = i % beat != 0
                if drum in (KICK, LOW, FLOOR, RIM, SHAKER, TAMB) and off and rng.random() < 0.07:
                    marks[i] = "." if marks[i] != "." else rng.choice("og")
                elif drum == SNARE and off and marks[i] in ".g" and rng.random() < 0.05:
                    marks[i] = "g" if marks[i] == "." else "."
            own[drum] = "".join(marks)
        out.append(own)
    return out


def tier(intensity: float) -> int:
    """0..2, or -1 where no drums play."""
    return -1 if intensity < 0.24 else 0 if intensity < 0.45 else 1 if intensity < 0.78 else 2


def strokes(patterns: dict[int, str], steps: int) -> list[tuple[int, int, float]]:
    """(drum, step, level 0..1) of one bar."""
    return [(d, i, LEVELS[c]) for d, p in patterns.items() for i, c in enumerate(p[:steps]) if c in LEVELS]


def fill(rng: Random, steps: int, beat: int, intensity: float, soft: bool) -> tuple[int, list[tuple[int, int, float]]]:
    """A fill at a bar's end: the step from which it replaces the groove, and its strokes."""
    length = beat if intensity < 0.6 or rng.random() < 0.5 else beat * 2
    start = steps - length
    shape = rng.choice(["down", "snare", "sparse"])
    out = []
    drums = [RIM, SNARE] if soft else [SNARE, HIGH, MID, LOW, FLOOR]
    for i in range(length):
        if shape == "sparse" and i % 2 and rng.random() < 0.6:
            continue
        drum = SNARE if shape == "snare" else drums[min(len(drums) - 1, i * len(drums) // length)]
        out.append((drum, start + i, 0.5 + 0.45 * i / length - (0.15 if i % 2 else 0)))
    return start, out


def roll(bar: int, bars: int, steps: int, beat: int) -> list[tuple[float, float]]:
    """The strokes (step, level) of a build's roll in bar ``bar`` of ``bars``: it gets denser and louder."""
    place = bar / max(1, bars)
    gap = beat if place < 0.4 else beat / 2 if place < 0.7 else 1
    out, at = [], 0.0
    while at < steps:
        out.append((at, 0.35 + 0.6 * (bar + at / steps) / bars))
        at += gap
    return out
