import type { Key } from '../i18n';
import type { Studio } from '../state/studio';
import type { Chord } from './keys';
import * as cues from './cues';
import * as file from './file';
import * as hits from './hits';
import * as music from './music';
import * as play from './play';

/** Where an action stands in the menus and in the sheet. */
export type Group = 'file' | 'edit' | 'play' | 'picture' | 'music' | 'view' | 'help';

/** One thing that the user can do. Bindings, sheet, command menu, menus and tooltips are made from the table. */
export interface Action {
  /** Its name for code. */
  id: string;
  /** Its name, sentence case, a verb. */
  label: Key;
  group: Group;
  /** The first is the one that is shown. */
  keys: Chord[];
  /** Whether it does something now. */
  enabled: (studio: Studio) => boolean;
  run: (studio: Studio) => void;
}

const always = (): boolean => true;
const open = ({ app }: Studio): boolean => app.project !== null;

export const table: readonly Action[] = [
  { id: 'open', label: 'action.open', group: 'file', keys: ['mod+o'], enabled: always, run: file.open },
  { id: 'save', label: 'action.save', group: 'file', keys: ['mod+s'], enabled: open, run: file.save },
  { id: 'save_as', label: 'action.saveAs', group: 'file', keys: ['mod+shift+s'], enabled: open, run: file.saveAs },
  { id: 'relink', label: 'action.relink', group: 'file', keys: [], enabled: open, run: file.relink },
  { id: 'analyse', label: 'action.analyse', group: 'file', keys: [], enabled: file.canAnalyse, run: file.analyse },
  { id: 'export', label: 'action.export', group: 'file', keys: ['mod+e'], enabled: open, run: (s) => (s.view.dialog = 'export') },
  { id: 'hand_over', label: 'action.handOver', group: 'file', keys: ['mod+shift+e'], enabled: open, run: (s) => (s.view.dialog = 'handover') },
  { id: 'page', label: 'action.page', group: 'file', keys: ['mod+shift+p'], enabled: open, run: (s) => (s.view.dialog = 'page') },
  { id: 'close', label: 'action.close', group: 'file', keys: ['mod+w'], enabled: open, run: file.close },
  { id: 'settings', label: 'action.settings', group: 'file', keys: ['mod+,'], enabled: always, run: (s) => (s.view.dialog = 'settings') },

  { id: 'undo', label: 'action.undo', group: 'edit', keys: ['mod+z'], enabled: ({ app }) => !!app.project?.undo, run: file.undo },
  { id: 'redo', label: 'action.redo', group: 'edit', keys: ['mod+shift+z', 'mod+y'], enabled: ({ app }) => !!app.project?.redo, run: file.redo },
  { id: 'rename', label: 'action.rename', group: 'edit', keys: ['f2'], enabled: hits.canRename, run: hits.rename },
  { id: 'delete', label: 'action.delete', group: 'edit', keys: ['delete', 'backspace'], enabled: hits.canRemove, run: hits.remove },
  { id: 'select_none', label: 'action.selectNone', group: 'edit', keys: ['escape'], enabled: hits.canEscape, run: hits.escape },

  { id: 'play', label: 'action.play', group: 'play', keys: ['space'], enabled: open, run: play.toggle },
  { id: 'stop', label: 'action.stop', group: 'play', keys: ['k'], enabled: open, run: play.stop },
  { id: 'forward', label: 'action.forward', group: 'play', keys: ['l'], enabled: open, run: (s) => play.shuttle(s, 1) },
  { id: 'backward', label: 'action.backward', group: 'play', keys: ['j'], enabled: open, run: (s) => play.shuttle(s, -1) },
  { id: 'next_frame', label: 'action.nextFrame', group: 'play', keys: ['right'], enabled: open, run: (s) => play.step(s, 1) },
  { id: 'previous_frame', label: 'action.previousFrame', group: 'play', keys: ['left'], enabled: open, run: (s) => play.step(s, -1) },
  { id: 'next_second', label: 'action.nextSecond', group: 'play', keys: ['shift+right'], enabled: open, run: (s) => play.second(s, 1) },
  { id: 'previous_second', label: 'action.previousSecond', group: 'play', keys: ['shift+left'], enabled: open, run: (s) => play.second(s, -1) },
  { id: 'start', label: 'action.start', group: 'play', keys: ['home'], enabled: open, run: (s) => play.seek(s, 0) },
  { id: 'end', label: 'action.end', group: 'play', keys: ['end'], enabled: open, run: (s) => play.seek(s, Infinity) },
  { id: 'loop', label: 'action.loop', group: 'play', keys: ['c'], enabled: open, run: play.loop },
  { id: 'loop_in', label: 'action.loopIn', group: 'play', keys: ['i'], enabled: open, run: (s) => play.mark(s, 'in') },
  { id: 'loop_out', label: 'action.loopOut', group: 'play', keys: ['o'], enabled: open, run: (s) => play.mark(s, 'out') },
  { id: 'loop_clear', label: 'action.loopClear', group: 'play', keys: ['alt+x'], enabled: ({ app }) => !!app.project?.loopRange, run: play.clearLoop },

  { id: 'add_hit', label: 'action.addHit', group: 'picture', keys: ['m'], enabled: open, run: (s) => hits.add(s, false) },
  { id: 'add_named_hit', label: 'action.addNamedHit', group: 'picture', keys: ['shift+m'], enabled: open, run: (s) => hits.add(s, true) },
  { id: 'next_mark', label: 'action.nextMark', group: 'picture', keys: ['alt+right'], enabled: open, run: (s) => hits.go(s, 1) },
  { id: 'previous_mark', label: 'action.previousMark', group: 'picture', keys: ['alt+left'], enabled: open, run: (s) => hits.go(s, -1) },

  { id: 'generate', label: 'action.generate', group: 'music', keys: ['g'], enabled: music.canGenerate, run: music.generate },
  { id: 'regenerate', label: 'action.regenerate', group: 'music', keys: ['r'], enabled: music.canRegenerate, run: music.regenerate },
  { id: 'ab', label: 'action.ab', group: 'music', keys: ['tab', 'b'], enabled: music.canCompare, run: music.ab },
  { id: 'cancel', label: 'action.cancel', group: 'music', keys: ['mod+.'], enabled: ({ app }) => app.running.length > 0, run: music.cancel },
  { id: 'add_cue', label: 'action.addCue', group: 'music', keys: ['n'], enabled: cues.canAddCue, run: cues.add },
  { id: 'next_cue', label: 'action.nextCue', group: 'music', keys: ['alt+down'], enabled: open, run: (s) => cues.go(s, 1) },
  { id: 'previous_cue', label: 'action.previousCue', group: 'music', keys: ['alt+up'], enabled: open, run: (s) => cues.go(s, -1) },
  { id: 'clear_gain', label: 'action.clearGain', group: 'music', keys: [], enabled: cues.canClearGain, run: cues.clearGain },
  { id: 'measure', label: 'action.measure', group: 'music', keys: ['mod+l'], enabled: open, run: file.measure },
  { id: 'mute_music', label: 'action.muteMusic', group: 'music', keys: ['shift+1'], enabled: open, run: (s) => music.mute(s, 'music') },
  { id: 'mute_temp', label: 'action.muteTemp', group: 'music', keys: ['shift+2'], enabled: open, run: (s) => music.mute(s, 'temp') },

  { id: 'overlay', label: 'action.overlay', group: 'view', keys: ['h'], enabled: open, run: ({ view }) => (view.overlay = !view.overlay) },
  { id: 'snap', label: 'action.snap', group: 'view', keys: ['s'], enabled: open, run: ({ view }) => (view.snap = !view.snap) },
  { id: 'gain_lines', label: 'action.gainLines', group: 'view', keys: ['a'], enabled: open, run: cues.toggleGainLines },
  { id: 'fit', label: 'action.fit', group: 'view', keys: ['z'], enabled: open, run: ({ view }) => view.timeline?.fit() },
  { id: 'zoom_in', label: 'action.zoomIn', group: 'view', keys: ['mod+=', 'mod++'], enabled: open, run: ({ view }) => view.timeline?.zoom(1.5) },
  { id: 'zoom_out', label: 'action.zoomOut', group: 'view', keys: ['mod+-'], enabled: open, run: ({ view }) => view.timeline?.zoom(1 / 1.5) },
  { id: 'fullscreen', label: 'action.fullscreen', group: 'view', keys: ['f', 'f11'], enabled: open, run: play.fullscreen },
  { id: 'next_panel', label: 'action.nextPanel', group: 'view', keys: ['f6'], enabled: always, run: () => play.panel(1) },
  { id: 'previous_panel', label: 'action.previousPanel', group: 'view', keys: ['shift+f6'], enabled: always, run: () => play.panel(-1) },

  { id: 'commands', label: 'action.commands', group: 'help', keys: ['mod+k'], enabled: always, run: (s) => (s.view.dialog = 'commands') },
  { id: 'shortcuts', label: 'action.shortcuts', group: 'help', keys: ['?', 'f1'], enabled: always, run: (s) => (s.view.dialog = 'shortcuts') },
  { id: 'about', label: 'action.about', group: 'help', keys: [], enabled: always, run: (s) => (s.view.dialog = 'about') },
  { id: 'diagnostics', label: 'action.diagnostics', group: 'help', keys: [], enabled: always, run: file.diagnostics },
];

/** Keys 1 to 9: the take of that number of the cue in question. Shown as one line in the sheet. */
export const takeKeys = { label: 'action.take', group: 'music', keys: ['1', '9'] } as const;

const byId = new Map(table.map((action) => [action.id, action]));

/** An action of the table. */
export function action(id: string): Action | undefined {
  return byId.get(id);
}

/** The action that a chord stands for, or the number of a take. */
export function find(chord: Chord): Action | number | null {
  if (/^[1-9]$/.test(chord)) return Number(chord);
  return table.find((one) => one.keys.includes(chord)) ?? null;
}

/** Runs an action if it can do something now; answers whether it did. */
export function perform(studio: Studio, what: Action | number | undefined | null): boolean {
  if (typeof what === 'number') return music.useNumber(studio, what);
  if (!what || !what.enabled(studio)) return false;
  what.run(studio);
  return true;
}
