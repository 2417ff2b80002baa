//! One measure: its value, what is best, what chance gives, and what it means.

use serde::Serialize;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A part, 1 is all of it; shown in per cent.
    Part,
    /// A difference of two parts; shown in percentage points.
    Points,
    /// A correlation or a cosine, -1 to 1.
    Correlation,
    /// Beats a minute.
    Bpm,
    /// Milliseconds.
    Ms,
    /// Loudness.
    Lufs,
    /// A range of loudness.
    Lu,
    /// A true peak.
    Dbtp,
}

impl Unit {
    /// A value with its unit, for people.
    pub fn text(self, value: f64) -> String {
        match self {
            Self::Part => format!("{:.0} %", 100.0 * value),
            Self::Points if value.abs() < 0.005 => "0 points".into(),
            Self::Points => format!("{:+.0} points", 100.0 * value),
            Self::Correlation => format!("{value:+.2}"),
            Self::Bpm => format!("{value:.1} bpm"),
            Self::Ms => format!("{value:+.0} ms"),
            Self::Lufs => format!("{value:.1} LUFS"),
            Self::Lu => format!("{value:.1} LU"),
            Self::Dbtp => format!("{value:.1} dBTP"),
        }
    }

    /// The same without its unit, where that was said before.
    fn number(self, value: f64) -> String {
        let text = self.text(value);
        text.split_once(' ')
            .map_or(text.clone(), |(number, _)| number.to_owned())
    }
}

/// One measure of how well music fits a picture. `docs/MEASURES.md` has the formulas.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measure {
    /// A stable word.
    pub id: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// The value; `None` where it can't be told, then `note` says why.
    pub value: Option<f64>,
    /// What it is.
    pub unit: Unit,
    /// The 95 % interval of the value, where there is one.
    pub interval: Option<[f64; 2]>,
    /// What is best, in words; `None` where that is a matter of taste.
    pub ideal: Option<&'static str>,
    /// What the same music shifted in time reaches.
    pub chance: Option<f64>,
    /// What the value is made from, or why there's none.
    pub note: Option<String>,
    /// What it means, in a sentence.
    pub help: &'static str,
}

impl Measure {
    pub(super) fn new(id: &'static str, name: &'static str, unit: Unit, help: &'static str) -> Self {
        Self {
            id,
            name,
            value: None,
            unit,
            interval: None,
            ideal: None,
            chance: None,
            note: None,
            help,
        }
    }

    pub(super) fn ideal(self, ideal: &'static str) -> Self {
        Self {
            ideal: Some(ideal),
            ..self
        }
    }

    pub(super) fn value(self, value: f64) -> Self {
        Self {
            value: Some(value),
            ..self
        }
    }

    pub(super) fn chance(self, chance: Option<f64>) -> Self {
        Self { chance, ..self }
    }

    pub(super) fn interval(self, low: f64, high: f64) -> Self {
        Self {
            interval: Some([low, high]),
            ..self
        }
    }

    pub(super) fn note(self, note: impl Into<String>) -> Self {
        Self {
            note: Some(note.into()),
            ..self
        }
    }

    /// How late the beats of a take sound against its plan, in milliseconds.
    pub(crate) fn beat_offset(value: f64) -> Self {
        let row = Self::new(
            "beat_offset",
            "Beats against the plan",
            Unit::Ms,
            "How much later than planned the beats sound on average; a few milliseconds early is the detector's.",
        );
        row.ideal("0 ms").value(value)
    }

    /// The value in words with its unit, its interval and what it is made from; why, where there is none.
    pub fn text(&self) -> String {
        let Some(value) = self.value else {
            return self.note.clone().unwrap_or_else(|| "not known".into());
        };
        let mut text = self.unit.text(value);
        if let Some([low, high]) = self.interval {
            text += &format!(" ({} to {})", self.unit.number(low), self.unit.number(high));
        }
        if let Some(note) = &self.note {
            text += &format!(", {note}");
        }
        text
    }

    /// What chance gives, in words.
    pub fn chance_text(&self) -> Option<String> {
        self.chance.map(|chance| self.unit.text(chance))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_words() {
        let measure = Measure::new("hit_lift", "Lift", Unit::Points, "").value(0.551);
        assert_eq!(measure.text(), "+55 points");
        let measure = measure.interval(0.4, 0.68).note("24 hit points");
        assert_eq!(measure.text(), "+55 points (+40 to +68), 24 hit points");
        let none = Measure::new("sim", "SIM", Unit::Correlation, "").note("not in this pack");
        assert_eq!(
            (none.text(), none.chance_text()),
            ("not in this pack".into(), None)
        );
        assert_eq!(Unit::Part.text(0.917), "92 %");
        assert_eq!(Unit::Ms.text(-3.6), "-4 ms");
        assert_eq!(Unit::Correlation.text(0.733), "+0.73");
    }
}
