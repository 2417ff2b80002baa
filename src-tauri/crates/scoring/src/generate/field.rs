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

/// Evaluates both branches of guidance in one batch: with the conditions first, without them second.
pub(super) struct GuidedField<'m> {
    models: &'m mut MusicModels,
    cancel: &'m Cancel,
    inputs: WindowInputs,
    guidance: f32,
    rescale: f32,
    batch: usize,
    rows: usize,
    width: usize,
    state: Vec<f32>,
    time: Vec<f32>,
}

impl<'m> GuidedField<'m> {
    /// `style_rows` of the mask stay given in the branch without conditions.
    pub(super) fn new(
        models: &'m mut MusicModels,
        mut inputs: WindowInputs,
        style_rows: usize,
        solver: &SolverSettings,
        cancel: &'m Cancel,
    ) -> Self {
        let width = models.manifest().latent.width;
        let rows = inputs.mask.len();
        // A scale of 1 is the conditioned branch alone.
        let batch = if solver.guidance == 1.0 { 1 } else { 2 };
        let all = [
            &mut inputs.context,
            &mut inputs.video,
            &mut inputs.plan,
            &mut inputs.globals,
        ];
        for values in all {
            values.resize(batch * values.len(), 0.0);
        }
        inputs.mask.resize(batch * rows, 0.0);
        if batch == 2 {
            inputs.mask[rows..rows + style_rows].fill(1.0);
        }
        let (state, time) = (vec![0.0; batch * rows * width], vec![0.0; batch]);
        Self {
            models,
            cancel,
            inputs,
            guidance: solver.guidance,
            rescale: solver.rescale,
            batch,
            rows,
            width,
            state,
            time,
        }
    }
}

impl VelocityField for GuidedField<'_> {
    type Error = GenerateError;

    fn velocity(&mut self, state: &[f32], time: f32, out: &mut [f32]) -> Result<(), GenerateError> {
        self.cancel.check()?;
        let (batch, rows, width) = (self.batch, self.rows, self.width);
        let (video, plan) = (
            self.inputs.video.len() / (batch * rows),
            self.inputs.plan.len() / (batch * rows),
        );
        for half in self.state.chunks_exact_mut(state.len()) {
            half.copy_from_slice(state);
        }
        self.time.fill(time);
        let stage = &mut self.models.velocity;
        let inputs = [
            stage.input([batch, rows, width], &self.state)?,
            stage.input([batch, rows, width], &self.inputs.context)?,
            stage.input([batch, rows, 1], &self.inputs.mask)?,
            stage.input([batch, rows, video], &self.inputs.video)?,
            stage.input([batch, rows, plan], &self.inputs.plan)?,
            stage.input([batch, self.inputs.globals.len() / batch], &self.inputs.globals)?,
            stage.input([batch], &self.time)?,
        ];
        let outputs = stage.run(inputs)?;
        let velocity = outputs.floats("velocity", batch * state.len())?;
        let (with, without) = velocity.split_at(state.len());
        if batch == 1 {
            out.copy_from_slice(with);
            return Ok(());
        }
        for ((o, c), u) in out.iter_mut().zip(with).zip(without) {
            *o = u + self.guidance * (c - u);
        }
        if self.rescale > 0.0 {
            rescale(state, with, out, &self.inputs.mask, time, self.rescale);
        }
        Ok(())
    }
}

/// Pulls the data that the guided velocity leads to back to the level of the data that `with` leads to, by `part`,
/// counting only rows that are to be generated.
fn rescale(state: &[f32], with: &[f32], guided: &mut [f32], mask: &[f32], time: f32, part: f32) {
    let (left, width) = (1.0 - time, state.len() / (mask.len() / 2));
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
        // Two rows of width 2, the first one given; the second half of the mask is the other branch's.
        let (state, mask) = ([9.0, 9.0, 1.0, -1.0], [1.0, 0.0, 0.0, 0.0]);
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
