import { describe, expect, it } from 'vitest';
import { allowed, chordOf, shown } from './keys';
import { find, table } from './table';

const press = (key: string, more: Partial<KeyboardEvent> = {}) => ({
  key,
  code: '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...more,
});

describe('chords', () => {
  it.each([
    [press(' '), 'space'],
    [press('ArrowLeft', { shiftKey: true }), 'shift+left'],
    [press('Z', { ctrlKey: true, shiftKey: true, code: 'KeyZ' }), 'mod+shift+z'],
    [press('?', { shiftKey: true, code: 'Slash' }), '?'],
    [press('?', { shiftKey: true, code: 'Minus' }), '?'],
    [press('!', { shiftKey: true, code: 'Digit1' }), 'shift+1'],
    [press('&', { code: 'Digit1' }), '1'],
    [press('≈', { altKey: true, code: 'KeyX' }), 'alt+x'],
    [press('F2'), 'f2'],
    [press('M', { shiftKey: true, code: 'KeyM' }), 'shift+m'],
  ])('%o is %s', (event, chord) => {
    expect(chordOf(event, false)).toBe(chord);
  });

  it('takes Command for Ctrl on a Mac', () => {
    expect(chordOf(press('z', { metaKey: true }), true)).toBe('mod+z');
    expect(chordOf(press('z', { ctrlKey: true }), true)).toBe('z');
    expect([shown('mod+shift+z', true), shown('mod+shift+z', false), shown('mod++', false)]).toEqual(['⇧⌘Z', 'Ctrl+Shift+Z', 'Ctrl++']);
  });

  it('binds no chord twice and has every action of the manners', () => {
    const chords = table.flatMap((action) => action.keys);
    expect(new Set(chords).size).toBe(chords.length);
    expect(new Set(table.map((action) => action.id)).size).toBe(table.length);
    const wanted: [string, string][] = [
      ['space', 'play'], ['j', 'backward'], ['k', 'stop'], ['l', 'forward'], ['left', 'previous_frame'], ['shift+right', 'next_second'],
      ['home', 'start'], ['end', 'end'], ['i', 'loop_in'], ['o', 'loop_out'], ['m', 'add_hit'], ['shift+m', 'add_named_hit'],
      ['alt+left', 'previous_mark'], ['g', 'generate'], ['r', 'regenerate'], ['tab', 'ab'], ['f2', 'rename'], ['h', 'overlay'],
      ['s', 'snap'], ['z', 'fit'], ['mod+z', 'undo'], ['mod+shift+z', 'redo'], ['mod+s', 'save'], ['mod+o', 'open'], ['mod+e', 'export'],
      ['?', 'shortcuts'],
    ];
    for (const [chord, id] of wanted) expect([chord, (find(chord) as { id: string } | null)?.id]).toEqual([chord, id]);
    expect(find('7')).toBe(7);
  });

  it('leaves text fields, sliders and reached buttons their keys', () => {
    expect(['m', 'space', 'delete', 'mod+z', 'f2'].filter((chord) => allowed(chord, 'text'))).toEqual([]);
    expect(['mod+s', 'mod+e', 'f6'].filter((chord) => allowed(chord, 'text'))).toEqual(['mod+s', 'mod+e', 'f6']);
    expect(['left', 'home', 'tab', 'm', 'mod+z'].filter((chord) => allowed(chord, 'widget'))).toEqual(['m', 'mod+z']);
    expect(['left', 'home', 'tab', 'space', 'm'].filter((chord) => allowed(chord, 'slider'))).toEqual(['space', 'm']);
    expect(['space', 'tab', 'left', 'm'].filter((chord) => allowed(chord, 'control'))).toEqual(['left', 'm']);
    expect(allowed('tab', 'stage')).toBe(true);
  });
});
