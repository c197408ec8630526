// What the panel knows, as a pure step from one snapshot and one event to the next.
import type { Event, Knock, Relay, Rid, Snapshot, Strip, Viewer, ViewerId, ViewerStats } from '../protocol/index.ts';
import { conversation } from './conversation.ts';
import { isMicrophone } from './mixer.ts';

export function apply(now: Snapshot, event: Event): Snapshot {
  const next = step(now, event);
  const chat = conversation(now.chat, event);
  return chat === now.chat ? next : { ...next, chat };
}

function step(now: Snapshot, event: Event): Snapshot {
  switch (event.event) {
    case 'phase':
      return { ...now, phase: event.phase };
    case 'rehearsal':
      return { ...now, rehearsal: event.rehearsal };
    case 'viewer_joined':
      return { ...now, viewers: [event.viewer, ...without(now.viewers, event.viewer.id)] };
    case 'viewer_moved':
      return { ...now, viewers: moved(now.viewers, event) };
    case 'viewer_left':
      return { ...now, viewers: without(now.viewers, event.viewer) };
    case 'quality':
      return { ...now, viewers: choosing(now.viewers, event) };
    case 'viewers':
      return { ...now, viewers: refreshed(now.viewers, event.viewers) };
    case 'count':
      return { ...now, watching: event.watching, peak: event.peak };
    case 'removed':
      return { ...now, removed: [event.viewer, ...now.removed.filter((r) => r.id !== event.viewer.id)] };
    case 'forgiven':
      return { ...now, removed: now.removed.filter((r) => r.id !== event.viewer) };
    case 'outside':
      return { ...now, outside: event.outside };
    case 'lock':
      return { ...now, locked: event.on };
    case 'waiting_room':
      return { ...now, waiting_room: event.on };
    case 'knock':
      return { ...now, knocks: knocked(now.knocks, event.viewer) };
    case 'knock_left':
      return { ...now, knocks: now.knocks.filter((knock) => knock.id !== event.viewer) };
    case 'guest_link': {
      const { event: _, ...link } = event;
      return { ...now, guest_links: [...now.guest_links.filter(({ name }) => name !== link.name), link] };
    }
    case 'guest_link_ended':
      return { ...now, guest_links: now.guest_links.filter(({ name }) => name !== event.name) };
    case 'passcode':
      return { ...now, passcode: event.on };
    case 'links':
      return { ...now, links: event.links };
    case 'source':
      // A camera, and what stands in its place, is told as `camera` too.
      return ['screen', 'window', 'image'].includes(event.source.kind) ? { ...now, screen: event.state } : now;
    case 'camera':
      return { ...now, camera: event.state };
    case 'microphone':
      return { ...now, microphone: event.state };
    case 'strip': {
      const { event: _, ...strip } = event;
      return { ...now, strips: placed(now.strips, strip) };
    }
    case 'headphones': {
      const { event: _, ...headphones } = event;
      return { ...now, headphones };
    }
    case 'strip_removed':
      return { ...now, strips: now.strips.filter(({ strip }) => strip !== event.strip) };
    case 'sound':
      return { ...now, sound: event.trouble };
    case 'mute_microphone':
      return { ...now, controls: { ...now.controls, microphone_muted: event.on } };
    case 'camera_off':
      return { ...now, controls: { ...now.controls, camera_off: event.on } };
    case 'be_right_back':
      return { ...now, controls: { ...now.controls, be_right_back: event.on } };
    case 'devices':
      return { ...now, devices: event.devices };
    case 'relay':
      return { ...now, relays: relayed(now.relays, event) };
    case 'settings':
      return { ...now, settings: event.settings };
    case 'stats':
      return { ...now, stats: event.stats };
    case 'capacity':
      return { ...now, capacity: event.capacity };
    case 'recording': {
      const { event: _, ...recording } = event;
      return { ...now, recording };
    }
    case 'unfinished_recordings':
      return { ...now, unfinished_recordings: event.files };
    // What these say comes as a phase, a link or a list too; errors, attempts and failed joins are shown for a while, not kept.
    case 'live':
    case 'ended':
    case 'error':
    case 'attempts':
    case 'failed_join':
    case 'recording_mended':
    // How it went is the graphs'.
    case 'history':
    case 'history_saved':
    // What people say is the conversation's; reactions and a saved file are shown for a while.
    case 'chat':
    case 'chat_deleted':
    case 'chat_state':
    case 'chat_saved':
    case 'reactions':
    case 'name':
    case 'hand':
    case 'muted':
    case 'unmuted':
      return now;
  }
}

/** A strip that was not there stands behind the other microphones. */
function placed(strips: Strip[], strip: Strip): Strip[] {
  if (strips.some((one) => one.strip === strip.strip))
    return strips.map((one) => (one.strip === strip.strip ? strip : one));
  const others = strips.filter((one) => isMicrophone(one.strip));
  const before = others.filter((one) => one.strip < strip.strip);
  return [...before, strip, ...others.slice(before.length), ...strips.slice(others.length)];
}

/** Once more where it says another name. */
function knocked(knocks: Knock[], knock: Knock): Knock[] {
  const known = knocks.some((one) => one.id === knock.id);
  return known ? knocks.map((one) => (one.id === knock.id ? knock : one)) : [...knocks, knock];
}

function relayed(relays: Relay[], { event: _, ...relay }: { event: 'relay' } & Relay): Relay[] {
  if (relay.gone) return relays.filter((one) => one.relay !== relay.relay);
  const known = relays.some((one) => one.relay === relay.relay);
  return known ? relays.map((one) => (one.relay === relay.relay ? relay : one)) : [...relays, relay];
}

/** Where a viewer watches stands in its row. */
function moved(viewers: Viewer[], { viewer: id, relay }: { viewer: ViewerId; relay: number | null }): Viewer[] {
  return viewers.map((viewer) => {
    if (viewer.id !== id) return viewer;
    const { relay: _, ...here } = viewer;
    return relay === null ? here : { ...here, relay };
  });
}

/** What a viewer holds stands in its row. */
function choosing(viewers: Viewer[], { viewer: id, layer }: { viewer: ViewerId; layer: Rid | null }): Viewer[] {
  return viewers.map((viewer) => {
    if (viewer.id !== id) return viewer;
    const { held: _, ...free } = viewer;
    return layer === null ? free : { ...free, held: layer };
  });
}

function without(viewers: Viewer[], id: ViewerId): Viewer[] {
  return viewers.filter((viewer) => viewer.id !== id);
}

function refreshed(viewers: Viewer[], told: [ViewerId, ViewerStats][]): Viewer[] {
  const stats = new Map(told);
  return viewers.map((viewer) => {
    const fresh = stats.get(viewer.id);
    return fresh ? { ...viewer, stats: fresh } : viewer;
  });
}
