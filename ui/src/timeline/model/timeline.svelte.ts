import { getContext, setContext } from 'svelte';
import type { Edit } from '../../api/types';
import { timecode } from '../../lib/time';
import { t } from '../../i18n/index';
import type { Studio } from '../../state/studio';
import { placeOfSeconds } from '../geometry/time';
import { beatWidth } from '../geometry/beats';
import { snap, type SnapKind, type Snapped, type SnapTargets } from '../geometry/snap';
import type { Span } from '../geometry/spans';
import * as geometry from '../geometry/view';
import { cuesWith, hitsWith, type Ghost, type Hint, type SnapLine } from './ghost';
import { Sources } from './sources.svelte';

/** Beats nearer to each other than this many pixels draw nothing. */
const BEATS_APART = 14;

/** The state of the timeline: what is visible, and what is in the user's hand. */
export class TimelineModel {
  view = $state.raw<geometry.View>({ left: 0, scale: 1, width: 0 });
  /** How the view follows the playhead while it plays. */
  following = $state<geometry.Follow>('page');
  ghost = $state.raw<Ghost | null>(null);
  hint = $state.raw<Hint | null>(null);
  line = $state.raw<SnapLine | null>(null);
  /** The chosen point of the drawn intensity. */
  point = $state<number | null>(null);
  readonly sources: Sources;
  /** The element that holds the lanes; hints are placed in it. */
  root: HTMLElement | null = null;

  constructor(readonly studio: Studio) {
    this.sources = new Sources(studio);
  }

  project = $derived.by(() => this.studio.app.project);
  frames = $derived(this.project?.video.frames ?? 1);
  hits = $derived(hitsWith(this.project?.hits ?? [], this.ghost));
  cues = $derived(cuesWith(this.project?.cues ?? [], this.ghost));
  drawn = $derived(this.ghost?.kind === 'intensity' ? this.ghost.drawn : (this.project?.intensity.drawn ?? []));
  loop = $derived(this.ghost?.kind === 'loop' ? this.ghost.span : (this.project?.loopRange ?? null));

  /** The section that is selected or being selected. */
  section = $derived.by((): { cue: number; span: Span } | null => {
    if (this.ghost?.kind === 'section') return this.ghost;
    const chosen = this.studio.view.selection;
    return chosen.kind === 'section' ? chosen : null;
  });

  /** The hit that is selected. */
  hit = $derived.by(() => {
    const chosen = this.studio.view.selection;
    return chosen.kind === 'hit' ? chosen.hit : null;
  });

  /** Places that don't change while something is dragged. */
  #fixed = $derived.by((): SnapTargets => {
    const project = this.project;
    if (!project) return {};
    const { rate } = project.video;
    const beats = this.sources.beats;
    const all = (list: typeof beats) => list.map((beat) => placeOfSeconds(beat[0], rate));
    return {
      hit: project.hits.map((hit) => hit.frame),
      cut: project.cuts.map((cut) => cut.frame),
      edge: [0, ...project.cues.flatMap((cue) => cue.span), project.video.frames].sort((a, b) => a - b),
      loop: project.loopRange ?? [],
      bar: all(beats.filter((beat) => beat[2] === 1)),
      beat: all(beats),
    };
  });

  /** Snaps a place in frames; `without` leaves out the thing that is dragged itself. Ctrl turns snapping around. */
  snap(place: number, event: { ctrlKey: boolean; metaKey: boolean } | null, without?: { kind: SnapKind; frame: number }): Snapped {
    const project = this.project;
    const turned = event !== null && (event.ctrlKey || event.metaKey);
    const on = this.studio.view.snap !== turned;
    if (!project) return { frame: Math.round(place), kind: null };
    const targets: SnapTargets = { ...this.#fixed, playhead: [this.studio.playback.nowFrame()] };
    if (without) targets[without.kind] = targets[without.kind]?.filter((frame) => frame !== without.frame);
    const width = beatWidth(this.sources.beats, project.video.rate, this.view.scale);
    if (width < BEATS_APART) targets.beat = [];
    if (width * 4 < BEATS_APART) targets.bar = [];
    const snapped = snap(place, this.view, targets, on);
    return { ...snapped, frame: Math.max(0, Math.min(project.video.frames, snapped.frame)) };
  }

  /** Shows what is held, its value beside the pointer, and what it snapped to. */
  hold(ghost: Ghost | null, hint: Hint | null = null, snapped: Snapped | null = null): void {
    this.ghost = ghost;
    // The line alone doesn't say what it stands on.
    this.hint = hint && snapped?.kind ? { ...hint, text: `${hint.text}  · ${t(`timeline.at.${snapped.kind}`)}` } : hint;
    this.line = snapped?.kind ? { frame: snapped.frame, kind: snapped.kind } : null;
  }

  /** Lets go without an edit. */
  release(): void {
    this.hold(null);
  }

  /** Lets go with one edit; what was held stays in sight until the answer is there, so that nothing jumps. */
  async commit(edit: Edit): Promise<boolean> {
    this.hint = null;
    this.line = null;
    const held = this.ghost;
    const done = await this.studio.app.edit(edit);
    if (this.ghost === held) this.ghost = null;
    return done;
  }

  /** Top of a lane in the timeline, in pixels. */
  top(node: Element): number {
    return node.getBoundingClientRect().top - (this.root?.getBoundingClientRect().top ?? 0);
  }

  timecode(frame: number): string {
    const video = this.project?.video;
    return video ? timecode(frame, video.rate, video.dropFrame) : '';
  }

  x(frame: number): number {
    return geometry.xOf(this.view, frame);
  }

  place(x: number): number {
    return geometry.frameAt(this.view, x);
  }

  under(x: number): number {
    return geometry.frameUnder(this.view, x, this.frames);
  }

  resize(width: number): void {
    if (width > 0 && width !== this.view.width) this.view = geometry.resized(this.view, width, this.frames);
  }

  fit(): void {
    this.view = geometry.fit(this.view.width, this.frames);
  }

  zoomAt(x: number, factor: number): void {
    this.view = geometry.zoomAt(this.view, x, factor, this.frames);
  }

  /** Zooms around the playhead if it is visible, else around the middle. */
  zoom(factor: number): void {
    const x = this.x(this.studio.playback.nowFrame());
    this.zoomAt(x >= 0 && x <= this.view.width ? x : this.view.width / 2, factor);
  }

  scrollBy(pixels: number): void {
    this.view = geometry.scrollBy(this.view, pixels, this.frames);
  }

  scrollTo(frame: number): void {
    this.view = geometry.held({ ...this.view, left: frame }, this.frames);
  }

  show(span: Span): void {
    this.view = geometry.fitSpan(this.view.width, span, this.frames);
  }

  reveal(frame: number): void {
    this.view = geometry.reveal(this.view, frame, this.frames);
  }

  follow(frame: number): void {
    const next = geometry.follow(this.view, frame, this.following, this.frames);
    if (next.left !== this.view.left) this.view = next;
  }
}

const KEY = Symbol('timeline');

export function provideTimeline(model: TimelineModel): TimelineModel {
  return setContext(KEY, model);
}

export function useTimeline(): TimelineModel {
  return getContext<TimelineModel>(KEY);
}
