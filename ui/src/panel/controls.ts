// What the broadcaster can withhold, how it stands, and whether it may be changed.
import type { Controls, Snapshot } from '../protocol/index.ts';

/** As the commands are called. */
export type Control = 'mute_microphone' | 'camera_off' | 'be_right_back';

export function isOn({ microphone_muted, camera_off, be_right_back }: Controls, control: Control): boolean {
  return { mute_microphone: microphone_muted, camera_off, be_right_back }[control];
}

/** Nobody waits for who is away where nothing is live; all else can be chosen before. */
export function may({ phase, controls }: Pick<Snapshot, 'phase' | 'controls'>, control: Control): boolean {
  return control !== 'be_right_back' || phase.state === 'live' || controls.be_right_back;
}

/** Nobody hears the microphone. */
export function isSilent({ microphone_muted, be_right_back }: Controls): boolean {
  return microphone_muted || be_right_back;
}
