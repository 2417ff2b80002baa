import { asApiError, type Backend } from '../api/backend';
import type { ApiError, AppView, CueView, Edit, HitView, JobView, ProjectView, Settings, TakeView } from '../api/types';
import type { Scope } from '../lib/scope';

/** A message shown to the user until it is read or too old. */
export interface Message {
  id: number;
  level: string;
  error: ApiError;
}

const MESSAGES_KEPT = 4;
const JOBS_KEPT = 12;
/** How long a message that asks for nothing stays, in milliseconds. */
const INFO_MS = 6000;

const ended = (job: JobView): boolean => job.state !== 'running' && job.state !== 'waiting';

/**
 * What the shell told: the program, the open project, its jobs, and messages. The window never changes a project by
 * itself: it sends edits and draws what comes back. All views are replaced whole, so they are raw state.
 */
export class App {
  /** The program and its settings; `null` until the first answer. */
  view = $state.raw<AppView | null>(null);
  /** The open project. */
  project = $state.raw<ProjectView | null>(null);
  /** Jobs that wait or run, and the last ones that ended, oldest first. */
  jobs = $state.raw<readonly JobView[]>([]);
  /** Messages on display, oldest first. */
  messages = $state.raw<readonly Message[]>([]);
  /** Why the program can't be asked at all. */
  broken = $state.raw<ApiError | null>(null);
  /** Whether a project is being opened. */
  opening = $state(false);
  /** Why the last project could not be opened. */
  openError = $state.raw<ApiError | null>(null);

  #nextMessage = 1;
  #scope: Scope | null = null;

  constructor(readonly backend: Backend) {}

  /** Asks for the state of the program and listens to its changes until the scope ends. */
  async start(scope: Scope): Promise<void> {
    this.#scope = scope;
    scope.add(this.backend.on('app', (view) => (this.view = view)));
    scope.add(this.backend.on('project', (project) => this.accept(project)));
    scope.add(this.backend.on('job', (job) => this.#setJob(job)));
    scope.add(this.backend.on('notice', (notice) => this.tell(notice.level, notice.error)));
    try {
      const view = await this.backend.call('app_state');
      this.view = view;
      this.accept(view.project);
      for (const job of view.jobs) this.#setJob(job);
    } catch (error) {
      this.broken = asApiError(error);
    }
  }

  /** The settings; only once the program has answered. */
  get settings(): Settings | null {
    return this.view?.settings ?? null;
  }

  /** Jobs that wait or run. */
  get running(): readonly JobView[] {
    return this.jobs.filter((job) => job.state === 'running' || job.state === 'waiting');
  }

  /** The job of a kind that runs now, or the last one that ended. */
  lastJob(...kinds: JobView['kind'][]): JobView | null {
    return this.jobs.findLast((job) => kinds.includes(job.kind)) ?? null;
  }

  /** A cue by its number. */
  cue(id: number): CueView | null {
    return this.project?.cues.find((cue) => cue.id === id) ?? null;
  }

  /** A hit point by its number. */
  hit(id: number): HitView | null {
    return this.project?.hits.find((hit) => hit.id === id) ?? null;
  }

  /** A take by its number, with its cue. */
  take(id: number): { cue: CueView; take: TakeView } | null {
    for (const cue of this.project?.cues ?? []) {
      const take = cue.takes.find((one) => one.id === id);
      if (take) return { cue, take };
    }
    return null;
  }

  /** One edit, one undo step. Tells the user if it is refused; answers whether it was done. */
  async edit(edit: Edit): Promise<boolean> {
    return (await this.run(async () => this.accept(await this.backend.call('edit', { edit })))) !== null;
  }

  /** Runs something that may fail; a failure becomes a message. Answers `null` then. */
  async run<T>(work: () => Promise<T>): Promise<{ value: T } | null> {
    try {
      return { value: await work() };
    } catch (error) {
      this.tell('error', asApiError(error));
      return null;
    }
  }

  /** Opens what `ask` answers; a failure is shown where the user looks, and the open project stays. */
  async open(ask: () => Promise<ProjectView>): Promise<boolean> {
    this.opening = true;
    this.openError = null;
    try {
      this.accept(await ask());
      return true;
    } catch (error) {
      this.openError = asApiError(error);
      return false;
    } finally {
      this.opening = false;
    }
  }

  /** Changes settings: at once here, and for good in the program. */
  async set(change: Partial<Settings>): Promise<void> {
    const view = this.view;
    if (!view) return;
    this.view = { ...view, settings: { ...view.settings, ...change } };
    await this.run(async () => {
      const settings = await this.backend.call('set_settings', { settings: { ...view.settings, ...change } });
      if (this.view) this.view = { ...this.view, settings };
      // Pack and providers may be others now.
      if ('pack' in change || 'provider' in change) this.view = await this.backend.call('app_state');
    });
  }

  /** Shows a message; the same one only once. */
  tell(level: string, error: ApiError): void {
    const others = this.messages.filter((one) => one.error.message !== error.message);
    const id = this.#nextMessage++;
    this.messages = [...others, { id, level, error }].slice(-MESSAGES_KEPT);
    if (level === 'info') this.#scope?.timeout(INFO_MS, () => this.dismiss(id));
  }

  /** Takes a message away. */
  dismiss(id: number): void {
    this.messages = this.messages.filter((one) => one.id !== id);
  }

  /** Forgets a job that ended. */
  dismissJob(id: number): void {
    this.jobs = this.jobs.filter((job) => job.id !== id);
  }

  /** Takes a project from the shell; an older one that comes late is dropped. */
  accept(project: ProjectView | null): void {
    const now = this.project;
    if (project && now && project.folder === now.folder && project.revision < now.revision) return;
    this.project = project;
  }

  #setJob(job: JobView): void {
    const known = this.jobs.some((one) => one.id === job.id);
    const jobs = known ? this.jobs.map((one) => (one.id === job.id ? job : one)) : [...this.jobs, job];
    // The oldest ones that ended go; exports stay until the user has seen what became of them.
    const gone = jobs.filter((one) => ended(one) && one.kind !== 'export').slice(0, -JOBS_KEPT);
    this.jobs = jobs.filter((one) => !gone.includes(one));
  }
}
