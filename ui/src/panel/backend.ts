// The only file that knows Tauri: what the panel asks of the program and is told by it.
import { Channel, invoke } from '@tauri-apps/api/core';
import type { Command, PanelMessage } from '../protocol/index.ts';

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

/** Opens the studio after all, with the usual settings. Rejects with a `CommandRefused`. */
export async function startWithUsualSettings(): Promise<void> {
  await invoke('start_with_usual_settings');
}

/** Where the newest preview picture is; the number only makes each request a new one. */
export function previewUrl(number: number): string {
  // WebView2 and Android know no schemes of an application's own and give it a host name instead.
  const origin = navigator.userAgent.includes('Windows') ? 'http://preview.localhost' : 'preview://localhost';
  return `${origin}/frame?${number}`;
}
