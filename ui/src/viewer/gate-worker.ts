/** The worker of `gate.ts`: says when the first frame has passed, hands on another for 'one', and all after 'open'. */

export interface TransformEvent {
  transformer: { readable: ReadableStream<unknown>; writable: WritableStream<unknown> };
}

// TypeScript's library for pages knows no worker's scope.
const scope = self as unknown as {
  onrtctransform(event: TransformEvent): void;
  onmessage(message: { data: 'one' | 'open' }): void;
  postMessage(told: 'passed'): void;
};

let isRead = false;
let mayPass = 1;
let told = false;

scope.onrtctransform = ({ transformer: { readable, writable } }) => {
  const gate = new TransformStream<unknown, unknown>({
    transform(frame, onwards) {
      if (isRead || mayPass > 0) onwards.enqueue(frame);
      mayPass = Math.max(0, mayPass - 1);
      if (!told) scope.postMessage('passed');
      told = true;
    },
  });
  // It ends by failing, with the connection.
  readable
    .pipeThrough(gate)
    .pipeTo(writable)
    .catch(() => {});
};
scope.onmessage = ({ data }) => {
  if (data === 'open') isRead = true;
  else mayPass = 1;
};
