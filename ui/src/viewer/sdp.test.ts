// What is changed in an offer before it is sent.
import { expect, test } from 'vitest';
import { accepted, restartFragment, withCredentials, withStereo } from './sdp.ts';

const offer = [
  'v=0',
  'a=group:BUNDLE 0 1',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111 63',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:0123456789012345678901',
  'a=ice-options:trickle',
  'a=mid:0',
  'a=rtpmap:111 opus/48000/2',
  'a=fmtp:111 minptime=10;useinbandfec=1',
  'a=rtpmap:63 red/48000/2',
  'm=video 9 UDP/TLS/RTP/SAVPF 96',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:0123456789012345678901',
  'a=mid:1',
  'a=rtpmap:96 VP8/90000',
  '',
].join('\r\n');

test('stereo is asked for in the parameters that are there, and nowhere else', () => {
  const changed = withStereo(offer);
  expect(changed).toContain('a=fmtp:111 minptime=10;useinbandfec=1;stereo=1\r\n');
  expect(changed.replace(';stereo=1', '')).toBe(offer);
});

test('asking twice changes nothing', () => {
  expect(withStereo(withStereo(offer))).toBe(withStereo(offer));
});

test('sprop-stereo is another parameter', () => {
  const sender = offer.replace('minptime=10', 'sprop-stereo=1');
  expect(withStereo(sender)).toContain('a=fmtp:111 sprop-stereo=1;useinbandfec=1;stereo=1\r\n');
});

test('parameters are added where Opus has none', () => {
  const bare = offer.replace('a=fmtp:111 minptime=10;useinbandfec=1\r\n', '');
  expect(withStereo(bare)).toContain('a=rtpmap:111 opus/48000/2\r\na=fmtp:111 stereo=1\r\n');
});

test('an offer without Opus stays as it is', () => {
  const silent = offer.replace('opus', 'PCMU');
  expect(withStereo(silent)).toBe(silent);
});

test('a rejected m-line has port 0', () => {
  expect(accepted(offer)).toEqual({ audio: true, video: true });
  expect(accepted(offer.replace('m=video 9', 'm=video 0'))).toEqual({ audio: true, video: false });
  expect(accepted('v=0\r\n')).toEqual({ audio: false, video: false });
});

test('the fragment of a restart has the credentials and the first m-line, and no more', () => {
  expect(restartFragment(offer).split('\r\n')).toEqual([
    'a=group:BUNDLE 0 1',
    'm=audio 9 UDP/TLS/RTP/SAVPF 111 63',
    'a=ice-ufrag:abcd',
    'a=ice-pwd:0123456789012345678901',
    'a=ice-options:trickle',
    'a=mid:0',
    '',
  ]);
});

test('the new credentials go into every m-line of the answer', () => {
  const answer = withCredentials(offer, 'a=ice-ufrag:new\r\na=ice-pwd:newnewnewnewnewnewnewnew\r\n');
  expect(answer?.match(/a=ice-ufrag:new\r\n/g)).toHaveLength(2);
  expect(answer?.match(/a=ice-pwd:newnewnewnewnewnewnewnew\r\n/g)).toHaveLength(2);
  expect(answer).not.toContain('abcd');
});

test('a fragment without credentials answers no restart', () => {
  expect(withCredentials(offer, 'a=ice-ufrag:new\r\n')).toBeNull();
});
