"""Notes in seconds, instrument ranges, and the standard MIDI file they become."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

DRUMS = 9
# Sounding ranges of General MIDI programs (MIDI pitches); what isn't listed gets DEFAULT_RANGE.
DEFAULT_RANGE = (36, 96)
RANGES = {
    **dict.fromkeys(range(8), (24, 103)),
    8: (60, 103),
    9: (67, 103),
    10: (60, 98),
    11: (53, 89),
    12: (45, 96),
    13: (60, 103),
    14: (55, 79),
    15: (48, 89),
    **dict.fromkeys(range(24, 32), (40, 86)),
    **dict.fromkeys(range(32, 38), (28, 60)),
    38: (24, 60),
    39: (24, 60),
    40: (55, 96),
    41: (48, 86),
    42: (36, 74),
    43: (28, 60),
    46: (28, 100),
    47: (36, 60),
    52: (43, 81),
    53: (43, 81),
    54: (43, 81),
    56: (54, 82),
    57: (40, 70),
    58: (28, 55),
    59: (54, 82),
    60: (41, 76),
    61: (36, 82),
    64: (56, 87),
    65: (49, 80),
    66: (44, 75),
    68: (58, 89),
    69: (52, 81),
    70: (34, 72),
    71: (50, 89),
    72: (74, 102),
    73: (60, 93),
    75: (58, 89),
    77: (55, 86),
    78: (62, 93),
    79: (60, 84),
    105: (48, 86),
    106: (48, 86),
    108: (52, 88),
    116: (28, 67),
    117: (28, 72),
    118: (28, 72),
}


def fold(program: int, pitch: int) -> int:
    """Moves a pitch by octaves into the program's range."""
    lo, hi = RANGES.get(program, DEFAULT_RANGE)
    while pitch < lo:
        pitch += 12
    while pitch > hi:
        pitch -= 12
    return pitch


@dataclass
class Note:
    """One note: start and length in seconds, velocity 1..127; ``role`` tells hits and fills from the rest."""

    channel: int
    pitch: int
    start: float
    length: float
    velocity: int
    role: str = ""


@dataclass
class Effect:
    """A synthesised sound that no soundfont has (riser, boom, impact, fall): see ``muvi_models.effects``."""

    kind: str
    start: float
    length: float
    gain: float


@dataclass
class Score:
    """Everything that sounds, on a clock in seconds from the start of the piece."""

    programs: dict[int, int] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    controls: list[tuple[float, int, int, int]] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)

    def note(self, channel: int, pitch: int, start: float, length: float, velocity: float, role: str = "") -> None:
        """Adds a note, folded into its instrument's range; velocity is on the scale 0..1."""
        if channel != DRUMS:
            pitch = fold(self.programs[channel], pitch)
        v = max(1, min(127, round(velocity * 127)))
        self.notes.append(Note(channel, pitch, max(0.0, start), max(0.03, length), v, role))

    def control(self, channel: int, number: int, value: float, time: float = 0.0) -> None:
        self.controls.append((max(0.0, time), channel, number, max(0, min(127, round(value)))))

    def silence(self, start: float, end: float) -> None:
        """A sudden stop: what sounds is released at ``start`` and nothing begins before ``end``."""
        self.notes = [n for n in self.notes if n.role == "hit" or not start - 0.02 <= n.start < end - 0.03]
        for n in self.notes:
            if n.start < start < n.start + n.length:
                n.length = start - n.start

    def clear_around(self, time: float, before: float, after: float) -> None:
        """Takes the accompaniment's onsets away near an accent, so that the accent is heard as one."""
        keep = ("hit", "melody")
        self.notes = [n for n in self.notes if n.role in keep or not -before <= n.start - time <= after]

    def finish(self, end: float) -> None:
        """Cuts at ``end`` and ends a note where the same key is struck again (a note-off would kill the later one)."""
        self.notes = [n for n in self.notes if n.start < end - 0.02]
        self.notes.sort(key=lambda n: (n.start, n.channel, n.pitch))
        last: dict[tuple[int, int], Note] = {}
        out = []
        for n in self.notes:
            n.length = min(n.length, end - n.start)
            before = last.get((n.channel, n.pitch))
            if before and n.start - before.start < 0.015:
                before.velocity = max(before.velocity, n.velocity)
                before.role = before.role or n.role
                continue
            if before and before.start + before.length > n.start - 0.003:
                before.length = max(0.01, n.start - before.start - 0.003)
            last[n.channel, n.pitch] = n
            out.append(n)
        self.notes = out

    def midi(self) -> bytes:
        """A format 0 file in which one tick is one millisecond, so that the times are exact at any tempo."""
        events: list[tuple[int, int, bytes]] = []
        for channel, program in self.programs.items():
            events.append((0, 0, bytes([0xC0 | channel, program])))
        for time, channel, number, value in self.controls:
            events.append((round(time * 1000), 1, bytes([0xB0 | channel, number, value])))
        for n in self.notes:
            on = round(n.start * 1000)
            off = max(on + 5, round((n.start + n.length) * 1000))
            events.append((on, 3, bytes([0x90 | n.channel, n.pitch, n.velocity])))
            events.append((off, 2, bytes([0x80 | n.channel, n.pitch, 0])))
        track = b"\x00\xff\x51\x03" + (500_000).to_bytes(3, "big")
        now = 0
        for tick, _, message in sorted(events):
            track += variable(tick - now) + message
            now = tick
        track += b"\x00\xff\x2f\x00"
        return b"MThd" + struct.pack(">IHHH", 6, 0, 1, 500) + b"MTrk" + struct.pack(">I", len(track)) + track


def variable(value: int) -> bytes:
    """A variable-length quantity of the MIDI file format."""
    out = [value & 127]
    while value := value >> 7:
        out.append(value & 127 | 128)
    return bytes(reversed(out))
