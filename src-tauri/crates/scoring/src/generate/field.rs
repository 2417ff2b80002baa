//! The velocity network with guidance, on one window.

use super::GenerateError;
use crate::cancel::Cancel;
use crate::models::MusicModels;
use crate::solver::{SolverSettings, VelocityField};

/// Inputs of one window, one row per latent: the style segment, then the window.
#[derive(Debug, Default)]
pub(super) struct WindowInputs {
    /// `[L, Z]`, 0 where nothing is given.
    pub(super) context: Vec<f32>,
    /// `[L, 1]`, 1 where latents are given.
    pub(super) mask: Vec<f32>,
    /// `[L, D]`.
    pub(super) video: Vec<f32>,
    /// `[L, C]`.
    pub(super) plan: Vec<f32>,
    /// `[G]`.
    pub(super) globals: Vec<f32>,
}

/// How much more than the other conditions the style clip is followed, per unit of guidance above 1; chosen on held-out
/// clips by the judge of `muvi_models.evaluate`: without it a quiet clip yields to a lively picture's plan.
const STYLE_MORE: f32 = 2.0;

/// Evaluates the branches of guidance in one batch: with the conditions, without them and, early on, with all but the
/// style clip (guidance per condition after Brooks et al., InstructPix2Pix, arXiv 2211.09800).
pub(super) struct GuidedField<'m> {
    models: &'m mut MusicModels,
    cancel: &'m Cancel,
    inputs: WindowInputs,
    solver: SolverSettings,
    clip: bool,
    rows: usize,
    width: usize,
    state: Vec<f32>,
}

impl<'m> GuidedField<'m> {
    /// `style_rows` of the mask stay given in the branches without a clip; `clip` is whether the style segment is one
    /// that was asked for.
    pub(super) fn new(
        models: &'m mut MusicModels,
        mut inputs: WindowInputs,
        style_rows: usize,
        clip: bool,
        solver: &SolverSettings,
        cancel: &'m Cancel,
    ) -> Self {
        let width = models.manifest().latent.width;
        let rows = inputs.mask.len();
        let branches = most_branches(solver, clip);
        let all = [
            &mut inputs.context,
            &mut inputs.mask,
            &mut inputs.video,
            &mut inputs.plan,
            &mut inputs.globals,
        ];
        for values in all {
            let own = values.len();
            values.resize(branches * own, 0.0);
            if branches == 3 {
                values.copy_within(..own, 2 * own);
            }
        }
        if branches >= 2 {
            inputs.mask[rows..][..style_rows].fill(1.0);
        }
        if branches == 3 {
            for values in [&mut inputs.context, &mut inputs.plan] {
                let own = values.len() / 3;
                values[2 * own..][..own / rows * style_rows].fill(0.0);
            }
        }
        Self {
            models,
            cancel,
            inputs,
            solver: *solver,
            clip,
            rows,
            width,
            state: vec![0.0; branches * rows * width],
        }
    }
}

impl VelocityField for GuidedField<'_> {
    type Error = GenerateError;

    fn velocity(&mut self, state: &[f32], time: f32, out: &mut [f32]) -> Result<(), GenerateError> {
        self.cancel.check()?;
        let (all, rows, width) = (most_branches(&self.solver, self.clip), self.rows, self.width);
        let batch = self.solver.branches(self.clip, f64::from(time));
        let (video, plan, globals) = (
            self.inputs.video.len() / (all * rows),
            self.inputs.plan.len() / (all * rows),
            self.inputs.globals.len() / all,
        );
        for branch in self.state.chunks_exact_mut(state.len()).take(batch) {
            branch.copy_from_slice(state);
        }
        let (inputs, times) = (&self.inputs, [time; 3]);
        let stage = &mut self.models.velocity;
        let inputs = [
            stage.input([batch, rows, width], &self.state[..batch * rows * width])?,
            stage.input([batch, rows, width], &inputs.context[..batch * rows * width])?,
            stage.input([batch, rows, 1], &inputs.mask[..batch * rows])?,
            stage.input([batch, rows, video], &inputs.video[..batch * rows * video])?,
            stage.input([batch, rows, plan], &inputs.plan[..batch * rows * plan])?,
            stage.input([batch, globals], &inputs.globals[..batch * globals])?,
            stage.input([batch], &times[..batch])?,
        ];
        let outputs = stage.run(inputs)?;
        let velocity = outputs.floats("velocity", batch * state.len())?;
        let (with, others) = velocity.split_at(state.len());
        if batch == 1 {
            out.copy_from_slice(with);
            return Ok(());
        }
        let (without, unstyled) = others.split_at(state.len());
        for ((o, c), u) in out.iter_mut().zip(with).zip(without) {
            *o = u + self.solver.guidance * (c - u);
        }
        let more = STYLE_MORE * (self.solver.guidance - 1.0);
        for ((o, c), s) in out.iter_mut().zip(with).zip(unstyled) {
            *o += more * (c - s);
        }
        let part = self.solver.rescale;
        if part > 0.0 {
            rescale(state, with, out, &self.inputs.mask[..rows], time, part);
        }
        Ok(())
    }
}

/// The branches that there are inputs for: those of the start, of which there are fewer later.
fn most_branches(solver: &SolverSettings, clip: bool) -> usize {
    solver.branches(clip, 0.0)
}

/// Pulls the data that the guided velocity leads to back to the level of the data that `with` leads to, by `part`,
/// counting only rows that are to be generated.
fn rescale(state: &[f32], with: &[f32], guided: &mut [f32], mask: &[f32], time: f32, part: f32) {
    let (left, width) = (1.0 - time, state.len() / mask.len());
    if left < 1e-4 {
        return;
    }
    let energy = |velocity: &[f32]| {
        let rows = state
            .chunks_exact(width)
            .zip(velocity.chunks_exact(width))
            .zip(mask);
        let made = rows.filter(|(_, given)| **given < 0.5);
        made.flat_map(|((x, v), _)| x.iter().zip(v))
            .map(|(x, v)| f64::from(x + left * v).powi(2))
            .sum::<f64>()
    };
    let (meant, found) = (energy(with), energy(guided));
    if found <= 0.0 {
        return;
    }
    let scale = 1.0 + part * ((meant / found).sqrt() as f32 - 1.0);
    for (v, x) in guided.iter_mut().zip(state) {
        *v = ((x + left * *v) * scale - x) / left;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rescaling_gives_the_level_of_the_conditioned_branch() {
        // Two rows of width 2, the first one given.
        let (state, mask) = ([9.0, 9.0, 1.0, -1.0], [1.0, 0.0]);
        let with = [0.0, 0.0, 2.0, 0.0];
        let data = |v: &[f32]| (state[2] + 0.5 * v[2]).hypot(state[3] + 0.5 * v[3]);
        let mut full = [5.0, 5.0, 6.0, -2.0];
        let before = data(&full);
        rescale(&state, &with, &mut full, &mask, 0.5, 1.0);
        assert!((data(&full) - data(&with)).abs() < 1e-5);
        let mut none = [5.0, 5.0, 6.0, -2.0];
        rescale(&state, &with, &mut none, &mask, 0.5, 0.0);
        assert!((data(&none) - before).abs() < 1e-5);
    }
}
