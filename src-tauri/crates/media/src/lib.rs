//! Files in and out: probe, frames, cuts, audio, loudness, mux, all through ffmpeg and symphonia.
