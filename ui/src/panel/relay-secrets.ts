/** What the one field of a relay's secret stands for, by its server's kind. */

import type { RelaySecrets } from '../protocol/index.ts';

/** Nothing: it is told what the file of secrets has for it. */
export function secretsOf(url: string, secret: string): RelaySecrets {
  if (!secret) return {};
  if (url.startsWith('janus+')) return { pin: secret };
  // Who may make a mountpoint.
  if (url.startsWith('janus-rtp+')) return { admin_key: secret };
  if (!url.startsWith('livekit+')) return { bearer: secret };
  // As LiveKit's own settings have it: a key names the secret.
  const [key = '', ...rest] = secret.split(':');
  return { api_key: key.trim(), api_secret: rest.join(':').trim() };
}
