/** The parts of a stream in one array that begins a buffer of its own: aligned numbers. */
export const gatherBytes = async (parts: AsyncIterable<Uint8Array>): Promise<Uint8Array> => {
  const gathered: Uint8Array[] = [];
  let length = 0;
  for await (const part of parts) {
    gathered.push(part);
    length += part.byteLength;
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of gathered) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
};
