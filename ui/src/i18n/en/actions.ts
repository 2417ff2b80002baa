/** Names of actions, as in menus, tooltips and the shortcut sheet. */
export const actions = {
  'action.play': 'Play or pause',
} as const;
