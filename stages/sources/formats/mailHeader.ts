const HEAD_BYTES_MAX = 256 * 1024;

/**
 * The first header of that name, unfolded (RFC 5322, 2.2.3), for labels and groups that mail programs keep in
 * headers, as X-Gmail-Labels. Values are read as UTF-8.
 */
export const mailHeader = (raw: Uint8Array, name: string): string | undefined => {
  const wanted = `${name.toLowerCase()}:`;
  const head = Buffer.from(raw.buffer, raw.byteOffset, Math.min(raw.byteLength, HEAD_BYTES_MAX)).toString();
  let value: string | undefined;
  for (const line of head.split(/\r?\n/)) {
    if (line === '') break;
    if (value !== undefined) {
      if (!/^[ \t]/.test(line)) break;
      value += ` ${line.trim()}`;
    } else if (line.toLowerCase().startsWith(wanted)) value = line.slice(wanted.length).trim();
  }
  return value;
};
