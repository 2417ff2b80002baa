import type { ProjectView } from '../api/types';

/** What the inspector and the keys act on. Frames: first and the one after the last. */
export type Selection =
  | { kind: 'none' }
  | { kind: 'cue'; cue: number }
  | { kind: 'section'; cue: number; span: [number, number] }
  | { kind: 'hit'; hit: number }
  | { kind: 'temp' }
  | { kind: 'take'; take: number };

/** What the timeline lets others do with it; it registers itself as `view.timeline` while it is there. */
export interface TimelineHandle {
  /** Shows the whole picture. */
  fit(): void;
  /** Zooms in (above 1) or out around the playhead. */
  zoom(factor: number): void;
  /** Scrolls as little as needed to show a frame. */
  reveal(frame: number): void;
  /** Shows a span: scrolls if it fits, else zooms out. */
  show(span: readonly [number, number]): void;
}

/** What the window itself remembers: nothing of the project. Zoom and scroll are the timeline's own. */
export class View {
  /** The one selection. */
  selection = $state.raw<Selection>({ kind: 'none' });
  /** Whether drags snap to frames, cuts, hits and beats. */
  snap = $state(true);
  /** Whether the loop is played (its range is the project's). */
  loop = $state(true);
  /** Whether the attention lies over the picture. */
  overlay = $state(false);
  /** Which dialog is open. */
  dialog = $state<'export' | 'settings' | 'shortcuts' | 'about' | 'commands' | 'handover' | 'page' | null>(null);
  /** Whether the measures of the mix are shown, at the meters. */
  measures = $state(false);
  /** Takes files that are dropped while it is set, in place of the window. */
  takesDrop = $state.raw<((path: string) => void) | null>(null);
  /** Whether the viewer fills the screen. */
  fullscreen = $state(false);
  /** The timeline, while it is there. */
  timeline: TimelineHandle | null = null;
  /** The take that A/B compares the one in use with. */
  other = $state<number | null>(null);
  /** The cue that was selected last: what is done to the music is done to it while nothing is selected. */
  lastCue = $state<number | null>(null);
  /** Asked by F2: the name of what is selected is to be edited. The inspector takes it back. */
  renaming = $state(false);

  /** Selects, or nothing. */
  select(selection: Selection): void {
    this.selection = selection;
    this.renaming = false;
    if (selection.kind === 'cue' || selection.kind === 'section') this.lastCue = selection.cue;
  }

  /** Drops a selection whose thing is gone; keeps it otherwise. */
  settle(project: ProjectView | null): void {
    const chosen = this.selection;
    const takes = project?.cues.flatMap((cue) => cue.takes.map((take) => take.id)) ?? [];
    if (this.other !== null && !takes.includes(this.other)) this.other = null;
    if (this.lastCue !== null && !project?.cues.some((cue) => cue.id === this.lastCue)) this.lastCue = null;
    if (chosen.kind === 'none') return;
    const there =
      project !== null &&
      (chosen.kind === 'temp' ||
        (chosen.kind === 'hit' && project.hits.some((hit) => hit.id === chosen.hit)) ||
        (chosen.kind === 'take' && takes.includes(chosen.take)) ||
        ((chosen.kind === 'cue' || chosen.kind === 'section') && project.cues.some((cue) => cue.id === chosen.cue)));
    if (!there) this.select({ kind: 'none' });
  }
}
