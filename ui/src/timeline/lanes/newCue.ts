// New cues: drawn by hand in the empty part of the lane, or put into a gap.
import { addCue } from '../../actions/cues';
import { gapAt, gaps } from '../geometry/gaps';
import { lengthLabel } from '../geometry/labels';
import { drawnSpan, MIN_SPAN, type Span } from '../geometry/spans';
import type { TimeDrag } from '../model/drag';
import type { TimelineModel } from '../model/timeline.svelte';

/** Spans of the lane without a cue. */
export function emptySpans(model: TimelineModel): Span[] {
  return model.project ? gaps(model.cues.map((cue) => cue.span), model.frames) : [];
}

/** Adds a cue that fills the gap at a place, if there's one. */
export function addInGap(model: TimelineModel, place: number): void {
  const gap = gapAt(emptySpans(model), place);
  if (gap) void addCue(model.studio, gap);
}

/** Draws a new cue with the pointer. */
export function newCueDrag(model: TimelineModel, top: number, click: () => void): TimeDrag {
  return {
    move(event, { start, place }) {
      const project = model.project;
      if (!project) return;
      const from = model.snap(start, event);
      const to = model.snap(place, event);
      const span = drawnSpan(from.frame, to.frame, [0, project.video.frames]);
      if (!span || span[1] - span[0] < MIN_SPAN) return model.release();
      const length = lengthLabel(span[1] - span[0], project.video.rate);
      const text = `${model.timecode(span[0])} – ${model.timecode(span[1])}  (${length})`;
      model.hold({ kind: 'newCue', span }, { x: model.x(to.frame), y: top, text }, to);
    },
    drop() {
      const ghost = model.ghost;
      model.release();
      if (ghost?.kind === 'newCue') void addCue(model.studio, ghost.span);
    },
    cancel: () => model.release(),
    click,
  };
}
