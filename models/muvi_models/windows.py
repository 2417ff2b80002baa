"""Training windows for the velocity network: what is given, what is left out, what must be filled in."""

from fnmatch import fnmatch
from math import prod

import torch

from .contract import PLAN_CHANNELS, STYLE_FRAMES, WINDOW_FRAMES, channel
from .pieces import Piece
from .plan import FLAT, LOUD, QUIET

DROP_ALL = 0.12
DROP = {"hits": 0.25, "beats": 0.3, "chords": 0.25, "intensity": 0.15, "end": 0.1}
DROP_GLOBALS = 0.3
DROP_STYLE = 0.12
ONLY_STYLE = 0.1
DROP_VIDEO = 0.3
NO_CONTEXT, PREFIX = 0.45, 0.3
"""Probabilities: nothing given, the window's start given; else a random gap is left. `ONLY_STYLE`: nothing but the
clip is given, which is then the only word on the sound."""
ENDING, OPENING = 1 / 6, 1 / 12
"""Part of the windows that hold a piece's ending, and its opening: more than by chance."""
STYLE_TRIES = 8
RELATIVE, MOOD_JITTER = 0.4, 0.4
"""Part of the windows whose intensity is stretched as a picture's is, and the deviation of the noise on the mood: how
loud and how lively a style usually is must not tell which style is meant."""

CHANNELS_OF = {
    "hits": ["hit"],
    "beats": ["downbeat", "beat"],
    "chords": [f"chroma_{i}" for i in range(12)],
    "intensity": ["intensity"],
    "end": ["end"],
}


def given_masks(draw, count: int, length: int, device: torch.device | str = "cpu") -> torch.Tensor:
    """1 where latents are given, float32 [count, length]; at least a fifth of each row is left to generate.

    `draw(*shape)` gives even random numbers in 0..1.
    """
    at = torch.arange(length, device=device)
    kind = draw(count, 1)
    prefix = (length // 10 + draw(count, 1) * (length // 2 - length // 10)).long()
    gap = (length // 5 + draw(count, 1) * (length - length // 5)).long()
    start = (draw(count, 1) * (length - gap + 1)).long()
    given = torch.where(kind < NO_CONTEXT + PREFIX, at < prefix, (at < start) | (at >= start + gap))
    return (given & (kind >= NO_CONTEXT)).float()


def stretched(intensity: torch.Tensor) -> torch.Tensor:
    """Intensities [B, L] as a picture's curve is stretched: from quiet to loud, however little they moved."""
    low, high = (torch.quantile(intensity, q, dim=1, keepdim=True) for q in (0.05, 0.95))
    moved = QUIET + (LOUD - QUIET) * (intensity - low) / (high - low).clamp(min=FLAT)
    return torch.where(high - low < FLAT, intensity, moved.clamp(0, 1))


class WindowSampler:
    """Draws windows of the pieces on a device; endings and made videos more often than by chance."""

    def __init__(
        self,
        pieces: list[Piece],
        seed: int,
        window: int = WINDOW_FRAMES,
        style: int = STYLE_FRAMES,
        width: int = 64,
        device: torch.device | str = "cpu",
        often: dict[str, float] | None = None,
    ):
        """`often`: how many times as often as by chance pieces are drawn whose names fit a pattern."""
        if not pieces:
            raise SystemExit("no encoded pieces: run muvi_models.pieces first")
        self.window, self.style, self.device = window, style, torch.device(device)
        self.generator = torch.Generator(device).manual_seed(seed)
        lengths = torch.tensor([len(p.latents) for p in pieces])
        self.lengths, self.offsets = lengths.to(device), (lengths.cumsum(0) - lengths).to(device)
        self.ends = torch.tensor([min(p.end, len(p.latents)) for p in pieces], device=device)
        self.globals = torch.stack([torch.from_numpy(p.globals) for p in pieces]).to(device)
        # Half precision, as they are stored: the music of ten hours is to fit beside the network.
        self.latents = torch.cat([torch.from_numpy(p.latents).half() for p in pieces]).to(device)
        self.plan = torch.cat([torch.from_numpy(p.plan).half() for p in pieces]).to(device)
        factors = [prod(k for p, k in (often or {}).items() if fnmatch(piece.name, p)) for piece in pieces]
        self.chance = self.lengths * torch.tensor(factors, dtype=torch.float32, device=device)
        clips = [(i, first, c, len(p.video)) for i, p in enumerate(pieces) for first, c in p.video]
        self.filmed = len({c[0] for c in clips})
        """Pieces that have made videos."""
        if clips:
            values = [torch.from_numpy(c[2]).half() for c in clips]
            self.video = torch.cat(values).to(device)
            self.clip_piece, self.clip_first, self.clip_length = (
                torch.tensor(x, device=device) for x in zip(*[(c[0], c[1], len(c[2])) for c in clips], strict=True)
            )
            self.clip_offset = self.clip_length.cumsum(0) - self.clip_length
            self.clip_chance = 1 / torch.tensor([float(c[3]) for c in clips], device=device)
        self.video_width = self.video.shape[1] if clips else width

    def draw(self, *shape: int) -> torch.Tensor:
        """Even random numbers in 0..1."""
        return torch.rand(shape, generator=self.generator, device=self.device)

    def pick(self, chances: torch.Tensor, count: int) -> torch.Tensor:
        """Indices drawn by their chances."""
        return torch.multinomial(chances, count, replacement=True, generator=self.generator)

    def starts(self, piece: torch.Tensor) -> torch.Tensor:
        """Where a window starts in each of the pieces [B]."""
        count, w = len(piece), self.window
        end, last = self.ends[piece], (self.lengths[piece] - w).clamp(min=0)
        kind = self.draw(count)
        anywhere = (self.draw(count) * torch.minimum(last, end - w // 2).clamp(min=1)).long()
        ending = torch.minimum(end - 40 - (self.draw(count) * (w - 40)).long(), last).clamp(min=0)
        start = torch.where(kind < ENDING, ending, anywhere)
        return torch.where((kind >= ENDING) & (kind < ENDING + OPENING), 0, start)

    def style_starts(self, piece: torch.Tensor, start: torch.Tensor) -> torch.Tensor:
        """Style segments of the same pieces [B], outside the windows where the pieces are long enough."""
        room = (self.ends[piece] - self.style).clamp(min=1)
        tries = (self.draw(len(piece), STYLE_TRIES) * room[:, None]).long()
        outside = (tries + self.style <= start[:, None]) | (tries >= start[:, None] + self.window)
        outside[:, -1] = True
        return tries.gather(1, outside.int().argmax(1, keepdim=True))[:, 0]

    def filmed_windows(self, count: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Clips [B], their pieces and the windows' starts; a window may begin before its clip or outlast it."""
        clip, w = self.pick(self.clip_chance, count), self.window
        piece, first = self.clip_piece[clip], self.clip_first[clip]
        room = (self.clip_length[clip] - w * 2 // 3 + w // 3).clamp(min=w // 3 + 1)
        start = (first - w // 3 + (self.draw(count) * room).long()).clamp(min=0)
        return clip, piece, torch.minimum(start, (self.lengths[piece] - w).clamp(min=0))

    def batch(self, size: int, filmed: float = 0.0) -> dict[str, torch.Tensor]:
        """`size` windows, each of a filmed piece with probability `filmed`; tensors [B, style + window, ...]."""
        s, w = self.style, self.window
        piece = self.pick(self.chance, size)
        start = self.starts(piece)
        video = torch.zeros(size, s + w, self.video_width, device=self.device)
        seen = torch.zeros(size, w, dtype=torch.bool, device=self.device)
        at = torch.arange(w, device=self.device)
        if self.filmed and filmed > 0:
            clip, its_piece, its_start = self.filmed_windows(size)
            chosen = self.draw(size) < filmed
            piece, start = torch.where(chosen, its_piece, piece), torch.where(chosen, its_start, start)
            row = start[:, None] + at - self.clip_first[clip][:, None]
            seen = chosen[:, None] & (row >= 0) & (row < self.clip_length[clip][:, None])
            row = self.clip_offset[clip][:, None] + row.clamp(min=0)
            video[:, s:] = self.video[row.clamp(max=len(self.video) - 1)].float() * seen[..., None]
        rows = self.offsets[piece][:, None] + start[:, None] + at
        latents, globals_ = self.latents[rows].float(), self.globals[piece].clone()
        plan = torch.zeros(size, s + w, len(PLAN_CHANNELS), device=self.device)
        plan[:, s:] = self.plan[rows].float()
        plan[:, s:, channel("video_known")] = seen.float()
        loud = plan[:, s:, channel("intensity")]
        relative = self.draw(size, 1) < RELATIVE
        plan[:, s:, channel("intensity")] = torch.where(relative, stretched(loud), loud)
        noise = torch.randn(size, 2, generator=self.generator, device=self.device)
        known = globals_[:, [4]]
        globals_[:, 1:3] = (globals_[:, 1:3] + MOOD_JITTER * noise * known).clamp(-1, 1)
        style = self.offsets[piece] + self.style_starts(piece, start)
        style = self.latents[style[:, None] + torch.arange(s, device=self.device)].float()

        nothing = self.draw(size, 1) < DROP_ALL
        mask = torch.ones(size, s + w, 1, device=self.device)
        alone = (self.draw(size, 1) < ONLY_STYLE) & ~nothing
        bare = nothing | alone
        mask[:, s:, 0] = given_masks(self.draw, size, w, self.device) * ~bare
        styled = alone | ((self.draw(size, 1) >= DROP_STYLE) & ~nothing)
        plan[:, :s, channel("style")] = styled.float()
        for name, chance in DROP.items():
            dropped = (self.draw(size, 1) < chance) | bare
            columns = [channel(n) for n in (*CHANNELS_OF[name], f"{name}_known")]
            plan[..., columns] *= ~dropped[..., None]
        blind = (self.draw(size, 1) < DROP_VIDEO) | bare
        video *= ~blind[..., None]
        plan[..., channel("video_known")] *= ~blind
        for columns in ([0, 3], [1, 2, 4]):
            globals_[:, columns] *= ~((self.draw(size, 1) < DROP_GLOBALS) | bare)
        style *= styled[..., None]
        return {
            "latents": torch.cat([style, latents], 1),
            "context": torch.cat([style, latents * mask[:, s:]], 1),
            "mask": mask,
            "video": video,
            "plan": plan,
            "globals": globals_,
        }
