/** A key with its modifiers: "mod+shift+z", "space", "shift+?". `mod` is Ctrl, on a Mac Command. */
export type Chord = string;

const NAMES: Record<string, string> = {
  ' ': 'space',
  Spacebar: 'space',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  Escape: 'escape',
};

type Pressed = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/** The chord that an event stands for. */
export function chordOf(event: Pressed, mac: boolean): Chord {
  let key = NAMES[event.key] ?? event.key.toLowerCase();
  // With Alt some layouts type another sign: the letter on the key counts.
  if (event.altKey && /^Key[A-Z]$/.test(event.code)) key = event.code.slice(3).toLowerCase();
  if (/^Digit\d$/.test(event.code) && key !== '?') key = event.code.slice(5);
  const mod = mac ? event.metaKey : event.ctrlKey;
  // Signs such as ? are typed with Shift on some layouts only: Shift is part of the sign.
  const shift = event.shiftKey && (key.length > 1 || /[a-z0-9]/.test(key));
  return [mod && 'mod', event.altKey && 'alt', shift && 'shift', key].filter(Boolean).join('+');
}

const SHOWN: Record<string, string> = {
  space: 'Space',
  left: '←',
  right: '→',
  up: '↑',
  down: '↓',
  escape: 'Esc',
  delete: 'Del',
  backspace: 'Backspace',
  home: 'Home',
  end: 'End',
  tab: 'Tab',
};

/** A chord for people: "Ctrl+Shift+Z", on a Mac "⇧⌘Z". */
export function shown(chord: Chord, mac: boolean): string {
  const parts = chord.split('+');
  const key = parts.pop() || '+';
  const name = SHOWN[key] ?? key.toUpperCase();
  const has = (part: string): boolean => parts.includes(part);
  if (mac) return `${has('alt') ? '⌥' : ''}${has('shift') ? '⇧' : ''}${has('mod') ? '⌘' : ''}${name}`;
  return [has('mod') && 'Ctrl', has('alt') && 'Alt', has('shift') && 'Shift', name].filter(Boolean).join('+');
}

/** What has the focus, as far as keys are concerned. */
export type Focus = 'stage' | 'text' | 'control' | 'slider' | 'widget';

/** Whether an element keeps keys for itself. */
export function focusOf(element: Element | null): Focus {
  if (!element) return 'stage';
  const input = element as HTMLInputElement;
  if (element.matches('textarea, [contenteditable="true"]')) return 'text';
  if (element.matches('input') && !/^(range|checkbox|radio|button)$/.test(input.type)) return 'text';
  if (element.closest('[role="dialog"], [role="alertdialog"], [role="menu"]')) return 'widget';
  if (element.matches('input[type="range"], [role="slider"], [role="separator"]')) return 'slider';
  // A style that was clicked doesn't keep Space and arrows; one that was reached by Tab does.
  if (element.matches('input[type="radio"], [role="radio"]')) return element.matches(':focus-visible') ? 'widget' : 'stage';
  if (element.matches('select')) return 'widget';
  // A button that was clicked doesn't keep Space; one that was reached by Tab does.
  if (element.matches('button, a, input, [role="button"], [tabindex="0"]:not([data-stage])') && element.matches(':focus-visible')) {
    return element.closest('[data-stage]') ? 'stage' : 'control';
  }
  return 'stage';
}

const MOVES = /^(shift\+|alt\+)?(left|right|up|down|home|end)$/;
const PRESSES = /^(shift\+)?(space|enter|tab)$/;

/** Whether a chord may act while `focus` has the focus. */
export function allowed(chord: Chord, focus: Focus): boolean {
  const command = chord.startsWith('mod+') || /^f\d+$/.test(chord);
  switch (focus) {
    case 'stage':
      return true;
    case 'control':
      return !PRESSES.test(chord);
    case 'slider':
      // Space does nothing to a slider: it plays.
      return command || (!MOVES.test(chord) && !/tab$|^enter$|^escape$/.test(chord));
    case 'widget':
      return command ? true : !MOVES.test(chord) && !PRESSES.test(chord) && chord !== 'escape';
    case 'text':
      // Text fields have their own undo and select all.
      return command && !/^mod\+(shift\+)?(z|y|a|c|v|x)$/.test(chord) && chord !== 'f2';
  }
}
