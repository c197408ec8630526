/** The parts of an SDP that this page reads or changes. Lines end with CRLF (RFC 8866 section 5); a bare LF is read too. */

/**
 * Asks for stereo: `stereo=1` in the Opus parameters of the offer. Chromium plays stereo as mono unless its own local
 * description says so; the answer alone does not do it (RFC 7587 section 7).
 */
export function withStereo(sdp: string): string {
  const lines = split(sdp);
  const opus = lines.map((line) => /^a=rtpmap:(\d+) opus\/48000/i.exec(line)?.[1]).find((type) => type !== undefined);
  if (opus === undefined) return sdp;
  const format = `a=fmtp:${opus} `;
  const at = lines.findIndex((line) => line.startsWith(format));
  if (at < 0) {
    lines.splice(lines.findIndex((line) => line.startsWith(`a=rtpmap:${opus} `)) + 1, 0, `${format}stereo=1`);
  } else if (!/[ ;]stereo=/.test(lines[at] ?? '')) {
    lines[at] += ';stereo=1';
  }
  return join(lines);
}

/** Which kinds an answer accepts: a rejected m-line has port 0 (RFC 3264 section 6). */
export function accepted(answer: string): { audio: boolean; video: boolean } {
  const has = (kind: string) =>
    split(answer).some((line) => line.startsWith(`m=${kind} `) && !line.startsWith(`m=${kind} 0 `));
  return { audio: has('audio'), video: has('video') };
}

/** The fragment that asks for an ICE restart: the new credentials of `offer` (RFC 9725 section 4.3.3, RFC 8840). */
export function restartFragment(offer: string): string {
  const wanted = /^a=(ice-ufrag|ice-pwd|ice-options|mid):|^m=/;
  const lines: string[] = [];
  for (const line of split(offer)) {
    // All m-lines are bundled into the first, so its credentials are all there are.
    if (line.startsWith('m=') && lines.some((kept) => kept.startsWith('m='))) break;
    if (wanted.test(line) || line.startsWith('a=group:BUNDLE')) lines.push(line);
  }
  return join(lines);
}

/** `answer` with the ICE credentials of `fragment`, the server's reply to a restart; null where it has none. */
export function withCredentials(answer: string, fragment: string): string | null {
  const find = (name: string) => split(fragment).find((line) => line.startsWith(`a=${name}:`));
  const ufrag = find('ice-ufrag');
  const pwd = find('ice-pwd');
  if (!ufrag || !pwd) return null;
  return join(
    split(answer).map((line) => {
      if (line.startsWith('a=ice-ufrag:')) return ufrag;
      if (line.startsWith('a=ice-pwd:')) return pwd;
      return line;
    }),
  );
}

function split(sdp: string): string[] {
  return sdp.split(/\r?\n/).filter((line) => line !== '');
}

function join(lines: string[]): string {
  return lines.map((line) => `${line}\r\n`).join('');
}
