/** Where this page's stream is asked for, all on the server that sent the page. */
export interface Place {
  whep: string;
  events: string;
  /** Where is told that nothing is seen. */
  failed: string;
  /** Where the passcode is said. */
  passcode: string;
}

/**
 * Reads the watch token out of the page's own address, `…/w/TOKEN`. What stands before `/w/` is kept, for a proxy that
 * puts the program under a path of its own.
 */
export function place(page: URL): Place | null {
  const found = /^(.*)\/w\/([^/]+)\/?$/.exec(page.pathname);
  if (!found) return null;
  const [, prefix, token] = found;
  const socket = page.protocol === 'https:' ? 'wss:' : 'ws:';
  return {
    whep: `${page.origin}${prefix}/whep/${token}`,
    events: `${socket}//${page.host}${prefix}/w/${token}/events`,
    failed: `${page.origin}${prefix}/w/${token}/failed`,
    passcode: `${page.origin}${prefix}/w/${token}/passcode`,
  };
}
