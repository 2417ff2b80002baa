import type { PageOther } from '../../api/types';
import { fileName } from '../../left/style';

/** The list with one more file, named after it; a file that is there already is not added again. */
export function withOther(others: readonly PageOther[], path: string): PageOther[] {
  if (others.some((one) => one.path === path)) return [...others];
  const stem = fileName(path).replace(/\.[^.]+$/, '') || fileName(path);
  const names = others.map((one) => one.name);
  let name = stem;
  for (let n = 2; names.includes(name); n++) name = `${stem} ${n}`;
  return [...others, { name, path }];
}
