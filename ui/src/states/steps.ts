import type { JobView } from '../api/types';
import { action, perform } from '../actions/table';
import { t } from '../i18n';
import type { Studio } from '../state/studio';

/** A next step as a button. */
export interface Step {
  label: string;
  run: () => void;
}

/** What the user can do about a problem of the project. */
export function problemSteps(studio: Studio, code: string): Step[] {
  const step = (id: string): Step => ({ label: t(action(id)?.label ?? 'action.open'), run: () => void perform(studio, action(id)) });
  switch (code) {
    case 'video_changed':
      return [step('analyse'), step('relink')];
    case 'read_only':
      return [step('save_as')];
    case 'takes_missing':
      return [step('generate')];
    default:
      return [];
  }
}

/** Starts a job that failed once more. */
export function retryOf({ app, backend, deliveries, view }: Studio, job: JobView): void {
  void app.run(async () => {
    if (job.kind === 'analyse') await backend.call('analyse');
    else if (job.kind === 'measure') await deliveries.measure();
    // What the page was to show is chosen again there.
    else if (job.kind === 'page') view.dialog = 'page';
    else if (job.kind === 'generate' && job.cue !== null) await backend.call('generate', { cue: job.cue });
    else if (job.kind === 'regenerate' && job.cue !== null && job.span) {
      await backend.call('regenerate', { cue: job.cue, span: job.span });
    }
  });
}
