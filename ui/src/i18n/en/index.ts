import { timeline } from './timeline';
import { inspector } from './inspector';
import { actions } from './actions';
import { deliver } from './deliver';
import { window } from './window';

export const en = { ...window, ...actions, ...deliver, ...timeline, ...inspector };
