//! The velocity network with guidance, on one window.

use super::GenerateError;
use crate::cancel::Cancel;
use crate::models::MusicModels;
use crate::solver::VelocityField;

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
        guidance: f32,
        cancel: &'m Cancel,
    ) -> Self {
        let width = models.manifest().latent.width;
        let rows = inputs.mask.len();
        // A scale of 1 is the conditioned branch alone.
        let batch = if guidance == 1.0 { 1 } else { 2 };
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
            guidance,
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
        } else {
            for ((o, c), u) in out.iter_mut().zip(with).zip(without) {
                *o = u + self.guidance * (c - u);
            }
        }
        Ok(())
    }
}
