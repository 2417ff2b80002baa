//! Styles by name, and wishes that are refused.

use std::ops::Range;
use std::process::Command;

use muvi_scoring::plan::Pace;
use muvi_session::compose::{StyleChoice, TakePaths, Wishes};
use muvi_session::{Error, StyleProblem};

use crate::watched::*;

#[test]
fn styles_are_named_and_bad_wishes_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut engine = engine("toy");
    let span = 0..4 * HZ;
    let clip = folder.path().join("clip.wav");
    // Silent but for what is heard from 40 s on.
    let graph = "sine=frequency=500:duration=60,volume='if(gt(t,40),0.5,0)':eval=frame";
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-f", "lavfi", "-i", graph])
        .arg(&clip)
        .status();
    assert!(made.unwrap().success());
    let file = |from_s| StyleChoice::File {
        path: clip.clone(),
        from_s,
    };
    let palette = engine.pack().unwrap().manifest().styles[0].clone();
    let mut made = Vec::new();
    let mut make = |style: StyleChoice, name: &str| {
        let wishes = Wishes { style, ..wishes(1) };
        compose(
            &mut engine,
            &span,
            &wishes,
            &folder.path().join(name),
            &mut |_| {},
        )
    };
    for (name, style) in [
        ("auto", StyleChoice::Auto),
        (
            "palette",
            StyleChoice::Palette {
                id: palette.id.clone(),
            },
        ),
        ("whole", file(None)),
        ("from", file(Some(45.0))),
    ] {
        made.push(make(style, name).unwrap());
    }
    assert_eq!(made[1].style_name.as_deref(), Some(palette.name.as_str()));
    assert_eq!(made[3].style_name.as_deref(), Some("clip.wav"));
    let problem = |error: Error| match error {
        Error::Style { problem, .. } => problem,
        other => panic!("{other}"),
    };
    let unknown = make(StyleChoice::Palette { id: "no".into() }, "x").unwrap_err();
    assert!(matches!(problem(unknown), StyleProblem::Unknown));
    for from_s in [59.5, 100.0, -1.0, f64::NAN] {
        let late = make(file(Some(from_s)), "x").unwrap_err();
        assert!(matches!(problem(late), StyleProblem::From { .. }), "{from_s}");
    }
    assert!(matches!(
        problem(make(file(Some(10.0)), "x").unwrap_err()),
        StyleProblem::Silent | StyleProblem::Codec(_)
    ));

    let listed = names(folder.path());
    let mut refused = |span: Range<u64>, wishes: Wishes| {
        compose(&mut engine, &span, &wishes, &folder.path().join("x"), &mut |_| {}).unwrap_err()
    };
    let take = |error: &Error| matches!(error, Error::Take { .. });
    assert!(take(&refused(5..5, wishes(1))) && take(&refused(0..46 * HZ, wishes(1))));
    let off = [
        Wishes {
            intensity: f32::NAN,
            ..wishes(1)
        },
        Wishes {
            intensity: 2.5,
            ..wishes(1)
        },
        Wishes {
            drawn: vec![(2.0, 0.5), (1.0, 0.5)],
            ..wishes(1)
        },
        Wishes {
            hits: vec![hit(f64::NAN)],
            ..wishes(1)
        },
    ];
    for wishes in off {
        assert!(take(&refused(span.clone(), wishes)));
    }
    let pace = refused(
        span.clone(),
        Wishes {
            pace: Pace::Bpm(900.0),
            ..wishes(1)
        },
    );
    assert!(matches!(pace, Error::Scoring(_)), "{pace}");
    let steps = refused(
        span.clone(),
        Wishes {
            steps: Some(0),
            ..wishes(1)
        },
    );
    assert!(steps.to_string().contains("solver steps"), "{steps}");
    assert_eq!(names(folder.path()), listed);
    let there = silently(&mut engine, &span, &folder.path().join("auto"));
    assert!(there.unwrap_err().existing_output().is_some());
    let nowhere = silently(&mut engine, &span, &folder.path().join("no/x"));
    assert!(matches!(nowhere, Err(Error::Output(_))));
    assert_eq!(
        TakePaths::new(folder.path().join("auto")).wav(),
        made[0].files.wav()
    );
}
