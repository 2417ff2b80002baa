import { getContext, setContext } from 'svelte';
import type { Edit } from '../../api/types';
import { timecode, type Rate } from '../../lib/time';
import { t } from '../../i18n/index';
import type { Studio } from '../../state/studio';
import { placeOfSeconds } from '../geometry/time';
import { beatWidth, type Beat } from '../geometry/beats';
import type { Point } from '../geometry/points';
import { snap, snapSpan, type SnapKind, type Snapped, type SnapTargets } from '../geometry/snap';
import type { Span } from '../geometry/spans';
import * as geometry from '../geometry/view';
import { cuesWith, hitsWith, type Ghost, type Hint, type SnapLine } from './ghost';
import { Sources } from './sources.svelte';

/** Beats nearer to each other than this many pixels draw nothing. */
const BEATS_APART = 14;

type Modifiers = { readonly ctrlKey: boolean; readonly metaKey: boolean };
/** What is dragged itself: it doesn't snap to where it was. */
type Without = { readonly kind: SnapKind; readonly frames: readonly number[] };

/** The state of the timeline: what is visible, and what is in the user's hand. */
export class TimelineModel {
  view = $state.raw<geometry.View>({ left: 0, scale: 1, width: 0 });
  ghost = $state.raw<Ghost | null>(null);
  hint = $state.raw<Hint | null>(null);
  line = $state.raw<SnapLine | null>(null);
  /** The chosen point of the drawn intensity. */
  point = $state<number | null>(null);
  /** The chosen point of a gain line; of the temp track where `cue` is `null`. */
  gainPoint = $state.raw<{ readonly cue: number | null; readonly index: number } | null>(null);
  readonly sources: Sources;
  /** The element that holds the lanes; hints are placed in it. */
  root: HTMLElement | null = null;

  constructor(readonly studio: Studio) {
    this.sources = new Sources(studio);
  }

  project = $derived.by(() => this.studio.app.project);
  frames = $derived(this.project?.video.frames ?? 1);
  hits = $derived(hitsWith(this.project?.hits ?? [], this.ghost));
  cues = $derived(this.project ? cuesWith(this.project, this.ghost) : []);
  /** The gain drawn over the temp track. */
  tempGain = $derived.by((): readonly Point[] =>
    this.ghost?.kind === 'line' && this.ghost.cue === null ? this.ghost.points : (this.project?.tempAutomation ?? []),
  );
  /** How the view follows the playhead while it plays. */
  following = $derived.by((): geometry.Follow => {
    const { follow } = this.studio.layout.sizes;
    return follow === 'smooth' || follow === 'off' ? follow : 'page';
  });
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

  /** Beats that stand on the ruler, in order. */
  #beats = $derived.by((): readonly Beat[] => {
    const rate = this.project?.video.rate ?? [25, 1];
    const there = (beat: Beat, [from, to]: Span) => {
      const place = placeOfSeconds(beat[0], rate);
      return place >= from && place < to;
    };
    return this.sources.tracks.flatMap(({ beats, span }) => beats.filter((beat) => there(beat, span)));
  });

  /** Places that don't change while something is dragged. */
  #fixed = $derived.by((): SnapTargets => {
    const project = this.project;
    if (!project) return {};
    const { rate } = project.video;
    const beats = this.#beats;
    const all = (list: readonly Beat[]) => list.map((beat) => placeOfSeconds(beat[0], rate));
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
  snap(place: number, event: Modifiers | null, without?: Without): Snapped {
    const project = this.project;
    if (!project) return { frame: Math.round(place), kind: null };
    const snapped = snap(place, this.view, this.#targets(project.video.rate, without), this.#snaps(event));
    return { ...snapped, frame: Math.max(0, Math.min(project.video.frames, snapped.frame)) };
  }

  /** Snaps a span that is moved whole by either of its ends; `at` is the end that was drawn. */
  snapSpan(start: number, length: number, event: Modifiers | null, without?: Without): Snapped & { readonly at: number } {
    const project = this.project;
    if (!project) return { frame: Math.round(start), kind: null, at: Math.round(start) };
    return snapSpan(start, length, this.view, this.#targets(project.video.rate, without), this.#snaps(event));
  }

  #snaps(event: Modifiers | null): boolean {
    return this.studio.view.snap !== (event !== null && (event.ctrlKey || event.metaKey));
  }

  #targets(rate: Rate, without?: Without): SnapTargets {
    const targets: SnapTargets = { ...this.#fixed, playhead: [this.studio.playback.nowFrame()] };
    if (without) targets[without.kind] = targets[without.kind]?.filter((frame) => !without.frames.includes(frame));
    const width = this.#beatWidth(rate);
    if (width < BEATS_APART) targets.beat = [];
    if (width * 4 < BEATS_APART) targets.bar = [];
    return targets;
  }

  /** Pixels from beat to beat of the slowest take: gaps between cues don't count. */
  #beatWidth(rate: Rate): number {
    const widths = this.sources.tracks.map(({ beats }) => beatWidth(beats, rate, this.view.scale)).filter((width) => width > 0);
    return widths.length > 0 ? Math.max(...widths) : 0;
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

  /** Shows again what was shown of this video the last time, or all of it. */
  restore(key: string): void {
    const shown = this.studio.layout.viewOf(key);
    if (!shown || this.view.width <= 0) return this.fit();
    this.view = geometry.held({ left: shown[0], scale: this.view.width / (shown[1] - shown[0]), width: this.view.width }, this.frames);
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

  /** Scrolls to a span, and zooms out where it doesn't fit. */
  showSpan(span: Span): void {
    const [from, to] = [this.x(span[0]), this.x(span[1])];
    if (from >= 0 && to <= this.view.width) return;
    if (to - from > this.view.width) this.show(span);
    else this.scrollTo((span[0] + span[1] - this.view.width / this.view.scale) / 2);
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
