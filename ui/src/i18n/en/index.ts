import { timeline } from './timeline';
import { actions } from './actions';
import { window } from './window';

export const en = { ...window, ...actions, ...timeline };
