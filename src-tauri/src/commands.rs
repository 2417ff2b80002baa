//! What the window can ask for. Each command is one call of the session; there is no logic here.

use muvi_session::CancelToken;
use muvi_session::studio::Studio;
use muvi_timeline::{CueId, TakeId};
use tauri::ipc::Channel;
use tauri::{AppHandle, State};
use tauri_plugin_clipboard_manager::ClipboardExt;
use tauri_plugin_opener::OpenerExt;

use crate::dialog::{self, Pick};
use crate::ticks::Ticks;
use crate::{about, convert, dto, window};

type Reply<T> = Result<T, dto::ApiError>;

/// Does what may take a while away from the threads that answer commands: of those there are no more than cores, and
/// a dialog that stays open, or a take that is measured, must not keep the others from being answered.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> Reply<T> + Send + 'static) -> Reply<T> {
    let done = tauri::async_runtime::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(convert::api_error(&error)))
}

/// The same with the studio.
async fn with<T: Send + 'static>(
    studio: State<'_, Studio>,
    work: impl FnOnce(&Studio) -> Reply<T> + Send + 'static,
) -> Reply<T> {
    let studio = studio.inner().clone();
    aside(move || work(&studio)).await
}

fn project(studio: &Studio) -> Reply<dto::ProjectView> {
    let open = studio.open_view().map_err(convert::fault)?;
    Ok(convert::project(&open))
}

/// Everything that the window needs at its start.
#[tauri::command]
pub async fn app_state(app: AppHandle, studio: State<'_, Studio>) -> Reply<dto::AppView> {
    with(studio, move |studio| Ok(about::app(&app, studio))).await
}

/// Sets what the user has set; gives back what holds now.
#[tauri::command]
pub async fn set_settings(studio: State<'_, Studio>, settings: dto::Settings) -> Reply<dto::Settings> {
    with(studio, move |studio| {
        let kept = studio
            .set_settings(convert::settings(settings))
            .map_err(convert::fault)?;
        Ok(convert::settings_view(kept))
    })
    .await
}

/// A text that tells what runs where, for a report of a problem.
#[tauri::command]
pub async fn diagnostics(app: AppHandle, studio: State<'_, Studio>) -> Reply<String> {
    with(studio, move |studio| Ok(about::diagnostics(&app, studio))).await
}

/// Puts text on the clipboard: web views let a page do so only while a click is fresh, and not all of them.
#[tauri::command(async)]
pub fn copy(app: AppHandle, text: String) -> Reply<()> {
    let written = app.clipboard().write_text(text);
    written.map_err(|error| convert::api_error(&error))
}

/// Who made what is used here, and under which licences.
#[tauri::command(async)]
pub fn licences() -> &'static str {
    about::LICENCES
}

/// Opens a video, a project's folder, or its `project.json`.
#[tauri::command]
pub async fn open_path(studio: State<'_, Studio>, path: String) -> Reply<dto::ProjectView> {
    with(studio, move |studio| {
        studio.open_path(path.as_ref()).map_err(convert::fault)?;
        project(studio)
    })
    .await
}

/// Opens the sample video.
#[tauri::command]
pub async fn open_sample(app: AppHandle, studio: State<'_, Studio>) -> Reply<dto::ProjectView> {
    with(studio, move |studio| {
        let sample = about::sample(&app).ok_or_else(about::no_sample)?;
        studio.open_path(&sample).map_err(convert::fault)?;
        project(studio)
    })
    .await
}

/// Closes the project; all of it is kept.
#[tauri::command]
pub async fn close_project(studio: State<'_, Studio>) -> Reply<()> {
    with(studio, move |studio| studio.close().map_err(convert::fault)).await
}

/// Saves the project where it is.
#[tauri::command]
pub async fn save(studio: State<'_, Studio>) -> Reply<dto::ProjectView> {
    with(studio, move |studio| {
        studio.save().map_err(convert::fault)?;
        project(studio)
    })
    .await
}

/// Saves the project under another name.
#[tauri::command]
pub async fn save_as(studio: State<'_, Studio>, folder: String) -> Reply<dto::ProjectView> {
    with(studio, move |studio| {
        studio.save_as(folder.as_ref()).map_err(convert::fault)?;
        project(studio)
    })
    .await
}

/// Says where the video is now.
#[tauri::command]
pub async fn relink_video(studio: State<'_, Studio>, path: String) -> Reply<dto::ProjectView> {
    with(studio, move |studio| {
        studio.relink(path.as_ref()).map_err(convert::fault)?;
        project(studio)
    })
    .await
}

/// Takes a project from the list of recent ones; its folder stays.
#[tauri::command(async)]
pub fn forget_recent(studio: State<'_, Studio>, folder: String) -> Reply<Vec<dto::RecentView>> {
    studio.forget_recent(folder.as_ref()).map_err(convert::fault)?;
    Ok(about::recents(&studio))
}

/// Lets the user choose a file or folder; `None` if they didn't.
#[tauri::command]
pub async fn pick(app: AppHandle, what: Pick, suggestion: Option<String>) -> Reply<Option<String>> {
    aside(move || Ok(dialog::pick(&app, what, suggestion.as_deref()))).await
}

/// Changes the project: one step of undo.
#[tauri::command(async)]
pub fn edit(studio: State<'_, Studio>, edit: dto::Edit) -> Reply<dto::ProjectView> {
    let edit = convert::edit(edit).map_err(|error| convert::api_error(&error))?;
    studio.edit(&edit).map_err(convert::fault)?;
    project(&studio)
}

/// Takes the last change back.
#[tauri::command(async)]
pub fn undo(studio: State<'_, Studio>) -> Reply<dto::ProjectView> {
    studio.undo().map_err(convert::fault)?;
    project(&studio)
}

/// Does again what undo took back.
#[tauri::command(async)]
pub fn redo(studio: State<'_, Studio>) -> Reply<dto::ProjectView> {
    studio.redo().map_err(convert::fault)?;
    project(&studio)
}

/// Lets a mix be heard that is not in the project; `None` goes back to the project's.
#[tauri::command(async)]
pub fn preview_mix(studio: State<'_, Studio>, mix: Option<dto::MixView>) -> Reply<()> {
    studio.preview_mix(mix.map(convert::mix)).map_err(convert::fault)
}

/// Lets a cue's gain and fades be heard that are not in the project; another edit or preview ends it.
#[tauri::command(async)]
pub fn preview_cue(
    studio: State<'_, Studio>,
    cue: u32,
    gain_db: f32,
    fade_in: u64,
    fade_out: u64,
    in_curve: dto::FadeCurve,
    out_curve: dto::FadeCurve,
) -> Reply<()> {
    let curves = [in_curve, out_curve].map(convert::fade_of);
    studio
        .preview_cue(CueId(cue), gain_db, [fade_in, fade_out], curves)
        .map_err(convert::fault)
}

/// Lets drawn gain be heard that is not in the project: over a cue, or over the temp track; another edit or preview
/// ends it.
#[tauri::command(async)]
pub fn preview_automation(studio: State<'_, Studio>, cue: Option<u32>, points: Vec<[f32; 2]>) -> Reply<()> {
    let points = convert::gain(points).map_err(|error| convert::api_error(&error))?;
    studio
        .preview_automation(cue.map(CueId), points)
        .map_err(convert::fault)
}

/// Looks at the picture again; gives the job's number.
#[tauri::command]
pub async fn analyse(studio: State<'_, Studio>) -> Reply<u32> {
    with(studio, move |studio| studio.analyse().map_err(convert::fault)).await
}

/// What Generate (without `span`) or Regenerate would do.
#[tauri::command]
pub async fn forecast(studio: State<'_, Studio>, cue: u32, span: Option<[u32; 2]>) -> Reply<dto::Forecast> {
    with(studio, move |studio| {
        let forecast = studio
            .forecast(CueId(cue), span.map(frames))
            .map_err(convert::fault)?;
        Ok(convert::forecast(forecast))
    })
    .await
}

/// Makes a take; gives the job's number.
#[tauri::command]
pub async fn generate(studio: State<'_, Studio>, cue: u32) -> Reply<u32> {
    with(studio, move |studio| {
        studio.generate(CueId(cue)).map_err(convert::fault)
    })
    .await
}

/// Makes a section of the take in use anew, as a new take; gives the job's number.
#[tauri::command]
pub async fn regenerate(studio: State<'_, Studio>, cue: u32, span: [u32; 2]) -> Reply<u32> {
    with(studio, move |studio| {
        studio
            .regenerate(CueId(cue), frames(span))
            .map_err(convert::fault)
    })
    .await
}

/// Writes a file; gives the job's number.
#[tauri::command]
pub async fn export(studio: State<'_, Studio>, request: dto::ExportRequest) -> Reply<u32> {
    with(studio, move |studio| {
        studio
            .export(convert::export_order(request))
            .map_err(convert::fault)
    })
    .await
}

/// What an export would write.
#[tauri::command]
pub async fn export_forecast(
    studio: State<'_, Studio>,
    request: dto::ExportRequest,
) -> Reply<dto::ExportForecast> {
    with(studio, move |studio| {
        let outcome = studio
            .export_forecast(&convert::export_order(request))
            .map_err(convert::fault)?;
        Ok(convert::outcome(outcome))
    })
    .await
}

/// Keeps a set of choices for exports, in the place of another one if that is named; gives all.
#[tauri::command(async)]
pub fn save_export_preset(
    studio: State<'_, Studio>,
    preset: dto::ExportPreset,
    replaces: Option<String>,
) -> Reply<Vec<dto::ExportPreset>> {
    let presets = studio
        .save_export_preset(convert::export_preset_of(preset), replaces.as_deref())
        .map_err(convert::fault)?;
    Ok(convert::export_presets(presets))
}

/// Drops a set of choices for exports; gives those that are left.
#[tauri::command(async)]
pub fn remove_export_preset(studio: State<'_, Studio>, name: String) -> Reply<Vec<dto::ExportPreset>> {
    let presets = studio.remove_export_preset(&name).map_err(convert::fault)?;
    Ok(convert::export_presets(presets))
}

/// Measures the mix; gives the job's number.
#[tauri::command(async)]
pub fn measure_mix(studio: State<'_, Studio>) -> Reply<u32> {
    studio.measure_mix().map_err(convert::fault)
}

/// All measures of a take.
#[tauri::command]
pub async fn take_measures(studio: State<'_, Studio>, take: u32) -> Reply<dto::TakeMeasures> {
    with(studio, move |studio| {
        let measures = studio.measure_take(TakeId(take), &CancelToken::new(), &mut |_| {});
        measures.map(convert::take_measures).map_err(convert::fault)
    })
    .await
}

/// Writes what other tools read.
#[tauri::command]
pub async fn hand_over(studio: State<'_, Studio>, request: dto::HandOverRequest) -> Reply<dto::HandOverView> {
    with(studio, move |studio| {
        let written = studio
            .hand_over(&convert::hand_over_order(request))
            .map_err(convert::fault)?;
        Ok(convert::handed_over(written))
    })
    .await
}

/// Writes a comparison page; gives the job's number.
#[tauri::command(async)]
pub fn make_page(studio: State<'_, Studio>, request: dto::PageRequest) -> Reply<u32> {
    studio
        .make_page(convert::page_order(request))
        .map_err(convert::fault)
}

/// Jobs that would be lost if the program ended now.
#[tauri::command(async)]
pub fn busy(studio: State<'_, Studio>) -> Vec<dto::JobView> {
    window::busy(&studio)
}

/// Ends the program, whatever runs.
#[tauri::command(async)]
pub fn quit(app: AppHandle) {
    window::quit(&app);
}

/// Ends a job.
#[tauri::command(async)]
pub fn cancel(studio: State<'_, Studio>, job: u32) {
    studio.cancel(job);
}

/// The musical plan of a take.
#[tauri::command]
pub async fn take_plan(studio: State<'_, Studio>, take: u32) -> Reply<dto::TakePlan> {
    with(studio, move |studio| about::take_plan(studio, TakeId(take))).await
}

/// Tells the transport what to do.
#[tauri::command(async)]
pub fn transport(studio: State<'_, Studio>, command: dto::TransportCommand) -> Reply<()> {
    studio
        .transport(convert::command(command))
        .map_err(convert::fault)
}

/// Lets a take be heard in place of the one in use, or the one in use again.
#[tauri::command(async)]
pub fn audition(studio: State<'_, Studio>, take: Option<u32>) -> Reply<()> {
    studio.audition(take.map(TakeId)).map_err(convert::fault)
}

/// Plays a style clip by itself.
#[tauri::command]
pub async fn play_style(studio: State<'_, Studio>, style: dto::StyleView) -> Reply<()> {
    with(studio, move |studio| {
        let style = convert::style_of(style).map_err(|error| convert::api_error(&error))?;
        studio.play_style(&style).map_err(convert::fault)
    })
    .await
}

/// Stops the style clip.
#[tauri::command(async)]
pub fn stop_style(studio: State<'_, Studio>) {
    studio.stop_style();
}

/// Sends what is heard, about 60 times a second while something plays.
#[tauri::command(async)]
pub fn subscribe(ticks: State<'_, Ticks>, channel: Channel<dto::Tick>) {
    ticks.subscribe(channel);
}

/// Output devices that can be chosen.
#[tauri::command]
pub async fn devices(studio: State<'_, Studio>) -> Reply<Vec<dto::DeviceView>> {
    with(studio, move |studio| Ok(about::devices(studio))).await
}

/// Shows a file where it lies.
#[tauri::command]
pub async fn show_in_folder(app: AppHandle, path: String) -> Reply<()> {
    aside(move || {
        app.opener()
            .reveal_item_in_dir(path)
            .map_err(|error| convert::api_error(&error))
    })
    .await
}

fn frames([start, end]: [u32; 2]) -> muvi_timeline::FrameSpan {
    muvi_timeline::FrameSpan::new(start.into(), end.into())
}
