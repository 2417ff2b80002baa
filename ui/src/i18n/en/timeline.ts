/** Words of the timeline area. `{name}` is filled in by `t(key, { name })`. */
export const timeline = {
  'timeline.label': 'Timeline',
} as const;
