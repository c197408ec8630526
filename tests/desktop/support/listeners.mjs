// Viewers in number, without a browser each.

/** Runs in a watch page: so many more sessions, without a picture. */
export async function listen(many) {
  const joined = Array.from({ length: many }, async () => {
    const pc = new RTCPeerConnection();
    pc.addTransceiver('audio', { direction: 'recvonly' });
    await pc.setLocalDescription();
    const answer = await fetch(location.pathname.replace('/w/', '/whep/'), {
      method: 'POST',
      headers: { 'Content-Type': 'application/sdp' },
      body: pc.localDescription.sdp,
    });
    await pc.setRemoteDescription({ type: 'answer', sdp: await answer.text() });
    return pc;
  });
  window.listeners = await Promise.all(joined);
}
