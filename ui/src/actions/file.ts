import type { PickWhat } from '../api/backend';
import { asApiError } from '../api/backend';
import { t } from '../i18n';
import type { Studio } from '../state/studio';

const AUDIO = /\.(wav|wave|mp3|flac|ogg|oga|opus|m4a|aac|aif|aiff)$/i;

/** A native dialog; `null` if it was left. */
export async function pick({ app, backend }: Studio, what: PickWhat, suggestion?: string): Promise<string | null> {
  const answer = await app.run(() => backend.call('pick', { what, ...(suggestion ? { suggestion } : {}) }));
  return answer?.value ?? null;
}

/** Opens a video, a project folder or a project file. */
export function openPath(studio: Studio, path: string): Promise<boolean> {
  return studio.app.open(() => studio.backend.call('open_path', { path }));
}

/** What a dropped file is for: a sound becomes the style clip of the open project, all else is opened. */
export function dropped(studio: Studio, path: string): void {
  if (AUDIO.test(path) && studio.app.project) {
    studio.app.openError = null;
    void studio.app.edit({ edit: 'set_style', style: { kind: 'clip', path, from_s: null } });
  } else {
    void openPath(studio, path);
  }
}

export function open(studio: Studio): void {
  void pick(studio, 'open').then((path) => (path ? openPath(studio, path) : false));
}

export function openSample({ app, backend }: Studio): void {
  void app.open(() => backend.call('open_sample'));
}

/** Saves; a project that was never saved under a name is asked for one. */
export function save(studio: Studio): void {
  if (studio.app.project?.unnamed) return saveAs(studio);
  void studio.app.run(() => studio.backend.call('save'));
}

export function saveAs(studio: Studio): void {
  const { app, backend } = studio;
  void pick(studio, 'project_folder', app.project?.name).then((folder) =>
    folder ? app.run(() => backend.call('save_as', { folder })) : null,
  );
}

export function relink(studio: Studio): void {
  const { app, backend } = studio;
  void pick(studio, 'video', app.project?.video.name).then((path) =>
    path ? app.open(() => backend.call('relink_video', { path })) : null,
  );
}

export function canAnalyse({ app }: Studio): boolean {
  return app.project !== null && !app.project.video.missing && !app.running.some((job) => job.kind === 'analyse');
}

export function analyse({ app, backend }: Studio): void {
  void app.run(() => backend.call('analyse'));
}

/** Everything is kept in the journal, so there's nothing to ask. */
export function close({ app, backend, view }: Studio): void {
  view.select({ kind: 'none' });
  void app.run(() => backend.call('close_project'));
}

export function undo({ app, backend }: Studio): void {
  void app.run(() => backend.call('undo')).then((answer) => answer && app.accept(answer.value));
}

export function redo({ app, backend }: Studio): void {
  void app.run(() => backend.call('redo')).then((answer) => answer && app.accept(answer.value));
}

/** Puts the diagnostics on the clipboard. */
export function diagnostics({ app, backend }: Studio): void {
  void app.run(async () => {
    await backend.call('copy', { text: await backend.call('diagnostics') });
    app.tell('info', asApiError({ code: 'copied', message: t('about.copied'), details: null }));
  });
}

/** Shows the loudness of the mix at the meters, and measures it where it isn't known. */
export function measure({ deliveries, view }: Studio): void {
  view.measures = true;
  if (!deliveries.measured || deliveries.measured.stale) void deliveries.measure();
}
