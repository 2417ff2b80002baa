"""The styles: tempo, meters, modes, forms, and the layers that enter as the intensity grows."""

from __future__ import annotations

from dataclasses import dataclass, field

from .band import Layer

BRIGHT = ["ionian", "ionian", "ionian", "mixolydian", "lydian"]
SAD = ["aeolian", "aeolian", "harmonic", "dorian"]


@dataclass
class Palette:
    """A style. ``human`` is timing deviation in s, ``calm`` the share of long melody notes, ``scale`` of intensity."""

    bpm: tuple[float, float]
    modes: list[str]
    forms: list[str]
    layers: list[Layer]
    accent: list[str]  # what plays the accents, see ``accents``
    kits: list[int]
    meters: dict[str, float] = field(default_factory=lambda: {"4/4": 1.0})
    flavour: str = "plain"
    loop: float = 0.3
    stretch: float = 0.0
    swing: tuple[float, float] = (0.0, 0.0)
    human: float = 0.006
    calm: float = 0.25
    scale: float = 1.0
    endings: list[str] = field(default_factory=lambda: ["ring", "ring", "hit", "cut"])
    room: tuple[float, float] = (0.4, 0.7)
    valence: float = 0.0
    arousal: float = 0.0
    melody: tuple[int, int] = (62, 84)
    roll: str = "snare"
    lead: float = 1.5  # dB by which the accompaniment stands behind the melody
    colour: float = 0.1  # chance of a theme in chromatic mediants and borrowed chords
    slowing: float = 0.3  # chance of a ritardando before the last bar
    drive: tuple[float, float] = (0.0, 0.1)  # saturation of the mix


def palettes() -> dict[str, Palette]:
    """Fresh palettes (layers hold memory, so that a piece must not share them)."""
    return {
        "piano": Palette(
            (62, 132),
            BRIGHT + SAD,
            ["arc", "song", "rise", "fall", "waves", "calm", "story", "tide", "burn"],
            [
                Layer("arp", [0, 0, 1], 0.0, 1.0, (50, 68), 0.66, "wide ring", 3, width=8, reverb=60),
                Layer(
                    "comp",
                    [0, 0, 1],
                    0.6,
                    1.0,
                    (53, 70),
                    0.66,
                    "quarters push half waltz full lilt dotted hemiola",
                    3,
                    0.6,
                    width=8,
                ),
                Layer("bass", [0], 0.3, 1.0, (29, 45), 0.74, "plain", width=4),
                Layer("melody", [0, 0, 1], 0.1, 1.0, (66, 86), 0.98, "", width=8, reverb=60),
                Layer("double", [0], 0.7, 1.0, (78, 96), 0.7, "octave", chance=0.8, width=8),
                Layer("pad", [48, 49, 89], 0.66, 1.0, (55, 76), 0.42, "", 3, 0.4, reverb=80),
                Layer("counter", [42, 42, 60], 0.5, 1.0, (48, 67), 0.55, "", chance=0.3, reverb=80),
            ],
            ["piano"],
            [0],
            {"4/4": 0.62, "3/4": 0.2, "6/8": 0.18},
            human=0.009,
            loop=0.15,
            endings=["ring", "ring", "ring", "hit"],
            arousal=-0.15,
            roll="none",
            colour=0.15,
            slowing=0.6,
        ),
        "electronic": Palette(
            (96, 150),
            SAD + BRIGHT,
            ["drop", "drop", "steady", "rise", "waves", "trailer", "burn", "loudquiet"],
            [
                Layer("pad", [88, 89, 90, 94, 50, 95, 51, 92], 0.0, 1.0, (55, 77), 0.5, "", 4, reverb=70, chorus=50),
                Layer(
                    "arp",
                    [81, 80, 98, 84, 90, 5, 99, 11, 83],
                    0.18,
                    1.0,
                    (60, 82),
                    0.52,
                    "fast",
                    3,
                    reverb=50,
                    width=50,
                ),
                Layer(
                    "comp",
                    [81, 62, 63, 90, 50],
                    0.6,
                    1.0,
                    (57, 77),
                    0.6,
                    "offbeat tresillo stabs clave gallop",
                    4,
                    0.8,
                    chorus=40,
                ),
                Layer("bass", [38, 39, 87, 38, 36], 0.3, 1.0, (29, 45), 0.9, "drive", reverb=10, width=0),
                Layer(
                    "melody",
                    [80, 81, 87, 62, 85, 54, 82, 83, 86],
                    0.25,
                    1.0,
                    (67, 88),
                    0.8,
                    "",
                    reverb=60,
                    chorus=40,
                    width=12,
                ),
                Layer("double", [81, 84, 98], 0.85, 1.0, (79, 96), 0.5, "octave", chance=0.6, width=40),
                Layer("drums", [24, 25, 25, 24, 8], 0.24, 1.0, (0, 127), 0.92, reverb=15),
            ],
            ["crash", "boom", "synth"],
            [24, 25],
            loop=0.75,
            stretch=0.3,
            human=0.001,
            calm=0.15,
            endings=["hit", "cut", "ring", "hit"],
            arousal=0.25,
            roll="snare",
            slowing=0.0,
            drive=(0.1, 0.6),
        ),
        "rock": Palette(
            (92, 168),
            [*BRIGHT, *SAD, "mixolydian", "dorian"],
            ["song", "arc", "steady", "rise", "drop", "loudquiet", "story"],
            [
                Layer(
                    "comp",
                    [27, 26, 25, 28],
                    0.0,
                    0.62,
                    (50, 70),
                    0.6,
                    "strum strum2 quarters eighths backbeat dotted",
                    4,
                    width=45,
                ),
                Layer("power", [30, 29, 30], 0.45, 1.0, (40, 52), 0.74, "left", width=50, reverb=30),
                Layer("power", [30, 30, 29], 0.5, 1.0, (40, 52), 0.72, "right", width=50, reverb=30),
                Layer("power", [29, 30], 0.82, 1.0, (50, 62), 0.5, "", width=30, chance=0.6, reverb=40),
                Layer("comp", [16, 18, 17], 0.45, 1.0, (55, 74), 0.42, "block half", 3, 0.5, chorus=40),
                Layer("bass", [33, 34, 34], 0.2, 1.0, (28, 45), 0.92, "plain", reverb=10, width=0),
                Layer("melody", [29, 30, 27, 18, 65], 0.25, 1.0, (60, 82), 0.86, "", reverb=50, width=10),
                Layer("double", [29, 30], 0.85, 1.0, (60, 82), 0.55, "third", chance=0.5, width=40),
                Layer("drums", [0, 8, 16, 16], 0.24, 1.0, (0, 127), 0.98, reverb=30),
            ],
            ["crash", "guitar"],
            [0, 8, 16],
            {"4/4": 0.85, "6/8": 0.15},
            loop=0.4,
            human=0.005,
            calm=0.15,
            endings=["hit", "ring", "cut", "hit"],
            arousal=0.3,
            melody=(60, 81),
            lead=0.5,
            slowing=0.2,
            drive=(0.4, 0.9),
        ),
        "orchestral": Palette(
            (64, 144),
            [*SAD, *BRIGHT, "lydian"],
            ["arc", "rise", "waves", "fall", "drop", "trailer", "story", "tide", "burn"],
            [
                Layer("pad", [48, 49, 48], 0.0, 1.0, (52, 76), 0.6, "", 4, reverb=80),
                Layer("arp", [46, 46, 45, 8], 0.08, 0.6, (57, 81), 0.58, "ring", 3, 0.7, reverb=80, width=45),
                Layer("ostinato", [48, 45, 45, 48], 0.4, 1.0, (48, 64), 0.66, "", chance=0.75, reverb=60, width=45),
                Layer("bass", [43, 43, 42], 0.16, 1.0, (31, 48), 0.82, "plain", reverb=60),
                Layer("brass", [61, 60, 57], 0.68, 1.0, (48, 67), 0.72, "block half", 3, reverb=80),
                Layer(
                    "melody", [73, 68, 71, 40, 60, 42, 69, 70, 41], 0.1, 0.62, (64, 84), 0.82, "", reverb=80, width=25
                ),
                Layer("melody", [48, 56, 60, 40, 61], 0.62, 1.0, (64, 84), 0.95, "", reverb=80, width=20),
                Layer("double", [73, 72, 68, 48], 0.75, 1.0, (76, 93), 0.6, "octave", chance=0.7, reverb=80),
                Layer("counter", [60, 42, 71, 41], 0.35, 1.0, (50, 67), 0.6, "", chance=0.7, reverb=80, width=35),
                Layer("pad", [52, 53], 0.85, 1.0, (57, 77), 0.5, "", 3, 0.5, reverb=90),
                Layer("drums", [48], 0.42, 1.0, (0, 127), 0.72, chance=0.75, reverb=70),
            ],
            ["crash", "timpani", "tutti"],
            [48],
            {"4/4": 0.7, "3/4": 0.18, "6/8": 0.12},
            loop=0.2,
            stretch=0.15,
            human=0.01,
            calm=0.3,
            room=(0.6, 0.85),
            roll="timpani",
            lead=2.5,
            colour=0.35,
            slowing=0.5,
        ),
        "ambient": Palette(
            (60, 88),
            [*BRIGHT, *SAD, "lydian"],
            ["calm", "waves", "rise", "fall", "calm", "tide", "burn"],
            [
                Layer("pad", [88, 89, 91, 92, 94, 95, 49], 0.0, 1.0, (48, 72), 0.72, "", 4, reverb=100, chorus=50),
                Layer("pad", [52, 53, 48, 93], 0.5, 1.0, (55, 79), 0.46, "", 3, 0.8, reverb=100, width=45),
                Layer(
                    "arp",
                    [46, 11, 98, 8, 10, 4, 108, 12, 99, 24],
                    0.15,
                    1.0,
                    (60, 84),
                    0.46,
                    "ring",
                    3,
                    0.85,
                    reverb=100,
                    width=50,
                ),
                Layer("bass", [38, 39, 32, 42], 0.25, 1.0, (29, 45), 0.66, "long", reverb=60),
                Layer(
                    "melody",
                    [0, 4, 11, 73, 88, 79, 14, 42, 54, 75, 68],
                    0.18,
                    1.0,
                    (62, 84),
                    0.7,
                    "",
                    reverb=100,
                    chorus=30,
                ),
                Layer("counter", [42, 52, 71, 89], 0.4, 1.0, (52, 70), 0.45, "", chance=0.5, reverb=100),
                Layer("drums", [25, 40], 0.5, 1.0, (0, 127), 0.5, chance=0.4, reverb=80),
            ],
            ["bell", "boom", "swell"],
            [25, 40],
            {"4/4": 0.8, "3/4": 0.1, "6/8": 0.1},
            "slow",
            0.5,
            0.6,
            human=0.012,
            calm=0.8,
            scale=0.85,
            endings=["ring", "fade", "ring", "fade"],
            room=(0.75, 0.95),
            valence=0.05,
            arousal=-0.4,
            roll="none",
            lead=4.5,
            colour=0.25,
        ),
        "acoustic": Palette(
            (72, 132),
            [*BRIGHT, "ionian", "dorian", "aeolian"],
            ["song", "arc", "steady", "waves", "calm", "story", "tide"],
            [
                Layer(
                    "comp",
                    [25, 24, 25],
                    0.22,
                    1.0,
                    (48, 70),
                    0.66,
                    "strum strum2 full waltz lilt clave dotted lilting",
                    4,
                    width=35,
                    reverb=35,
                ),
                Layer("arp", [24, 25, 105, 46, 15, 24], 0.0, 0.6, (50, 71), 0.66, "ring", 4, width=45, reverb=40),
                Layer("bass", [32, 32, 33], 0.28, 1.0, (28, 45), 0.86, "plain", reverb=20, width=5),
                Layer(
                    "melody",
                    [73, 24, 22, 40, 78, 71, 75, 0, 21, 110, 105],
                    0.2,
                    1.0,
                    (64, 84),
                    0.86,
                    "",
                    reverb=55,
                    width=20,
                ),
                Layer("double", [40, 73, 11, 9], 0.72, 1.0, (67, 88), 0.5, "third", chance=0.6, width=40),
                Layer("pad", [48, 21, 49], 0.6, 1.0, (55, 74), 0.42, "", 3, 0.6, reverb=60),
                Layer("counter", [42, 60], 0.5, 1.0, (50, 65), 0.48, "", chance=0.35),
                Layer("drums", [40, 0, 8], 0.26, 1.0, (0, 127), 0.66, reverb=30),
            ],
            ["strum", "kick"],
            [40, 0],
            {"4/4": 0.7, "3/4": 0.15, "6/8": 0.15},
            loop=0.3,
            human=0.009,
            swing=(0.0, 0.1),
            endings=["ring", "ring", "hit"],
            valence=0.15,
            arousal=-0.05,
            lead=4.5,
            slowing=0.4,
        ),
        "lofi": Palette(
            (66, 94),
            ["ionian", "ionian", "aeolian", "dorian"],
            ["steady", "song", "calm", "waves", "story", "tide", "burn"],
            [
                Layer(
                    "comp",
                    [4, 5, 4, 0, 26],
                    0.0,
                    1.0,
                    (53, 73),
                    0.62,
                    "lazy charleston half block push dotted clave",
                    4,
                    chorus=40,
                ),
                Layer("bass", [32, 33, 35, 38], 0.25, 1.0, (28, 45), 0.88, "groove", reverb=10, width=0),
                Layer(
                    "melody", [11, 26, 4, 65, 59, 0, 73, 12, 66, 71], 0.2, 1.0, (62, 82), 0.72, "", reverb=50, width=25
                ),
                Layer("pad", [89, 48, 50, 88], 0.5, 1.0, (57, 76), 0.36, "", 3, 0.7, reverb=70),
                Layer("arp", [11, 46, 108, 8], 0.6, 1.0, (67, 86), 0.36, "ring", 3, 0.5, width=50),
                Layer("counter", [71, 66, 42], 0.6, 1.0, (52, 68), 0.42, "", chance=0.35),
                Layer("drums", [32, 0, 8, 25, 40], 0.24, 1.0, (0, 127), 0.8, reverb=20),
            ],
            ["kick", "keys"],
            [32, 0, 25],
            flavour="jazz",
            loop=0.75,
            swing=(0.1, 0.28),
            human=0.009,
            calm=0.35,
            scale=0.9,
            endings=["ring", "fade", "cut", "ring"],
            valence=0.1,
            arousal=-0.2,
            melody=(60, 80),
            lead=2.5,
            drive=(0.1, 0.4),
        ),
        "tension": Palette(
            (70, 160),
            ["aeolian", "harmonic", "phrygian", "phrygian"],
            ["rise", "drop", "waves", "arc", "trailer", "burn", "story"],
            [
                Layer("pad", [44, 48, 92, 49, 95, 97], 0.0, 1.0, (43, 64), 0.56, "", 3, reverb=80),
                Layer("ostinato", [45, 48, 38, 0, 48], 0.2, 1.0, (43, 60), 0.74, "", reverb=50, width=35),
                Layer("ostinato", [48, 45, 81], 0.7, 1.0, (55, 72), 0.56, "eighths", chance=0.7, reverb=60, width=50),
                Layer("bass", [43, 38, 39, 58], 0.14, 1.0, (28, 43), 0.9, "long", reverb=40),
                Layer(
                    "brass",
                    [57, 61, 60, 58],
                    0.6,
                    1.0,
                    (41, 60),
                    0.86,
                    "block half tresillo stabs gallop dotted",
                    3,
                    reverb=80,
                ),
                Layer("melody", [60, 57, 42, 61, 48, 68], 0.35, 1.0, (50, 72), 0.82, "", chance=0.8, reverb=80),
                Layer("double", [61, 48], 0.85, 1.0, (60, 79), 0.6, "octave", chance=0.5, reverb=80),
                Layer("pad", [52, 53], 0.75, 1.0, (50, 72), 0.5, "", 3, 0.6, reverb=90),
                Layer("taiko", [116, 116, 117], 0.3, 1.0, (31, 50), 1.0, "", reverb=70),
                Layer("drums", [48, 16, 24], 0.45, 1.0, (0, 127), 0.7, chance=0.7, reverb=60),
            ],
            ["boom", "taiko", "crash", "tutti"],
            [48, 16],
            {"4/4": 0.85, "3/4": 0.08, "6/8": 0.07},
            "dark",
            0.5,
            0.35,
            human=0.005,
            calm=0.4,
            endings=["hit", "hit", "cut", "ring"],
            room=(0.6, 0.85),
            valence=-0.25,
            arousal=0.25,
            melody=(52, 74),
            roll="timpani",
            lead=4.5,
            colour=0.3,
            drive=(0.1, 0.5),
        ),
    }


STYLES = tuple(palettes())
