// The only file that knows Tauri: what the panel asks of the program and is told by it.
import { Channel, invoke } from '@tauri-apps/api/core';
import type { Command, PanelMessage } from '../protocol/index.ts';
import type { Place } from './pictures.ts';

/** What is to be chosen among somebody's files; `at`: what is chosen already. The words stand in the dialogue. */
export interface Question {
  kind: 'image' | 'folder';
  at: string | null;
  title: string;
  accept: string;
  cancel: string;
}

/** Rejects with a `CommandRefused` when the program could not open its studio (the port is taken, say). */
export async function subscribe(told: (message: PanelMessage) => void): Promise<void> {
  const channel = new Channel<PanelMessage>();
  channel.onmessage = told;
  await invoke('subscribe', { channel });
}

/** Rejects with a `CommandRefused`. */
export async function command(command: Command): Promise<void> {
  await invoke('command', { command });
}

export async function quit(): Promise<void> {
  await invoke('quit');
}

export async function copy(text: string): Promise<void> {
  await invoke('copy', { text });
}

/** Has people choose a file or a folder of theirs; null where they call it off. */
export async function choose(question: Question): Promise<string | null> {
  return await invoke('choose', { question });
}

export async function openLink(): Promise<void> {
  await invoke('open_link');
}

/** Opens the private link of the rehearsal in the browser of the system. */
export async function openRehearsal(): Promise<void> {
  await invoke('open_rehearsal');
}

/** Shows the folder of the last recording in the system's file manager. */
export async function showRecording(): Promise<void> {
  await invoke('show_recording');
}

/** Shows the settings file in the system's file manager. */
export async function openSettingsFolder(): Promise<void> {
  await invoke('open_settings_folder');
}

/** Opens the settings file in the program that the system has for it. */
export async function openSettingsFile(): Promise<void> {
  await invoke('open_settings_file');
}

/** Opens the studio after all, in another way. Rejects with a `CommandRefused`. */
export async function startAgain(how: 'again' | 'other_port' | 'any_address' | 'usual_settings'): Promise<void> {
  await invoke('start_again', { how });
}

/** How large everything in the window is; 1 as usual. */
export async function zoom(factor: number): Promise<void> {
  await invoke('zoom', { factor });
}

/** The window's title. */
export async function entitle(title: string): Promise<void> {
  await invoke('entitle', { title });
}

/** Says whether somebody sees the window: while nobody does, the program tells only what does not come again. */
export async function seen(seen: boolean): Promise<void> {
  await invoke('seen', { seen });
}

/** Says whether the mixer is open: else nobody reckons how loud its strips are. */
export async function mixerSeen(seen: boolean): Promise<void> {
  await invoke('mixer_seen', { seen });
}

/** Says where the picture is shown from now on. */
export async function preview(place: Place): Promise<void> {
  await invoke('preview', { place });
}

/** Has each picture shown that the program hands over because it does not paint it itself: its size, and its planes with a character for each byte. */
export function takePictures(show: (width: number, height: number, planes: string) => void): void {
  Object.assign(globalThis, { skylarkPicture: show });
}
