// The panel's one store: what the program told, what the person did, and what is shown for a while.
import type {
  Command,
  CommandRefused,
  ErrorCode,
  HistoryPoint,
  MessageId,
  PanelMessage,
  RemovedViewer,
  Said,
  Snapshot,
  StripLevels,
  ViewerId,
} from '../protocol/index.ts';
import { language, speak } from '../shared/words/language.ts';
import { announce, heard, NOTHING_ANNOUNCED } from './announced.ts';
import { attempted, recent, without, type Attempts } from './attempts.ts';
import { tick } from 'svelte';
import * as backend from './backend.ts';
import { ended, type Ended } from './ended.ts';
import { came, failed, lately, type Failed } from './failed.ts';
import { joined, since } from './history.ts';
import { NO_ORDER, order, type By, type Order } from './order.ts';
import { apply } from './state.ts';
import { NO_PACE, pace } from './pace.ts';
import { SILENT, spoken } from './spoken.ts';
import type { Steady } from './steady.ts';
import { sign, type StreamHealth } from './stream.ts';
import { say } from './say.ts';
import { ofEvent, told, withToast, type Toast } from './toasts.ts';
import { sentence } from './told.ts';
import type { StartWay } from './ways.ts';
import { keepZoom, keptZoom, zoomed, type ZoomKey } from './zoom.ts';

/** How long an undo is offered where the eye is; the list of the removed keeps it for longer. */
const UNDO_MS = 10_000;
const TOAST_MS = 7_000;

/** Why the program could not open its studio. */
export interface Failure {
  said: Said;
  /** What can be done about it follows from it; null where it is a fault of the page. */
  code: ErrorCode | null;
}

export class Panel {
  snapshot = $state.raw<Snapshot | null>(null);
  /** Why there is no snapshot. */
  failure = $state.raw<Failure | null>(null);
  /** A way on is being tried. */
  trying = $state(false);
  levels = $state.raw<{ peak: [number, number]; rms: [number, number] }>({ peak: [0, 0], rms: [0, 0] });
  /** How loud the mixer's strips are that are listened to, while it is open. */
  strips = $state.raw<StripLevels[]>([]);
  /** Whether somebody speaks into the microphone. */
  spoken = $state.raw(SILENT);
  /** How the last hour went, as far as somebody looked. */
  history = $state.raw<HistoryPoint[]>([]);
  undo = $state.raw<RemovedViewer | null>(null);
  /** Who is trying to come in and never connects. */
  attempts = $state.raw<Attempts[]>([]);
  /** Who could not be shown anything. */
  failed = $state.raw<Failed[]>([]);
  /** In which order the viewers stand. */
  order = $state.raw<Order>(NO_ORDER);
  /** No row may move: somebody is about to click one. */
  held = false;
  /** Messages that were deleted last, and can come back. */
  deleted = $state.raw<MessageId[]>([]);
  /** How the last broadcast went. */
  ended = $state.raw<Ended | null>(null);
  settingsOpen = $state(false);
  closeAsked = $state(false);
  /** What the panel speaks: all of it is made anew when that changes. */
  language = $state(language());
  /** Who came, went and knocks, as it is read out. */
  announced = $state.raw(NOTHING_ANNOUNCED);
  /** Milliseconds since the Unix epoch, once a second: what "since" is told from. */
  now = $state(Date.now());

  /** What is told for a while. */
  told = $state.raw<Toast[]>([]);
  #nextToast = 1;
  #undoEnds = 0;
  #restoreEnds = 0;
  /** A deletion was asked for: what goes now goes by it, and not with a viewer. */
  #deletes = false;
  /** Whose viewers the order is of. */
  #inOrder: Snapshot | null = null;
  #stream = $state.raw<Steady<StreamHealth> | null>(null);
  #pace = $state.raw(NO_PACE);
  #zoom = keptZoom(localStorage);
  #title = '';
  /** What the settings say of it. */
  #spoken = 'auto';

  /** How the stream itself does. */
  get stream(): StreamHealth {
    return this.#stream?.shown ?? 'good';
  }

  /** Pictures a second. */
  get fps(): number {
    return this.#pace.shown;
  }

  async start(): Promise<void> {
    setInterval(() => {
      if (document.hidden) return; // Nothing is painted, and it is all made up for when the window is seen again.
      this.now = Date.now();
      this.announced = announce(this.announced, this.now);
      this.attempts = recent(this.attempts, this.now);
      this.failed = lately(this.failed, this.now);
    }, 1000);
    if (this.#zoom !== 1) await this.#attempt(() => backend.zoom(this.#zoom));
    await this.#subscribe();
  }

  /** A way on after a failed start, or to a file that something was told of. */
  async goOn(way: StartWay): Promise<void> {
    if (way === 'open_file') return void (await this.#attempt(backend.openSettingsFile));
    if (way === 'open_folder') return void (await this.#attempt(backend.openSettingsFolder));
    if (this.trying) return;
    this.trying = true;
    try {
      await backend.startAgain(way);
      this.failure = null;
      await this.#subscribe();
    } catch (error) {
      this.failure = failure(error);
    } finally {
      this.trying = false;
    }
  }

  async #subscribe(): Promise<void> {
    try {
      await backend.subscribe((message) => this.#heard(message));
      const seen = () => void backend.seen(!document.hidden).catch(() => {}); // Else more is told than is seen.
      document.addEventListener('visibilitychange', seen);
      seen();
      // Whoever opens the window sees it first; each driver that is asked takes the processor from it.
      await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)));
      await backend.command({ command: 'list_devices' });
    } catch (error) {
      this.failure = failure(error);
    }
  }

  /** Carries a command out; a refusal is shown. Says whether it was carried out. */
  async command(command: Command): Promise<boolean> {
    return this.#attempt(() => this.#send(command));
  }

  /** Carries a command out; a refusal is the caller's to show, beside what it is about. Null: it was done. */
  async ask(command: Command): Promise<string | null> {
    const refusal = await this.refusal(command);
    return refusal === null ? null : sentence(refusal).text;
  }

  /** The same, in the program's words. */
  async refusal(command: Command): Promise<Said | null> {
    try {
      await this.#send(command);
      return null;
    } catch (error) {
      return reason(error);
    }
  }

  async #send(command: Command): Promise<void> {
    this.#deletes = command.command === 'delete_message' || command.command === 'delete_messages';
    await backend.command(command);
  }

  /** The mixer was opened, or closed. */
  mixerSeen(seen: boolean): void {
    void backend.mixerSeen(seen).catch(() => {}); // Else its meters stand still.
  }

  /** Has the program tell how it went since it told last. */
  askHistory(): void {
    // Past what the person does: it is asked again and again, and a refusal is told by what else fails.
    void backend.command({ command: 'history', since: since(this.history, Date.now()) }).catch(() => {});
  }

  async copy(text: string): Promise<boolean> {
    return this.#attempt(() => backend.copy(text));
  }

  /** Has people choose among their files; null where they call it off, or cannot. `at`: what is chosen already. */
  async choose(kind: 'image' | 'folder', at: string): Promise<string | null> {
    const [title, accept, cancel] = [say(`choose.${kind}`), say('choose.accept'), say('choose.cancel')];
    let chosen: string | null = null;
    await this.#attempt(async () => {
      chosen = await backend.choose({ kind, at: at.trim() || null, title, accept, cancel });
    });
    return chosen;
  }

  async openLink(): Promise<void> {
    await this.#attempt(backend.openLink);
  }

  async openRehearsal(): Promise<void> {
    await this.#attempt(backend.openRehearsal);
  }

  async showRecording(): Promise<void> {
    await this.#attempt(backend.showRecording);
  }

  async forgive(viewer: ViewerId): Promise<void> {
    await this.command({ command: 'forgive', viewer });
  }

  /** Takes the last deletion back. */
  async restore(): Promise<void> {
    const messages = this.deleted;
    this.deleted = [];
    await this.command({ command: 'restore_messages', messages });
  }

  async quit(): Promise<void> {
    this.closeAsked = false;
    await backend.quit();
  }

  async zoom(key: ZoomKey): Promise<void> {
    this.#zoom = zoomed(this.#zoom, key);
    keepZoom(localStorage, this.#zoom);
    await this.#attempt(() => backend.zoom(this.#zoom));
  }

  /** Gives the window its title. */
  entitle(title: string): void {
    if (title === this.#title) return;
    this.#title = title;
    document.title = title;
    void this.#attempt(() => backend.entitle(title));
  }

  dismiss(id: number): void {
    this.told = this.told.filter((toast) => toast.id !== id);
  }

  async #attempt(what: () => Promise<void>): Promise<boolean> {
    try {
      await what();
      return true;
    } catch (error) {
      const { code, said } = failure(error);
      this.#tell({ code, text: said.message, said, harm: true, file: false });
      return false;
    }
  }

  #tell(toast: Omit<Toast, 'id'>): void {
    const id = this.#nextToast++;
    this.told = told(withToast(this.told, { ...toast, id }), this.snapshot);
    if (!toast.file) setTimeout(() => this.dismiss(id), TOAST_MS);
  }

  #heard(message: PanelMessage): void {
    switch (message.kind) {
      case 'snapshot':
        this.#show(message.snapshot);
        this.#pace = pace(NO_PACE, message.snapshot.stats.fps, message.snapshot.settings.fps);
        break;
      case 'levels':
        this.levels = message;
        this.spoken = spoken(this.spoken, message.rms, Date.now());
        break;
      case 'strips':
        this.strips = message.strips;
        break;
      case 'close_asked':
        this.closeAsked = true;
        break;
      case 'event': {
        const { event } = message;
        const waiting = this.snapshot?.knocks;
        if (this.snapshot) {
          this.ended = ended(this.ended, this.snapshot, event, Date.now());
          this.#show(apply(this.snapshot, event));
          if (event.event === 'stats') this.#pace = pace(this.#pace, event.stats.fps, this.snapshot.settings.fps);
        }
        this.announced = announce(heard(this.announced, event, waiting), Date.now());
        const toast = ofEvent(event);
        if (toast) this.#tell(toast);
        if (event.event === 'history') this.history = joined(this.history, event.points);
        if (event.event === 'attempts') this.attempts = attempted(this.attempts, event, Date.now());
        if (event.event === 'failed_join') this.failed = failed(this.failed, event, Date.now());
        if (event.event === 'viewer_joined') this.failed = came(this.failed, event.viewer);
        if (event.event === 'removed') this.#offerUndo(event.viewer);
        // Lines that went with a viewer come back with the viewer.
        if (event.event === 'chat_deleted' && this.#deletes) this.#offerRestore(event.messages);
        if (event.event === 'removed' && event.viewer.removal === 'blocked')
          this.attempts = without(this.attempts, event.viewer.address);
        if (event.event === 'forgiven' && this.undo?.id === event.viewer) this.undo = null;
        break;
      }
    }
  }

  /** What follows from the snapshot follows with it. */
  #show(snapshot: Snapshot): void {
    const before = this.snapshot;
    this.snapshot = snapshot;
    if (snapshot.settings.language !== this.#spoken) void this.#speak(snapshot.settings.language);
    // For good: what the stage has said is no news when it is over.
    this.told = told(this.told, snapshot);
    const now = Date.now();
    // Who left is seen at once, and taken out of the order with the next figures: a thousand leave at one time.
    const known = this.#inOrder?.viewers === snapshot.viewers && this.#inOrder.chat === snapshot.chat;
    if (!known && snapshot.viewers.length >= (before?.viewers.length ?? 0))
      this.#putInOrder(snapshot, now, this.order.by);
    this.#stream = snapshot.phase.state === 'live' ? sign(this.#stream, snapshot, now) : null;
  }

  async #speak(wanted: string): Promise<void> {
    this.#spoken = wanted;
    await speak(wanted === 'auto' ? navigator.languages : [wanted]);
    if (this.language === language()) return;
    // It was chosen there, and all of it is made anew.
    const chosen = this.settingsOpen;
    this.settingsOpen = false;
    this.language = language();
    await tick();
    if (chosen) document.querySelector<HTMLElement>('[data-testid="settings"]')?.focus();
  }

  /** Another order of the list: at once. */
  orderBy(by: By): void {
    if (this.snapshot) this.#putInOrder(this.snapshot, Date.now(), by);
  }

  #putInOrder(snapshot: Snapshot, now: number, by: By): void {
    const { viewers, chat } = snapshot;
    this.#inOrder = snapshot;
    const names = new Map(chat.names.map(({ viewer, name }) => [viewer, name]));
    this.order = order(this.order, viewers, now, this.held, by, { names, hands: chat.hands });
  }

  #offerRestore(messages: MessageId[]): void {
    this.deleted = messages;
    clearTimeout(this.#restoreEnds);
    this.#restoreEnds = setTimeout(() => (this.deleted = []), UNDO_MS) as unknown as number;
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
  return { said: reason(error), code: refused?.code ?? null };
}

/** The sentence in whatever was thrown: a refusal of the program, or a fault of the page. */
function reason(error: unknown): Said {
  if (error && typeof error === 'object' && 'message' in error) {
    const { message, key, values } = error as Said;
    return { message, key, values };
  }
  return { message: String(error) };
}
