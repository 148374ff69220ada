import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { blobKey, plumblineError } from '../../contracts/index.js';
import type { BlobStore, ObjectStore } from '../../stages/ports.js';
import { sha256Hex, streamDigest } from '../digest.js';
import { putContent, putFileContent } from './content.js';

/** Content-addressed bytes under `blobs/<first two>/<sha256>` of any object store. */
export const blobStore = (objects: ObjectStore): BlobStore => ({
  put: async (bytes) => {
    const sha256 = sha256Hex(bytes);
    await putContent(objects, blobKey(sha256), bytes, sha256);
    return { sha256, bytes: bytes.byteLength };
  },
  putFile: async (path) => {
    const ref = await streamDigest(createReadStream(path) as AsyncIterable<Buffer>);
    await putFileContent(objects, blobKey(ref.sha256), path, ref.sha256);
    return ref;
  },
  get: async ({ sha256 }) => {
    const key = blobKey(sha256);
    const bytes = await objects.get(key);
    const found = sha256Hex(bytes);
    if (found !== sha256)
      throw plumblineError('OBJECT_CORRUPT', `object ${key} has the digest ${found}`, {
        details: { key, found, bytes: bytes.byteLength },
      });
    return bytes;
  },
  getFile: async ({ sha256 }, path) => {
    const key = blobKey(sha256);
    await pipeline(objects.stream(key), createWriteStream(path));
    const found = await streamDigest(createReadStream(path) as AsyncIterable<Buffer>);
    if (found.sha256 !== sha256)
      throw plumblineError('OBJECT_CORRUPT', `object ${key} has the digest ${found.sha256}`, {
        details: { key, found: found.sha256, bytes: found.bytes },
      });
  },
});
