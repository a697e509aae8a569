import type { IncomingMessage } from 'node:http';

import { tooSlow } from './csv-refusals.js';

/** Fewer bytes in one stretch of time are no upload: somebody holds a connection. */
const MIN_BYTES = 1024;

/** Ends an upload whose client sends almost nothing; one that waits for us is not looked at. @returns what ends the watch */
export function watchSpeed(request: IncomingMessage, stallMs: number, end: (error: Error) => void): () => void {
  let received = 0;
  const count = (chunk: Buffer): void => {
    received += chunk.length;
  };
  request.on('data', count);
  // Counting must not start the flow before the form is there to take it.
  request.pause();
  const timer = setInterval(() => {
    if (received < MIN_BYTES && request.readableFlowing !== false) {
      end(tooSlow());
    }
    received = 0;
  }, stallMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    request.off('data', count);
  };
}
