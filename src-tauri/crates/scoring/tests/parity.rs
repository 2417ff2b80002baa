//! Every stage of every pack in the checkout gives what PyTorch gave.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::HashMap;
use std::path::Path;

use muvi_scoring::pack::{Dtype, Pack};
use ort::session::Session;
use ort::session::SessionInputValue;
use ort::value::Tensor;
use safetensors::SafeTensors;

#[test]
fn toy() {
    check(&common::pack_dir("toy"));
}

/// The trained pack ships with the checkout, but not with every branch of it.
#[test]
fn mini() {
    let dir = common::pack_dir("mini");
    if dir.join("pack.json").is_file() {
        check(&dir);
    }
}

fn check(dir: &Path) {
    let pack = Pack::open(dir).unwrap();
    let runtime = common::runtime();
    pack.verify(&runtime).unwrap();
    for (kind, spec) in pack.manifest().stages.all() {
        let Some(parity) = &spec.parity else { continue };
        let bytes = std::fs::read(dir.join(&parity.file)).unwrap();
        let stored = SafeTensors::deserialize(&bytes).unwrap();
        let mut session = runtime.session(&dir.join(&spec.file)).unwrap();
        let outputs = run(&mut session, &stored, spec);
        for output in &spec.outputs {
            let expected = floats(&stored, &output.name);
            let found = &outputs[&output.name];
            assert_eq!(expected.len(), found.len(), "{kind}: {}", output.name);
            let largest = expected.iter().fold(0.0_f32, |m, v| m.max(v.abs()));
            let worst = expected
                .iter()
                .zip(found)
                .fold(0.0_f32, |m, (a, b)| m.max((a - b).abs()));
            assert!(
                worst <= parity.tolerance * largest,
                "{}: {kind}: {} is off by {worst}",
                dir.display(),
                output.name
            );
        }
    }
}

fn run(
    session: &mut Session,
    stored: &SafeTensors<'_>,
    spec: &muvi_scoring::pack::StageSpec,
) -> HashMap<String, Vec<f32>> {
    let inputs: Vec<(String, SessionInputValue<'_>)> = spec
        .inputs
        .iter()
        .map(|input| {
            let tensor = stored.tensor(&input.name).unwrap();
            let shape = tensor.shape().to_vec();
            let value: SessionInputValue<'_> = match input.dtype {
                Dtype::Uint8 => Tensor::from_array((shape, tensor.data().to_vec()))
                    .unwrap()
                    .into(),
                Dtype::Float32 => Tensor::from_array((shape, floats(stored, &input.name)))
                    .unwrap()
                    .into(),
            };
            (input.name.clone(), value)
        })
        .collect();
    let outputs = session.run(inputs).unwrap();
    let value = |name: &str| {
        outputs
            .get(name)
            .unwrap()
            .try_extract_tensor::<f32>()
            .unwrap()
            .1
            .to_vec()
    };
    spec.outputs
        .iter()
        .map(|o| (o.name.clone(), value(&o.name)))
        .collect()
}

fn floats(stored: &SafeTensors<'_>, name: &str) -> Vec<f32> {
    let bytes = stored.tensor(name).unwrap().data().to_vec();
    bytes
        .chunks_exact(4)
        .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
        .collect()
}
