/** Rows of the timeline under each other: least height in pixels, and share of what is left. */
export const ROWS = [
  { name: 'ruler', least: 44, share: 0 },
  { name: 'picture', least: 36, share: 0.8 },
  { name: 'hits', least: 40, share: 0 },
  { name: 'intensity', least: 36, share: 0.9 },
  { name: 'music', least: 72, share: 2 },
  { name: 'temp', least: 44, share: 1.2 },
] as const;

/** Height of the overview under them. */
export const OVERVIEW = 24;

/** The timeline is never lower than this: its divider stops there. */
export const LEAST_HEIGHT = ROWS.reduce((sum, row) => sum + row.least, OVERVIEW);

/** The rows for `grid-template-rows`. */
export const GRID_ROWS = ROWS.map(({ least, share }) => (share > 0 ? `minmax(${least}px, ${share}fr)` : `${least}px`)).join(' ');
