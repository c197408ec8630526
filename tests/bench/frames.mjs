// What the benchmark measures inside a watch page. Sent into the page as text; it needs the clock of ../browser/support.

/**
 * Every frame that is shown within `ms` milliseconds: how old it was at each step of its way, since the time that stands in
 * its cells. `received`: its last packet had come; `presented`: it was decoded and given to the compositor; `read`: its
 * pixels had been drawn into a canvas and read. Frames whose cells could not be read count as `unread`.
 */
export function traceFrames(ms) {
  const video = document.querySelector('video');
  const frames = [];
  let unread = 0;
  return new Promise((done) => {
    const until = performance.now() + ms;
    const shown = (now, meta) => {
      const began = performance.now();
      const clock = window.readClock(video);
      const ended = performance.now();
      if (clock === null) unread += 1;
      else {
        // The cells hold milliseconds modulo 2^32; the difference is taken modulo 2^32 as well, and keeps its fraction.
        const wrapped = (at) => (((performance.timeOrigin + at - clock.ms) % 2 ** 32) + 2 ** 32 + 2 ** 31) % 2 ** 32;
        const age = (at) => (at === undefined ? null : wrapped(at) - 2 ** 31);
        frames.push({
          number: clock.frame,
          received: age(meta.receiveTime),
          presented: age(meta.presentationTime),
          called: age(began),
          read: age(ended),
        });
      }
      if (performance.now() < until) video.requestVideoFrameCallback(shown);
      else done({ frames, unread });
    };
    video.requestVideoFrameCallback(shown);
    setTimeout(() => done({ frames, unread }), ms + 3000);
  });
}
