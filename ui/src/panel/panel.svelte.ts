// The panel's one store: what the program told, what the person did, and what is shown for a while.
import type { Command, CommandRefused, PanelMessage, RemovedViewer, Snapshot, ViewerId } from '../protocol/index.ts';
import { attempted, recent, without, type Attempts } from './attempts.ts';
import * as backend from './backend.ts';
import { failed, lately, type Failed } from './failed.ts';
import { apply } from './state.ts';

export interface Toast {
  id: number;
  text: string;
  harm: boolean;
  /** It is about a file: it stays until it is dismissed, and the folder is at hand. */
  file: boolean;
}

/** How long an undo is offered where the eye is; the list of the removed keeps it for longer. */
const UNDO_MS = 10_000;
const TOAST_MS = 7_000;
const MAX_TOASTS = 4;

/** Why the program could not open its studio. */
export interface Failure {
  text: string;
  /** It is the settings file that holds something that cannot be: others can be used in its place. */
  settings: boolean;
}

export class Panel {
  snapshot = $state.raw<Snapshot | null>(null);
  /** Why there is no snapshot. */
  failure = $state.raw<Failure | null>(null);
  levels = $state.raw<{ peak: [number, number]; rms: [number, number] }>({ peak: [0, 0], rms: [0, 0] });
  toasts = $state<Toast[]>([]);
  undo = $state.raw<RemovedViewer | null>(null);
  /** Who is trying to come in and never connects. */
  attempts = $state.raw<Attempts[]>([]);
  /** Whose offer could not be answered. */
  failed = $state.raw<Failed[]>([]);
  closeAsked = $state(false);
  /** Milliseconds since the Unix epoch, once a second: what "since" is told from. */
  now = $state(Date.now());

  #nextToast = 1;
  #undoEnds = 0;

  async start(): Promise<void> {
    setInterval(() => {
      if (document.hidden) return; // Nothing is painted, and it is all made up for when the window is seen again.
      this.now = Date.now();
      this.attempts = recent(this.attempts, this.now);
      this.failed = lately(this.failed, this.now);
    }, 1000);
    await this.#subscribe();
  }

  /** After a failure that lies in the settings file. */
  async startWithUsualSettings(): Promise<void> {
    try {
      await backend.startWithUsualSettings();
    } catch (error) {
      this.failure = failure(error);
      return;
    }
    this.failure = null;
    await this.#subscribe();
  }

  async openSettingsFolder(): Promise<void> {
    try {
      await backend.openSettingsFolder();
    } catch (error) {
      this.toast(reason(error), true);
    }
  }

  async #subscribe(): Promise<void> {
    try {
      await backend.subscribe((message) => this.#told(message));
      const seen = () => void backend.seen(!document.hidden).catch(() => {}); // Else more is told than is seen.
      document.addEventListener('visibilitychange', seen);
      seen();
      await backend.command({ command: 'list_devices' });
    } catch (error) {
      this.failure = failure(error);
    }
  }

  /** Carries a command out; a refusal is shown. Says whether it was carried out. */
  async command(command: Command): Promise<boolean> {
    try {
      await backend.command(command);
      return true;
    } catch (error) {
      this.toast(reason(error), true);
      return false;
    }
  }

  async copy(text: string): Promise<boolean> {
    try {
      await backend.copy(text);
      return true;
    } catch (error) {
      this.toast(reason(error), true);
      return false;
    }
  }

  async openLink(): Promise<void> {
    try {
      await backend.openLink();
    } catch (error) {
      this.toast(reason(error), true);
    }
  }

  async forgive(viewer: ViewerId): Promise<void> {
    await this.command({ command: 'forgive', viewer });
  }

  async quit(): Promise<void> {
    this.closeAsked = false;
    await backend.quit();
  }

  toast(text: string, harm: boolean, file = false): void {
    const id = this.#nextToast++;
    this.toasts = [...this.toasts.filter((toast) => toast.text !== text), { id, text, harm, file }].slice(-MAX_TOASTS);
    if (!file) setTimeout(() => this.dismiss(id), TOAST_MS);
  }

  dismiss(id: number): void {
    this.toasts = this.toasts.filter((toast) => toast.id !== id);
  }

  #told(message: PanelMessage): void {
    switch (message.kind) {
      case 'snapshot':
        this.snapshot = message.snapshot;
        break;
      case 'levels':
        this.levels = message;
        break;
      case 'close_asked':
        this.closeAsked = true;
        break;
      case 'event': {
        const { event } = message;
        if (this.snapshot) this.snapshot = apply(this.snapshot, event);
        if (event.event === 'error') this.toast(event.message, true, event.code === 'storage');
        if (event.event === 'attempts') this.attempts = attempted(this.attempts, event, Date.now());
        if (event.event === 'failed_join') this.failed = failed(this.failed, event, Date.now());
        if (event.event === 'removed') this.#offerUndo(event.viewer);
        if (event.event === 'removed' && event.viewer.removal === 'blocked')
          this.attempts = without(this.attempts, event.viewer.address);
        if (event.event === 'forgiven' && this.undo?.id === event.viewer) this.undo = null;
        break;
      }
    }
  }

  #offerUndo(viewer: RemovedViewer): void {
    this.undo = viewer;
    clearTimeout(this.#undoEnds);
    this.#undoEnds = setTimeout(() => (this.undo = null), UNDO_MS) as unknown as number;
  }
}

/** What the page says where there is no studio. */
function failure(error: unknown): Failure {
  const refused = error && typeof error === 'object' && 'code' in error ? (error as CommandRefused) : null;
  return { text: reason(error), settings: refused?.code === 'bad_setting' };
}

/** The sentence in whatever was thrown: a refusal of the program, or a fault of the page. */
function reason(error: unknown): string {
  if (typeof error === 'string') return error;
  if (error && typeof error === 'object' && 'message' in error) return String((error as CommandRefused).message);
  return String(error);
}
