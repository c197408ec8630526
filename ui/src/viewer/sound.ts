/**
 * Plays with sound, or muted where the browser insists on a click first. Tells whether the sound was refused. Where a browser plays
 * nothing at all without a click the video stays paused, and that click is to bring the sound as well.
 */
export async function playAloud(video: HTMLVideoElement): Promise<{ refused: boolean }> {
  try {
    await video.play();
    return { refused: false };
  } catch (error) {
    // Anything else is an attempt that was overtaken: another stream, or none any more.
    if (!(error instanceof DOMException) || error.name !== 'NotAllowedError' || video.muted) return { refused: false };
    video.muted = true;
    try {
      await video.play();
      return { refused: true };
    } catch {
      video.muted = false;
      return { refused: false };
    }
  }
}

const key = 'skylark-volume';

/** The volume the viewer chose last, 0 to 1. */
export function keptVolume(): number {
  try {
    const kept = Number.parseFloat(localStorage.getItem(key) ?? '');
    return kept >= 0 && kept <= 1 ? kept : 1;
  } catch {
    return 1;
  }
}

export function keepVolume(volume: number): void {
  try {
    localStorage.setItem(key, String(volume));
  } catch {
    // Without storage (a private window) it holds until the page is closed.
  }
}
