/** Full screen and picture in picture, where a browser has them. Neither needs a secure context. */

// Safari on a phone fills the screen with the video only, by names of its own.
interface PhoneVideo extends HTMLVideoElement {
  webkitEnterFullscreen?(): void;
}

export function canFillScreen(): boolean {
  return document.fullscreenEnabled || 'webkitEnterFullscreen' in HTMLVideoElement.prototype;
}

export function isFullScreen(): boolean {
  return document.fullscreenElement !== null;
}

/** Calls back on every change; returns what stops it. */
export function whenFullScreenChanges(changed: () => void): () => void {
  document.addEventListener('fullscreenchange', changed);
  return () => document.removeEventListener('fullscreenchange', changed);
}

/** A refusal (no click behind it) changes nothing, and needs no words. */
export function toggleFullScreen(page: HTMLElement, video: PhoneVideo): void {
  if (isFullScreen()) document.exitFullscreen().catch(() => {});
  else if (document.fullscreenEnabled) page.requestFullscreen().catch(() => {});
  else video.webkitEnterFullscreen?.();
}

export function canFloat(): boolean {
  return 'pictureInPictureEnabled' in document && document.pictureInPictureEnabled;
}

export function toggleFloat(video: HTMLVideoElement): void {
  if (document.pictureInPictureElement) document.exitPictureInPicture().catch(() => {});
  else video.requestPictureInPicture().catch(() => {});
}
