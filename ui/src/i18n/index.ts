import { en } from './en/index';

/** Every sentence of the window, by key. English is the master; another language is a table of the same keys. */
export type Messages = Record<Key, string>;
export type Key = keyof typeof en;
type Values = Record<string, string | number>;

const tables: Record<string, Messages> = { en };
let table: Messages = en;

/** Languages that there is a table for. */
export const languages: readonly string[] = Object.keys(tables);

/** Chooses the language by a BCP 47 tag; English where there's no table. Takes effect for texts drawn from now on. */
export function setLanguage(tag: string): void {
  table = tables[tag] ?? tables[tag.split('-')[0] ?? ''] ?? en;
}

/** The text of `key` with `{name}` filled in. */
export function t(key: Key, values?: Values): string {
  const text = table[key];
  if (!values) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
