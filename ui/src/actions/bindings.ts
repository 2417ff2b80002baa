import type { Studio } from '../state/studio';
import { allowed, chordOf, focusOf } from './keys';
import { find, perform } from './table';

/** Keys for the whole window. What a part of the window used is left alone. */
export function bind(studio: Studio): void {
  const mac = (): boolean => studio.app.view?.platform === 'macos';
  studio.scope.listen<KeyboardEvent>(window, 'keydown', (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const chord = chordOf(event, mac());
    if (studio.view.dialog !== null || !allowed(chord, focusOf(document.activeElement))) return;
    const found = find(chord);
    if (found === null) return;
    // Held down, only moving repeats.
    if (event.repeat && (typeof found === 'number' || !/frame|second|mark|zoom|undo|redo/.test(found.id))) {
      event.preventDefault();
      return;
    }
    if (perform(studio, found)) event.preventDefault();
  });
}
