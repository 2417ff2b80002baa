import type {
  ApiError,
  AppView,
  DeviceView,
  Edit,
  ExportForecast,
  ExportPreset,
  ExportRequest,
  FadeCurve,
  Forecast,
  HandOverRequest,
  HandOverView,
  JobView,
  MixView,
  Notice,
  PageRequest,
  ProjectView,
  RecentView,
  Settings,
  StyleView,
  TakeMeasures,
  TakePlan,
  Tick,
  TransportCommand,
} from './types';

/** What a native dialog is asked for. */
export type PickWhat =
  | 'open'
  | 'video'
  | 'style'
  | 'export'
  | 'project_folder'
  | 'pack'
  | 'stems_folder'
  | 'handover_folder'
  | 'page_folder'
  | 'other';

/** Fades and gain of a cue while they are dragged. Lengths in samples, gain in dB. */
export interface CuePreview {
  cue: number;
  gainDb: number;
  fadeIn: number;
  fadeOut: number;
  inCurve: FadeCurve;
  outCurve: FadeCurve;
}

/** Bytes, or why there are none: they are still being made, or never will be. */
export type Asked = Uint8Array | 'later' | 'never';

/** Every command of the shell: its arguments and what it answers. */
export interface Commands {
  app_state: [Record<never, never>, AppView];
  set_settings: [{ settings: Settings }, Settings];
  diagnostics: [Record<never, never>, string];
  copy: [{ text: string }, null];
  licences: [Record<never, never>, string];
  open_path: [{ path: string }, ProjectView];
  open_sample: [Record<never, never>, ProjectView];
  close_project: [Record<never, never>, null];
  save: [Record<never, never>, null];
  save_as: [{ folder: string }, ProjectView];
  relink_video: [{ path: string }, ProjectView];
  forget_recent: [{ folder: string }, RecentView[]];
  pick: [{ what: PickWhat; suggestion?: string }, string | null];
  edit: [{ edit: Edit }, ProjectView];
  undo: [Record<never, never>, ProjectView];
  redo: [Record<never, never>, ProjectView];
  preview_mix: [{ mix: MixView | null }, null];
  preview_cue: [CuePreview, null];
  preview_automation: [{ cue: number | null; points: [number, number][] }, null];
  analyse: [Record<never, never>, number];
  forecast: [{ cue: number; span: [number, number] | null }, Forecast];
  generate: [{ cue: number }, number];
  regenerate: [{ cue: number; span: [number, number] }, number];
  export: [{ request: ExportRequest }, number];
  export_forecast: [{ request: ExportRequest }, ExportForecast];
  save_export_preset: [{ preset: ExportPreset; replaces: string | null }, ExportPreset[]];
  remove_export_preset: [{ name: string }, ExportPreset[]];
  measure_mix: [Record<never, never>, number];
  take_measures: [{ take: number }, TakeMeasures];
  hand_over: [{ request: HandOverRequest }, HandOverView];
  make_page: [{ request: PageRequest }, number];
  busy: [Record<never, never>, JobView[]];
  quit: [Record<never, never>, null];
  cancel: [{ job: number }, null];
  take_plan: [{ take: number }, TakePlan];
  transport: [{ command: TransportCommand }, null];
  audition: [{ take: number | null }, null];
  play_style: [{ style: StyleView }, null];
  stop_style: [Record<never, never>, null];
  devices: [Record<never, never>, DeviceView[]];
  show_in_folder: [{ path: string }, null];
}

/** A file dragged over the window by the system. Positions in CSS pixels. */
export interface DropEvent {
  kind: 'over' | 'leave' | 'drop';
  path?: string;
  x: number;
  y: number;
}

/** Every event that the shell sends, and what comes with it. */
export interface Events {
  /** The program around the project has changed: pack, providers, recents, problems. */
  app: AppView;
  project: ProjectView | null;
  job: JobView;
  notice: Notice;
  /** The user closes the window while these jobs run; it stays open until `quit`. */
  closing: JobView[];
  drop: DropEvent;
}

type Arguments<K extends keyof Commands> = keyof Commands[K][0] extends never ? [] : [Commands[K][0]];

/**
 * All that the window can ask of the rest of the program. `tauri.ts` is the real one, `test/fake.ts` the one
 * of the tests.
 */
export interface Backend {
  /** Runs a command. Rejects with an [ApiError]. */
  call<K extends keyof Commands>(name: K, ...args: Arguments<K>): Promise<Commands[K][1]>;
  /** Listens to an event until the returned function is called. */
  on<K extends keyof Events>(name: K, handler: (payload: Events[K]) => void): () => void;
  /** Playback ticks, about 60 a second while playing. The promise gives the function that ends them. */
  subscribe(handler: (tick: Tick) => void): Promise<() => void>;
  /** Address of bytes, for an image: `url('frame/k/12?w=640')`. */
  url(path: string): string;
  /** Bytes of `path`; `null` where nothing is there (yet): 204 and 404. Rejects when aborted. */
  bytes(path: string, signal?: AbortSignal): Promise<Uint8Array | null>;
  /** As `bytes`, but tells what is not there yet (204) from what never will be (404). */
  ask(path: string, signal?: AbortSignal): Promise<Asked>;
  /** Fills the screen with the window, or not. */
  fullscreen(on: boolean): Promise<void>;
}

/** Whatever was thrown, as an [ApiError]. */
export function asApiError(thrown: unknown): ApiError {
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'message' in thrown) {
    const { code, message } = thrown as ApiError;
    const details = 'details' in thrown ? (thrown as ApiError).details : null;
    return { code: String(code), message: String(message), details: details ?? null };
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: 'failed', message, details: null };
}
