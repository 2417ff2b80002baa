import type { StyleView } from '../api/types';

/** Whether two styles are the same, the part of a clip included. */
export function sameStyle(a: StyleView, b: StyleView): boolean {
  if (a.kind === 'palette') return b.kind === 'palette' && a.id === b.id;
  if (a.kind === 'clip') return b.kind === 'clip' && a.path === b.path && a.from_s === b.from_s;
  return b.kind === 'auto';
}

/** The name of a file without its folders, of either system. */
export function fileName(path: string): string {
  return path.split(/[/\\]/).pop() || path;
}
