/** What a page says beside its offer. */

import { expect, test, vi } from 'vitest';
import { create } from './whep.ts';

test('a page takes pictures of several codecs in one stream, whether it may be sent elsewhere or not', async () => {
  const said: Headers[] = [];
  vi.stubGlobal('fetch', (url: string, { headers }: RequestInit) => {
    said.push(new Headers(headers));
    const response = new Response('v=0 answer', { status: 201, headers: { Location: '/whep/token/session' } });
    return Promise.resolve(Object.defineProperty(response, 'url', { value: url }));
  });
  for (const anywhere of [true, false])
    expect(await create('http://studio.example/whep/token', 'v=0 offer', anywhere)).toMatchObject({ is: 'created' });
  expect(said.map((headers) => headers.get('Skylark-Codec-Changes'))).toEqual(['1', '1']);
  expect(said.map((headers) => headers.has('Skylark-Counter-Offer'))).toEqual([true, false]);
});
