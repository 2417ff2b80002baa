//! Key and chords: a mode by mood, eight-bar periods of question and answer, a cadence at the end.

use rand::Rng;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use serde::{Deserialize, Serialize};

use crate::curve::Mood;

/// A mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Bright, floating.
    Lydian,
    /// Major.
    Ionian,
    /// Major with a flat seventh.
    Mixolydian,
    /// Minor with a bright sixth.
    Dorian,
    /// Minor.
    Aeolian,
    /// Minor with a flat second: menace.
    Phrygian,
}

/// Modes with how pleasant they sound, -1..1, as the training music labels them.
const MODES: [(Mode, f32); 6] = [
    (Mode::Ionian, 0.65),
    (Mode::Lydian, 0.6),
    (Mode::Mixolydian, 0.4),
    (Mode::Dorian, -0.05),
    (Mode::Aeolian, -0.45),
    (Mode::Phrygian, -0.7),
];

impl Mode {
    /// Name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lydian => "lydian",
            Self::Ionian => "major",
            Self::Mixolydian => "mixolydian",
            Self::Dorian => "dorian",
            Self::Aeolian => "minor",
            Self::Phrygian => "phrygian",
        }
    }

    fn is_minor(self) -> bool {
        matches!(self, Self::Dorian | Self::Aeolian | Self::Phrygian)
    }

    /// Progressions of four bars.
    fn progressions(self) -> &'static [&'static str] {
        match self {
            Self::Ionian => &[
                "I V vi IV",
                "I vi IV V",
                "I IV ii V",
                "vi IV I V",
                "I iii IV V",
                "I IV vi V",
                "IV I ii V",
                "Iadd9 IVmaj7 vi7 Vsus4",
                "I Imaj7 IV iv",
            ],
            Self::Lydian => &["I II I II", "I II vi V", "I V II vi", "I II iii V"],
            Self::Mixolydian => &["I bVII IV I", "I v bVII IV", "I IV bVII IV", "I bVII ii IV"],
            Self::Dorian => &[
                "i IV i IV",
                "i bVII IV i",
                "i bIII IV bVII",
                "i ii bIII IV",
                "i7 IV7 i7 v7",
            ],
            Self::Aeolian => &[
                "i bVI bIII bVII",
                "i iv bVII bIII",
                "i bVII bVI V",
                "i bVI iv V",
                "i v bVI bVII",
                "i bIII bVII iv",
                "bVI bVII i i",
                "iadd9 bVImaj7 iv7 v7",
            ],
            Self::Phrygian => &["i i bII i", "i bVI i bII", "i bVI bIII bII", "i iv bII v"],
        }
    }

    /// The two bars that close a period.
    fn cadences(self) -> &'static [&'static str] {
        match self {
            Self::Ionian => &["V7 I", "IV I", "ii V", "Vsus4 I"],
            Self::Lydian => &["II I", "V I"],
            Self::Mixolydian => &["bVII I", "IV I"],
            Self::Dorian => &["IV i", "bVII i"],
            Self::Aeolian => &["V7 i", "bVII i", "iv V"],
            Self::Phrygian => &["bII i", "V i"],
        }
    }

    /// The bar before the closing chord.
    fn dominant(self) -> &'static str {
        match self {
            Self::Ionian | Self::Lydian => "V",
            Self::Mixolydian | Self::Dorian => "bVII",
            Self::Aeolian => "V7",
            Self::Phrygian => "bII",
        }
    }

    fn tonic(self) -> &'static str {
        if self.is_minor() { "i" } else { "I" }
    }
}

/// A key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// Pitch class of the tonic, 0 is C.
    pub tonic: u8,
    /// The mode.
    pub mode: Mode,
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", NAMES[usize::from(self.tonic % 12)], self.mode.name())
    }
}

const NAMES: [&str; 12] = ["C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"];
/// Semitones of the degrees I to VII.
const DEGREES: [(&str, u8); 7] = [
    ("vii", 11),
    ("iii", 4),
    ("vi", 9),
    ("iv", 5),
    ("ii", 2),
    ("v", 7),
    ("i", 0),
];

/// A chord.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chord {
    /// Its function in the key, such as `bVII` or `ii7`.
    pub symbol: String,
    /// Its name, such as `Ebm7`.
    pub name: String,
    /// Pitch class of the root, 0 is C.
    pub root: u8,
    /// Pitch classes, from the root upwards.
    pub pitch_classes: Vec<u8>,
}

impl std::fmt::Display for Chord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

/// Reads a symbol relative to the major scale on `tonic`: `b` lowers, lower case is minor; `None` if it is none.
fn chord(symbol: &str, tonic: u8) -> Option<Chord> {
    let (flat, rest) = symbol.strip_prefix('b').map_or((0, symbol), |rest| (1, rest));
    let lower = rest.to_ascii_lowercase();
    let (roman, degree) = DEGREES.iter().find(|(roman, _)| lower.starts_with(roman))?;
    let minor = rest.starts_with(|c: char| c.is_ascii_lowercase());
    let root = (tonic + degree + 12 - flat) % 12;
    let third = if minor { 3 } else { 4 };
    let suffix = &rest[roman.len()..];
    let (tones, tail): (&[u8], &str) = match suffix {
        "" => (&[0, third, 7], ""),
        "7" => (&[0, third, 7, 10], "7"),
        "maj7" => (&[0, third, 7, 11], "maj7"),
        "add9" => (&[0, third, 7, 2], "add9"),
        "sus4" => (&[0, 5, 7], "sus4"),
        _ => return None,
    };
    let quality = if minor { "m" } else { "" };
    Some(Chord {
        symbol: symbol.to_owned(),
        name: format!("{}{quality}{tail}", NAMES[usize::from(root)]),
        root,
        pitch_classes: tones.iter().map(|t| (root + t) % 12).collect(),
    })
}

/// Chooses from a list by the stream.
fn pick<'a>(random: &mut impl Rng, of: &[&'a str]) -> &'a str {
    of[((u64::from(random.next_u32()) * of.len() as u64) >> 32) as usize]
}

fn stream(seed: u64, number: u64) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    // Far from the streams of the noise, which count latents.
    random.set_stream(u64::MAX - number);
    random
}

/// A key for a mood: one of the two modes that sound nearest to it, on any tonic.
pub(super) fn key(mood: Option<Mood>, seed: u64) -> Key {
    let mut random = stream(seed, 0);
    let valence = mood.map_or(0.2, |m| m.valence);
    let mut modes = MODES;
    modes.sort_by(|a, b| (a.1 - valence).abs().total_cmp(&(b.1 - valence).abs()));
    let mode = modes[(random.next_u32() >> 31) as usize].0;
    let tonic = ((u64::from(random.next_u32()) * 12) >> 32) as u8;
    Key { tonic, mode }
}

/// A chord for each of `count` bars. A period starts at each bar of `starts`; the last bar closes on the tonic.
pub(super) fn chords(key: &Key, count: usize, starts: &[usize], seed: u64) -> Vec<Chord> {
    let mut random = stream(seed, 1);
    let mode = key.mode;
    let mut period = || {
        let question = pick(&mut random, mode.progressions());
        let answer = pick(&mut random, mode.cadences());
        let symbols = question
            .split(' ')
            .chain(question.split(' ').take(2))
            .chain(answer.split(' '));
        symbols.collect::<Vec<&str>>()
    };
    // Two themes: the first returns, the second gives the contrast (A A B A).
    let (a, b) = (period(), period());
    let theme = |block: usize| if block % 4 == 2 { &b } else { &a };
    let (mut block, mut place) = (0, 0);
    let mut symbols: Vec<&str> = Vec::with_capacity(count);
    for bar in 0..count {
        if bar > 0 && (place == 8 || starts.contains(&bar)) {
            block += 1;
            place = 0;
        }
        symbols.push(theme(block)[place]);
        place += 1;
    }
    if let Some(last) = symbols.last_mut() {
        *last = mode.tonic();
    }
    if count >= 3 {
        symbols[count - 2] = mode.dominant();
    }
    // Each symbol of the tables can be read (a test holds that).
    symbols.into_iter().filter_map(|s| chord(s, key.tonic)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_symbol_of_the_tables_is_a_chord() {
        for (mode, _) in MODES {
            let all = mode
                .progressions()
                .iter()
                .chain(mode.cadences())
                .flat_map(|p| p.split(' '));
            for symbol in all.chain([mode.tonic(), mode.dominant()]) {
                let c = chord(symbol, 5).unwrap_or_else(|| panic!("{symbol}"));
                assert!(c.pitch_classes.len() >= 3 && c.pitch_classes.iter().all(|p| *p < 12));
            }
            assert!(mode.progressions().iter().all(|p| p.split(' ').count() == 4));
            assert!(mode.cadences().iter().all(|p| p.split(' ').count() == 2));
        }
    }

    #[test]
    fn symbols_are_read_as_musicians_do() {
        for (symbol, tonic, name, pitches) in [
            ("I", 0, "C", vec![0, 4, 7]),
            ("bVII", 0, "Bb", vec![10, 2, 5]),
            ("ii", 2, "Em", vec![4, 7, 11]),
            ("V7", 9, "E7", vec![4, 8, 11, 2]),
            ("vi7", 0, "Am7", vec![9, 0, 4, 7]),
            ("Vsus4", 0, "Gsus4", vec![7, 0, 2]),
        ] {
            let c = chord(symbol, tonic).unwrap();
            assert_eq!((c.name.as_str(), c.pitch_classes), (name, pitches), "{symbol}");
        }
        assert_eq!(chord("X", 0), None);
        assert_eq!(chord("I13", 0), None);
    }

    #[test]
    fn mood_chooses_the_mode() {
        for seed in 0..20 {
            let of = |valence| {
                key(
                    Some(Mood {
                        valence,
                        arousal: 0.0,
                    }),
                    seed,
                )
                .mode
            };
            assert!(!of(0.9).is_minor());
            assert!(of(-0.8).is_minor());
        }
    }

    #[test]
    fn music_closes_on_the_tonic_and_seeds_differ() {
        let key = Key {
            tonic: 2,
            mode: Mode::Aeolian,
        };
        let of = |seed| chords(&key, 40, &[0, 17], seed);
        let c = of(1);
        assert_eq!(c.len(), 40);
        assert_eq!((c[39].name.as_str(), c[38].name.as_str()), ("Dm", "A7"));
        assert_eq!(of(1), of(1));
        assert!((2..10).any(|s| of(s) != of(1)));
        assert_eq!(chords(&key, 1, &[0], 1)[0].name, "Dm");
        assert!(chords(&key, 0, &[], 1).is_empty());
    }
}
