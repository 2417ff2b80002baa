//! The flow solver: from noise at time 0 to data at time 1 along a velocity field.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::pack::Manifest;

/// How a step is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// One velocity a step; error of order 1.
    Euler,
    /// Two velocities a step, the second in its middle; error of order 2.
    Midpoint,
}

/// A name that is no method.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no solver; choose euler or midpoint")]
pub struct UnknownMethod(String);

impl FromStr for Method {
    type Err = UnknownMethod;

    fn from_str(name: &str) -> Result<Self, UnknownMethod> {
        match name.to_ascii_lowercase().as_str() {
            "euler" => Ok(Self::Euler),
            "midpoint" => Ok(Self::Midpoint),
            _ => Err(UnknownMethod(name.to_owned())),
        }
    }
}

/// The value that the paper on rescaled guidance found good.
const RESCALE: f32 = 0.7;

/// Until then in the solver's time the style clip has guidance of its own: what music is made of is settled in the first
/// half.
const STYLE_UNTIL: f64 = 0.5;

/// How the flow is solved.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SolverSettings {
    /// How a step is taken.
    pub method: Method,
    /// Steps from noise to data, at least 1.
    pub steps: usize,
    /// Guidance scale: 1 follows the conditions as trained, more follows them closer, 0 ignores them.
    pub guidance: f32,
    /// How far guidance is kept from making the music louder and harsher than the network means it: 0 not at all, 1
    /// to the level of the branch with conditions (Lin et al., arXiv 2305.08891, section 3.4, on the predicted data).
    pub rescale: f32,
    /// Sway of the time grid, -1 to 1: below 0 the early steps are shorter (Chen et al., F5-TTS, arXiv 2410.06885).
    pub sway: f32,
}

impl SolverSettings {
    /// What the pack was tuned with.
    pub fn from_manifest(manifest: &Manifest) -> Self {
        let d = manifest.solver;
        Self {
            method: d.method,
            steps: d.steps,
            guidance: d.guidance,
            rescale: RESCALE,
            sway: 0.0,
        }
    }

    /// Branches of guidance at a time of the flow: the conditioned one, the one without conditions and, early on with a
    /// style clip, the one with all but the clip.
    pub fn branches(&self, clip: bool, time: f64) -> usize {
        match self.guidance {
            1.0 => 1,
            scale if clip && scale > 1.0 && time < STYLE_UNTIL => 3,
            _ => 2,
        }
    }

    /// How often the network is evaluated on one window, each branch counted.
    pub fn evaluations(&self, clip: bool) -> usize {
        let grid = time_grid(self.steps, self.sway);
        let branches = |times: &[f64]| match self.method {
            Method::Euler => self.branches(clip, times[0]),
            Method::Midpoint => {
                self.branches(clip, times[0]) + self.branches(clip, middle(times[0], times[1]))
            }
        };
        grid.windows(2).map(branches).sum()
    }

    /// Why these settings can't be solved with, if so.
    pub(crate) fn problem(&self) -> Option<String> {
        if !(1..=1000).contains(&self.steps) {
            Some(format!("{} solver steps; choose 1 to 1000", self.steps))
        } else if !self.guidance.is_finite() || self.guidance.abs() > 100.0 {
            Some(format!("guidance {}; choose 0 to 10", self.guidance))
        } else if !(0.0..=1.0).contains(&self.rescale) {
            Some(format!("rescale {}; choose 0 to 1", self.rescale))
        } else if !(-1.0..=1.0).contains(&self.sway) {
            Some(format!("sway {}; choose -1 to 1", self.sway))
        } else {
            None
        }
    }
}

/// A velocity field over a state of any length.
pub trait VelocityField {
    /// Why a velocity can't be had.
    type Error;

    /// Writes the velocity (data minus noise) at `state` and `time` (0 noise .. 1 data) to `out`, as long as `state`.
    ///
    /// # Errors
    /// Whatever stops the field, a cancelled job included.
    fn velocity(&mut self, state: &[f32], time: f32, out: &mut [f32]) -> Result<(), Self::Error>;
}

/// The times at which steps begin and end, `steps + 1` values from 0 to 1.
pub fn time_grid(steps: usize, sway: f32) -> Vec<f64> {
    let sway = f64::from(sway);
    let mut grid: Vec<f64> = (0..=steps)
        .map(|i| {
            let t = i as f64 / steps as f64;
            t + sway * ((std::f64::consts::FRAC_PI_2 * t).cos() - 1.0 + t)
        })
        .collect();
    if let Some(last) = grid.last_mut() {
        *last = 1.0;
    }
    grid
}

/// Moves `state` from time 0 to time 1. `after_step` is told the number of steps done, and can stop the work.
///
/// # Errors
/// Those of the field and of `after_step`.
pub fn solve<F: VelocityField>(
    field: &mut F,
    state: &mut [f32],
    settings: &SolverSettings,
    mut after_step: impl FnMut(usize) -> Result<(), F::Error>,
) -> Result<(), F::Error> {
    let mut velocity = vec![0.0; state.len()];
    let mut half = if settings.method == Method::Midpoint {
        vec![0.0; state.len()]
    } else {
        Vec::new()
    };
    let grid = time_grid(settings.steps, settings.sway);
    for (i, times) in grid.windows(2).enumerate() {
        let (t, dt) = (times[0], times[1] - times[0]);
        field.velocity(state, t as f32, &mut velocity)?;
        if settings.method == Method::Midpoint {
            half.copy_from_slice(state);
            step(&mut half, &velocity, 0.5 * dt);
            field.velocity(&half, middle(t, times[1]) as f32, &mut velocity)?;
        }
        step(state, &velocity, dt);
        after_step(i + 1)?;
    }
    Ok(())
}

/// When a midpoint step looks a second time.
fn middle(from: f64, to: f64) -> f64 {
    from + 0.5 * (to - from)
}

fn step(state: &mut [f32], velocity: &[f32], dt: f64) {
    for (x, v) in state.iter_mut().zip(velocity) {
        *x += v * dt as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// dx/dt = x (1 + t): x(1) = x(0) exp(3/2), not solved exactly by either method.
    struct Growth(usize);

    impl VelocityField for Growth {
        type Error = &'static str;

        fn velocity(&mut self, state: &[f32], time: f32, out: &mut [f32]) -> Result<(), Self::Error> {
            self.0 += 1;
            out.iter_mut().zip(state).for_each(|(o, x)| *o = x * (1.0 + time));
            Ok(())
        }
    }

    fn error(method: Method, steps: usize, sway: f32) -> f64 {
        let mut x = [1.0_f32, -2.0];
        let settings = SolverSettings {
            method,
            steps,
            guidance: 1.0,
            rescale: 0.0,
            sway,
        };
        solve(&mut Growth(0), &mut x, &settings, |_| Ok(())).unwrap();
        let right = 1.5_f64.exp();
        assert!((f64::from(x[1]) + 2.0 * f64::from(x[0])).abs() < 1e-5);
        (f64::from(x[0]) - right).abs()
    }

    #[test]
    fn the_methods_have_their_order() {
        for sway in [0.0, -1.0] {
            let euler = error(Method::Euler, 20, sway) / error(Method::Euler, 40, sway);
            let midpoint = error(Method::Midpoint, 10, sway) / error(Method::Midpoint, 20, sway);
            assert!((1.7..2.4).contains(&euler), "{euler}");
            assert!((3.3..4.9).contains(&midpoint), "{midpoint}");
        }
    }

    #[test]
    fn evaluations_count_every_branch() {
        let settings = |method, guidance| SolverSettings {
            method,
            steps: 10,
            guidance,
            rescale: 0.7,
            sway: 0.0,
        };
        for (method, guidance, without, with) in [
            (Method::Euler, 1.0, 10, 10),
            (Method::Euler, 0.5, 20, 20),
            (Method::Euler, 2.5, 20, 25),
            (Method::Midpoint, 2.5, 40, 50),
        ] {
            let settings = settings(method, guidance);
            assert_eq!(
                (settings.evaluations(false), settings.evaluations(true)),
                (without, with)
            );
        }
    }

    #[test]
    fn a_straight_flow_is_exact_in_one_step() {
        struct Straight;
        impl VelocityField for Straight {
            type Error = ();
            fn velocity(&mut self, _: &[f32], _: f32, out: &mut [f32]) -> Result<(), ()> {
                out.fill(2.5);
                Ok(())
            }
        }
        let mut x = [1.0];
        let settings = SolverSettings {
            method: Method::Euler,
            steps: 1,
            guidance: 1.0,
            rescale: 0.0,
            sway: 0.0,
        };
        solve(&mut Straight, &mut x, &settings, |_| Ok(())).unwrap();
        assert_eq!(x, [3.5]);
    }

    #[test]
    fn it_stops_between_steps() {
        let settings = SolverSettings {
            method: Method::Midpoint,
            steps: 50,
            guidance: 1.0,
            rescale: 0.0,
            sway: 0.0,
        };
        let mut field = Growth(0);
        let stop = |i| if i == 3 { Err("stop") } else { Ok(()) };
        assert_eq!(solve(&mut field, &mut [1.0], &settings, stop), Err("stop"));
        assert_eq!(field.0, 6);
    }

    #[test]
    fn grids_rise_from_zero_to_one() {
        for (steps, sway) in [(1, 0.0), (12, -1.0), (7, 0.6), (30, 1.0)] {
            let grid = time_grid(steps, sway);
            assert_eq!((grid.len(), grid[0], grid[steps]), (steps + 1, 0.0, 1.0));
            assert!(grid.windows(2).all(|w| w[0] < w[1]), "{steps} {sway}");
        }
    }
}
