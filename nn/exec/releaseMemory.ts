import { MessageChannel, type MessagePort } from 'node:worker_threads';

let closed: MessagePort | undefined;

/**
 * Gives the memory of arrays back to the system at once, where the garbage collector would let copies of a whole
 * model pile up. They, and every other view on their buffers, are empty afterwards.
 */
export function releaseMemory(arrays: Iterable<ArrayBufferView>): void {
  const buffers = new Set([...arrays].map(({ buffer }) => buffer as ArrayBuffer));
  closedPort().postMessage(undefined, [...buffers]);
}

/** What is transferred to a port that is closed reaches nobody and is freed. */
function closedPort(): MessagePort {
  if (closed === undefined) {
    closed = new MessageChannel().port1;
    closed.close();
  }
  return closed;
}
