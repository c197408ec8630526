// The only file that knows Tauri: what the panel asks of the program and is told by it.
import { Channel, invoke } from '@tauri-apps/api/core';
import type { Command, PanelMessage } from '../protocol/index.ts';
import type { Area } from './pictures.ts';

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

export async function openLink(): Promise<void> {
  await invoke('open_link');
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

/** The newest picture as it is shown in an area of so many pixels; null where it looks like picture `after`. */
export async function picture({ width, height }: Area, after: number): Promise<ArrayBuffer | null> {
  // WebView2 and Android know no schemes of an application's own and give it a host name instead.
  const origin = navigator.userAgent.includes('Windows') ? 'http://preview.localhost' : 'preview://localhost';
  const answer = await fetch(`${origin}/picture?width=${width}&height=${height}&after=${after}`);
  if (!answer.ok) throw new Error(`there is no picture (${answer.status})`);
  return answer.status === 204 ? null : answer.arrayBuffer();
}
