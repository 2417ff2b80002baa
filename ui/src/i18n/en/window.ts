/** Words of the window around the timeline. */
export const window = {
  'app.name': 'MuVi Studio',
} as const;
