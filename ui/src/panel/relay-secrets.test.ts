// What is typed into the one field for a secret, by the kind of server.
import { expect, test } from 'vitest';
import { secretsOf } from './relay-secrets.ts';

test('the field is told to each kind of server as what it knows it by', () => {
  expect(secretsOf('whip+https://a/x', 'word')).toEqual({ bearer: 'word' });
  expect(secretsOf('janus+wss://a/1', '1234')).toEqual({ pin: '1234' });
  expect(secretsOf('janus-rtp+https://a/1', 'word')).toEqual({ admin_key: 'word' });
  expect(secretsOf('livekit+wss://a/x', 'key: a:secret')).toEqual({ api_key: 'key', api_secret: 'a:secret' });
  expect(secretsOf('livekit+wss://a/x', 'key')).toEqual({ api_key: 'key', api_secret: '' });
  expect(secretsOf('livekit+wss://a/x', '')).toEqual({});
});
