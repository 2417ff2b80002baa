//! Rational rates and the exact conversions between their ticks.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

const NANOS: u128 = 1_000_000_000;

/// How a conversion rounds when a tick of one rate falls between two ticks of the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Round {
    /// To the last tick that is not later: "which frame is shown at this moment".
    Down,
    /// To the closest tick; half-way goes up.
    Nearest,
    /// To the first tick that is not earlier: "how many ticks cover this span".
    Up,
}

impl Round {
    fn divide(self, numerator: u128, denominator: u128) -> u128 {
        match self {
            Self::Down => numerator / denominator,
            Self::Nearest => (numerator + denominator / 2) / denominator,
            Self::Up => numerator.div_ceil(denominator),
        }
    }

    fn divide_signed(self, numerator: i128, denominator: i128) -> i128 {
        match self {
            Self::Down => numerator.div_euclid(denominator),
            Self::Nearest => (numerator + denominator / 2).div_euclid(denominator),
            Self::Up => -(-numerator).div_euclid(denominator),
        }
    }
}

/// What makes a rate unusable.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RateError {
    /// One of the two numbers is zero.
    #[error("a rate needs two numbers above zero, got {num}/{den}")]
    Zero {
        /// Numerator as given.
        num: u32,
        /// Denominator as given.
        den: u32,
    },
    /// The text is no rate.
    #[error("'{0}' is no rate; write 25, 23.976 or 24000/1001")]
    Text(String),
}

/// Ticks per second as a reduced fraction: 25/1, 30000/1001, 48000/1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "(u32, u32)", into = "(u32, u32)")]
pub struct Rate {
    num: u32,
    den: u32,
}

impl Rate {
    /// The clock of the models: 10 ticks per second.
    pub const MODEL: Self = Self { num: 10, den: 1 };

    /// `num / den` ticks per second, reduced.
    ///
    /// # Errors
    /// [`RateError::Zero`] if either number is zero.
    pub fn new(num: u32, den: u32) -> Result<Self, RateError> {
        if num == 0 || den == 0 {
            return Err(RateError::Zero { num, den });
        }
        let divisor = gcd(num, den);
        Ok(Self {
            num: num / divisor,
            den: den / divisor,
        })
    }

    /// A whole number of ticks per second, as sample rates are.
    ///
    /// # Errors
    /// [`RateError::Zero`] if `hz` is zero.
    pub fn hz(hz: u32) -> Result<Self, RateError> {
        Self::new(hz, 1)
    }

    /// Numerator of the reduced fraction, above zero.
    pub fn num(self) -> u32 {
        self.num
    }

    /// Denominator of the reduced fraction, above zero.
    pub fn den(self) -> u32 {
        self.den
    }

    /// Ticks per second as a float, for reports and models only; never for arithmetic on time.
    pub fn as_f64(self) -> f64 {
        f64::from(self.num) / f64::from(self.den)
    }

    /// How many ticks of `to` the first `ticks` ticks of this rate last; saturates at `u64::MAX`.
    pub fn convert(self, ticks: u64, to: Self, round: Round) -> u64 {
        let numerator = u128::from(ticks) * u128::from(self.den) * u128::from(to.num);
        let denominator = u128::from(self.num) * u128::from(to.den);
        saturate(round.divide(numerator, denominator))
    }

    /// The length of `ticks` ticks, to the nanosecond.
    pub fn duration(self, ticks: u64, round: Round) -> Duration {
        // Whole seconds first: ticks * den * 1e9 can pass u128 only beyond any real length.
        let numerator = u128::from(ticks) * u128::from(self.den) * NANOS;
        let nanos = round.divide(numerator, u128::from(self.num));
        Duration::new(saturate(nanos / NANOS), u32::try_from(nanos % NANOS).unwrap_or(0))
    }

    /// How many ticks `duration` has; saturates at `u64::MAX`.
    pub fn ticks(self, duration: Duration, round: Round) -> u64 {
        let numerator = duration.as_nanos().saturating_mul(u128::from(self.num));
        saturate(round.divide(numerator, u128::from(self.den) * NANOS))
    }

    /// This rate divided by a whole number: 60000/1001 divided by 2 is 30000/1001.
    ///
    /// # Errors
    /// [`RateError::Zero`] if `divisor` is zero or the result cannot be held.
    pub fn divided(self, divisor: u32) -> Result<Self, RateError> {
        let common = gcd(self.num, divisor.max(1));
        let den = self.den.checked_mul(divisor / common).unwrap_or(0);
        Self::new(self.num / common, den)
    }

    /// The rate at which pictures are analysed: the video's own, halved until it is at most 30 per second.
    pub fn for_analysis(self) -> Self {
        let mut rate = self;
        while rate.num > rate.den.saturating_mul(30) {
            match rate.divided(2) {
                Ok(half) => rate = half,
                Err(_) => break,
            }
        }
        rate
    }

    /// The rate that files mean when they write a rounded one: 2997/100 becomes 30000/1001.
    ///
    /// Rates that are within 0.02 % of none of the broadcast and cinema rates stay as they are.
    pub fn snapped(self) -> Self {
        const KNOWN: [(u32, u32); 13] = [
            (24000, 1001),
            (24, 1),
            (25, 1),
            (30000, 1001),
            (30, 1),
            (48000, 1001),
            (48, 1),
            (50, 1),
            (60000, 1001),
            (60, 1),
            (120000, 1001),
            (120, 1),
            (10, 1),
        ];
        for (num, den) in KNOWN {
            let mine = u128::from(self.num) * u128::from(den);
            let known = u128::from(num) * u128::from(self.den);
            if mine.abs_diff(known) * 5000 <= known {
                return Self { num, den };
            }
        }
        self
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.den == 1 {
            write!(f, "{}", self.num)
        } else {
            write!(f, "{}/{}", self.num, self.den)
        }
    }
}

impl FromStr for Rate {
    type Err = RateError;

    /// Reads `25`, `24000/1001` and `23.976` (which is snapped to 24000/1001).
    fn from_str(text: &str) -> Result<Self, RateError> {
        let wrong = || RateError::Text(text.to_owned());
        if let Some((num, den)) = text.split_once('/') {
            let num = num.trim().parse().map_err(|_| wrong())?;
            let den = den.trim().parse().map_err(|_| wrong())?;
            return Self::new(num, den);
        }
        let Some((whole, fraction)) = text.split_once('.') else {
            return Self::new(text.trim().parse().map_err(|_| wrong())?, 1);
        };
        let den = u32::try_from(fraction.len())
            .ok()
            .and_then(|n| 10_u32.checked_pow(n))
            .ok_or_else(wrong)?;
        let whole: u32 = whole.parse().map_err(|_| wrong())?;
        let part: u32 = if fraction.is_empty() {
            0
        } else {
            fraction.parse().map_err(|_| wrong())?
        };
        let num = whole
            .checked_mul(den)
            .and_then(|n| n.checked_add(part))
            .ok_or_else(wrong)?;
        Ok(Self::new(num, den)?.snapped())
    }
}

impl TryFrom<(u32, u32)> for Rate {
    type Error = RateError;

    fn try_from((num, den): (u32, u32)) -> Result<Self, RateError> {
        Self::new(num, den)
    }
}

impl From<Rate> for (u32, u32) {
    fn from(rate: Rate) -> Self {
        (rate.num, rate.den)
    }
}

/// A moment on a clock that may lie before zero, such as the start time of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// Ticks since the clock's zero; negative before it.
    pub ticks: i64,
    /// Ticks per second.
    pub rate: Rate,
}

impl Moment {
    /// The zero of a clock.
    pub fn zero(rate: Rate) -> Self {
        Self { ticks: 0, rate }
    }

    /// The same moment in ticks of another rate; saturates at the ends of `i64`.
    pub fn at(self, rate: Rate, round: Round) -> i64 {
        let numerator = i128::from(self.ticks) * i128::from(self.rate.den) * i128::from(rate.num);
        let denominator = i128::from(self.rate.num) * i128::from(rate.den);
        let ticks = round.divide_signed(numerator, denominator);
        i64::try_from(ticks).unwrap_or(if ticks < 0 { i64::MIN } else { i64::MAX })
    }

    /// Ticks of `rate` between two moments; zero if `self` is not later than `start`.
    pub fn since(self, start: Self, rate: Rate, round: Round) -> u64 {
        // The difference is taken on a clock that both share, so that only the result is rounded.
        let shared = i128::from(self.rate.num) * i128::from(start.rate.num);
        let end = i128::from(self.ticks) * i128::from(self.rate.den) * i128::from(start.rate.num);
        let begin = i128::from(start.ticks) * i128::from(start.rate.den) * i128::from(self.rate.num);
        let span = (end - begin).max(0);
        let (num, den) = (i128::from(rate.num), i128::from(rate.den));
        let ticks = match span.checked_mul(num) {
            Some(numerator) => round.divide_signed(numerator, shared * den),
            // Beyond any real length: lose the remainder rather than the value.
            None => (span / (shared * den)).saturating_mul(num),
        };
        u64::try_from(ticks).unwrap_or(u64::MAX)
    }
}

fn saturate(value: u128) -> u64 {
    u64::try_from(value).unwrap_or(u64::MAX)
}

fn gcd(mut a: u32, mut b: u32) -> u32 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
