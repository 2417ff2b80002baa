//! Exact time and the domain of a scored video: rates, frames, samples, timecode, mix.
