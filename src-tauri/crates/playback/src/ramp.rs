//! Gains that move without clicks.

/// A factor on its way to a new value, in a straight line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ramp {
    now: f32,
    target: f32,
    step: f32,
    left: u32,
}

impl Ramp {
    pub(crate) fn at(value: f32) -> Self {
        Self {
            now: value,
            target: value,
            step: 0.0,
            left: 0,
        }
    }

    /// From here to `target` within `samples`.
    pub(crate) fn go(&mut self, target: f32, samples: u32) {
        if target == self.target {
            return;
        }
        self.target = target;
        self.left = samples.max(1);
        self.step = (target - self.now) / self.left as f32;
    }

    /// Takes the way that is left in one step.
    pub(crate) fn arrive(&mut self) {
        *self = Self::at(self.target);
    }

    /// The value for the next sample.
    pub(crate) fn next(&mut self) -> f32 {
        if self.left > 0 {
            self.left -= 1;
            // The last step lands exactly, so that a finished ramp leaves no trace of rounding.
            self.now = if self.left == 0 {
                self.target
            } else {
                self.now + self.step
            };
        }
        self.now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_is_even_and_lands_exactly() {
        let mut ramp = Ramp::at(1.0);
        ramp.go(0.0, 4);
        let values: Vec<f32> = (0..6).map(|_| ramp.next()).collect();
        assert_eq!(values, [0.75, 0.5, 0.25, 0.0, 0.0, 0.0]);
        ramp.go(1.0, 10);
        ramp.next();
        ramp.arrive();
        assert_eq!(ramp.next(), 1.0);
    }
}
