//! The open project and all that belongs to it while it is open.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use muvi_media::MediaInfo;
use muvi_media::growing::GrowingWav;
use muvi_playback::Programme;
use muvi_scoring::hits as scored;
use muvi_timeline::{Cue, CueId, Cut, Edit, HitId, HitOrigin, Project, SampleSpan, TakeId};

use super::programme::{Extras, Score, Sound};
use super::view::{Landing, OpenView};
use crate::assets::{Assets, Peaks};
use crate::compose::{TakeDocument, TakePaths, landings};
use crate::seen::Seen;
use crate::store::Document;

/// Samples of a take that are read at once to draw it.
const BLOCK: usize = 1 << 15;

/// The open project.
pub(super) struct Open {
    pub(super) document: Document,
    /// `None` while the video's file is gone.
    pub(super) info: Option<MediaInfo>,
    pub(super) assets: Option<Arc<Assets>>,
    /// What was seen in the picture, once it was.
    pub(super) seen: Option<Arc<Seen>>,
    /// Cuts that were seen so far, while the picture is looked at for the first time.
    pub(super) partial: Vec<Cut>,
    /// Takes with what is known of their files; filled as they are needed.
    pub(super) takes: BTreeMap<TakeId, Arc<TakeFile>>,
    pub(super) extras: Extras,
    /// The take in the making and its cue.
    pub(super) making: Option<(CueId, TakeId)>,
    /// Counts what changes beside the document.
    pub(super) changes: u32,
    /// What the engine plays now.
    played: Option<Score>,
}

impl Open {
    pub(super) fn new(document: Document, info: Option<MediaInfo>) -> Self {
        Self {
            document,
            info,
            assets: None,
            seen: None,
            partial: Vec::new(),
            takes: BTreeMap::new(),
            extras: Extras::default(),
            making: None,
            changes: 0,
            played: None,
        }
    }

    pub(super) fn project(&self) -> Arc<Project> {
        self.document.project()
    }

    /// What is known of a take's files; the take must be the project's, or in the making.
    pub(super) fn take(&mut self, id: TakeId) -> Option<Arc<TakeFile>> {
        if let Some(there) = self.takes.get(&id) {
            return Some(Arc::clone(there));
        }
        self.project().take(id)?;
        let file = Arc::new(TakeFile::new(self.take_base(id)));
        self.takes.insert(id, Arc::clone(&file));
        Some(file)
    }

    /// The name of a take's files, without extensions.
    pub(super) fn take_base(&self, id: TakeId) -> PathBuf {
        self.document.take_files(id).audio.with_extension("")
    }

    /// Forgets a take in the making: it is made, or it will not be.
    pub(super) fn forget_growth(&mut self, id: TakeId) {
        self.takes.remove(&id);
        self.extras.takes.remove(&id);
        self.making = self.making.filter(|(_, making)| *making != id);
        if self.extras.audition.is_some_and(|(_, heard)| heard == id) {
            self.extras.audition = None;
        }
    }

    /// The pack that made a take, in words.
    pub(super) fn pack_of(&self, files: &TakePaths) -> String {
        let document = TakeDocument::read(files).ok();
        document.map_or_else(String::new, |it| format!("{} {}", it.pack.name, it.pack.version))
    }

    /// The view for the window.
    pub(super) fn view(&mut self) -> OpenView {
        let project = self.project();
        let mut landed = BTreeMap::new();
        for cue in &project.cues {
            landed.extend(self.landings(&project, cue));
        }
        let missing_takes: BTreeSet<TakeId> = self.document.missing_takes().into_iter().collect();
        let seen = self.seen.as_ref();
        OpenView {
            revision: (self.document.revision() as u32).wrapping_add(self.changes),
            name: self.document.name(),
            folder: self.document.folder().to_path_buf(),
            unnamed: self.document.unnamed(),
            saved: self.document.saved(),
            analysed: seen.is_some(),
            speech: self.extras.speech.to_vec(),
            video_missing: self.info.is_none(),
            analysis_rate: seen.map_or([10, 1], |seen| seen.analysis.frame_rate),
            grid: seen.map_or([7, 7], |seen| {
                let [rows, columns] = seen.analysis.grid;
                [columns, rows].map(|side| u32::try_from(side).unwrap_or(1))
            }),
            landings: landed,
            missing_takes,
            undo: self.document.undo_label().map(str::to_owned),
            redo: self.document.redo_label().map(str::to_owned),
            problems: self.problems(),
            cuts: if project.analysed {
                project.cuts.to_vec()
            } else {
                self.partial.clone()
            },
            project,
        }
    }

    /// How the take in use of a cue lands on the hit points within it.
    fn landings(&mut self, project: &Project, cue: &Cue) -> Vec<(HitId, Landing)> {
        let Some(id) = cue.take else { return Vec::new() };
        let Some(document) = self.take(id).and_then(|take| take.document()) else {
            return Vec::new();
        };
        let hz = project.sample_rate.as_f64();
        let (from_s, to_s) = (document.span.start as f64 / hz, document.span.end as f64 / hz);
        let hits = project.hits.iter().filter(|hit| cue.span.contains(hit.frame));
        hits.filter_map(|hit| {
            let wanted = [scored_hit(project, hit)];
            let found = landings(&wanted, &document.onsets_s, from_s, to_s - from_s);
            let found = found.first()?;
            let landing = Landing {
                landed: found.landed,
                miss_ms: found.miss_ms.map(|ms| ms as f32),
            };
            Some((hit.id, landing))
        })
        .collect()
    }

    /// What is to be played now, if it differs from what is played.
    pub(super) fn score(&mut self) -> Option<Change> {
        let project = self.project();
        for cue in &project.cues {
            for take in &cue.takes {
                if !self.extras.takes.contains_key(&take.id)
                    && let Some(sound) = sound_of(&project, take.id, &self.take_base(take.id))
                {
                    self.extras.takes.insert(take.id, sound);
                }
            }
        }
        let next = Score::of(&project, &self.extras);
        let change = match &self.played {
            None => Change::Load(next.programme()),
            Some(now) if *now == next => return None,
            Some(now) if now.same_but_mix(&next) => Change::Mix(next.mix),
            Some(_) => Change::Swap(next.programme()),
        };
        self.played = Some(next);
        Some(change)
    }

    /// The cue that a take belongs to.
    pub(super) fn cue_of(&self, take: TakeId) -> Option<muvi_timeline::CueId> {
        self.project().take(take).map(|(cue, _)| cue.id)
    }

    /// Applies an edit and forgets what it makes pointless.
    pub(super) fn edited(&mut self, edit: &Edit) {
        match edit {
            Edit::UseTake { .. } | Edit::AddTake { .. } | Edit::RemoveTake { .. } => {
                self.extras.audition = None
            }
            Edit::SetMix { .. } => self.extras.mix = None,
            Edit::SetCueGain { .. } | Edit::SetCueFades { .. } => self.extras.trial = None,
            Edit::SetCueAutomation { .. } | Edit::SetTempAutomation { .. } => self.extras.gain = None,
            _ => {}
        }
    }
}

/// How what is played must change.
pub(super) enum Change {
    Load(Programme),
    Swap(Programme),
    Mix(muvi_timeline::Mix),
}

/// The sound of a take as it can be put into a programme; `None` while its file is gone.
pub(super) fn sound_of(project: &Project, id: TakeId, base: &Path) -> Option<Sound> {
    let (_, take) = project.take(id)?;
    let path = TakePaths::new(base).wav();
    let start = project.sample_of(take.span.start());
    path.is_file().then(|| Sound {
        path,
        lufs: take.lufs,
        peaks: take.peaks,
        span: SampleSpan::from_len(start, take.samples),
    })
}

/// A hit point in the words of the networks.
pub(super) fn scored_hit(project: &Project, hit: &muvi_timeline::HitPoint) -> scored::HitPoint {
    scored::HitPoint {
        time_s: hit.frame as f64 / project.video.rate.as_f64(),
        strength: hit.strength,
        kind: match hit.origin {
            HitOrigin::Cut => scored::EventKind::Cut,
            HitOrigin::Found => scored::EventKind::Hit,
            HitOrigin::User => scored::EventKind::User,
        },
        locked: hit.locked,
    }
}

/// A take's files, what was read of them, and its peaks.
pub(super) struct TakeFile {
    pub(super) paths: TakePaths,
    document: OnceLock<Option<Arc<TakeDocument>>>,
    peaks: Mutex<Option<Peaks>>,
    growing: bool,
}

impl TakeFile {
    /// A take that is on disk.
    pub(super) fn new(base: PathBuf) -> Self {
        Self {
            paths: TakePaths::new(base),
            document: OnceLock::new(),
            peaks: Mutex::new(None),
            growing: false,
        }
    }

    /// A take in the making: its peaks grow with it.
    pub(super) fn growing(base: PathBuf) -> Self {
        Self {
            peaks: Mutex::new(Some(Peaks::new())),
            growing: true,
            ..Self::new(base)
        }
    }

    /// How it was made; `None` if the document is gone or damaged.
    pub(super) fn document(&self) -> Option<Arc<TakeDocument>> {
        let read = || TakeDocument::read(&self.paths).ok().map(Arc::new);
        if self.growing {
            return None;
        }
        self.document.get_or_init(read).clone()
    }

    /// More of a take in the making.
    pub(super) fn push(&self, [left, right]: [&[f32]; 2]) {
        if let Some(peaks) = self.lock().as_mut() {
            peaks.push(left, right);
        }
    }

    /// A tile of peaks and whether it can still change. Reads the whole take the first time.
    pub(super) fn peaks(&self, level: u32, tile: u32) -> Option<(Vec<u8>, bool)> {
        let mut place = self.lock();
        if place.is_none() {
            *place = read_peaks(&self.paths.wav());
        }
        let bytes = place.as_ref()?.tile(level, tile)?;
        Some((bytes, self.growing))
    }

    fn lock(&self) -> MutexGuard<'_, Option<Peaks>> {
        self.peaks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read_peaks(wav: &Path) -> Option<Peaks> {
    let mut reader = GrowingWav::open(wav).ok()?;
    let mut peaks = Peaks::new();
    let (mut left, mut right) = (vec![0.0; BLOCK], vec![0.0; BLOCK]);
    loop {
        let read = reader.read([&mut left, &mut right]).ok()?;
        if read == 0 {
            peaks.finish();
            return Some(peaks);
        }
        peaks.push(&left[..read], &right[..read]);
    }
}
