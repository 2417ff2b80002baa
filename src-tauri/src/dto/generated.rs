//! The types that TypeScript knows are those of Rust: `ui/src/api/types.ts` is written, or checked, here.

use std::path::Path;

use ts_rs::{Config, TS};

use super::*;

const HEAD: &str = "// Generated from src-tauri/src/dto by `./dev update-generated`. Do not edit.\n\n";

fn types() -> String {
    let config = Config::default();
    let mut text = HEAD.to_owned();
    macro_rules! declare {
        ($($type:ty),* $(,)?) => {
            $(
                text.push_str("export ");
                text.push_str(&<$type>::decl(&config));
                text.push_str("\n\n");
            )*
        };
    }
    declare!(
        ProjectView,
        ProblemView,
        VideoView,
        CutView,
        CutKind,
        HitView,
        HitOrigin,
        LandingView,
        IntensityView,
        CueView,
        TakeView,
        FadeCurve,
        SectionView,
        TakeSettings,
        Pace,
        StyleView,
        MixView,
        DeliveryView,
        TrackView,
        DuckingView,
        DuckBy,
        Edit,
        JobView,
        JobKind,
        JobState,
        ProviderView,
        ApiError,
        Forecast,
        ExportRequest,
        ExportWhat,
        SoundCodec,
        Bus,
        ExportPreset,
        ExportForecast,
        MixMeasure,
        SpeechMeasure,
        HandOverRequest,
        HandOverFormat,
        HandOverView,
        PageRequest,
        PageOther,
        TakeMeasures,
        MeasureRow,
        LandingRow,
        Tick,
        TransportCommand,
        DeviceView,
        AppView,
        PackView,
        DuckingPreset,
        PaletteStyle,
        RecentView,
        Settings,
        Theme,
        TakePlan,
        ChordView,
        Notice,
    );
    text
}

#[test]
fn typescript_knows_the_same_types() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src/api/types.ts");
    let types = types();
    if std::env::var_os("MUVI_UPDATE_GENERATED").is_some() {
        std::fs::write(&path, &types).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap();
    assert!(
        there == types,
        "ui/src/api/types.ts is old: run ./dev update-generated"
    );
}
