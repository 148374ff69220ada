import type { FileHandle } from 'node:fs/promises';
import type { Client } from 'minio';

/** Held in memory, one at a time; S3 wants at least 5 MiB. */
const PART_BYTES_MIN = 16 * 2 ** 20;
const PARTS_MAX = 10_000;

interface Target {
  readonly bucketName: string;
  readonly objectName: string;
  /** Of the request that completes the upload: its condition. */
  readonly headers: Readonly<Record<string, string>>;
}

const readPart = async (file: FileHandle, start: number, length: number): Promise<Buffer> => {
  const part = Buffer.alloc(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(part, done, length - done, start + done);
    if (bytesRead === 0) throw new Error('the file became shorter while it was read');
    done += bytesRead;
  }
  return part;
};

const complete = async (
  client: Client,
  { bucketName, objectName, headers }: Target,
  uploadId: string,
  tags: readonly string[],
): Promise<void> => {
  const parts = tags.map(
    (tag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${tag}</ETag></Part>`,
  );
  const answer = await client.makeRequestAsync(
    {
      method: 'POST',
      bucketName,
      objectName,
      query: `uploadId=${encodeURIComponent(uploadId)}`,
      headers: { ...headers },
    },
    `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.join('')}</CompleteMultipartUpload>`,
  );
  let body = '';
  for await (const chunk of answer) body += String(chunk);
  // The status is sent before the work is done, so a failure may come in the body of a 200.
  const code = /<Error>[\s\S]*?<Code>([^<]*)<\/Code>/.exec(body)?.[1];
  if (code !== undefined) throw Object.assign(new Error('the upload was not completed'), { code });
};

/** Sends a file in parts (S3 multipart upload); what is left of a failed upload is removed. */
export const uploadParts = async (
  client: Client,
  target: Target,
  file: FileHandle,
  size: number,
): Promise<void> => {
  const { bucketName, objectName } = target;
  const partBytes = Math.max(PART_BYTES_MIN, Math.ceil(size / PARTS_MAX));
  const uploadId = await client.initiateNewMultipartUpload(bucketName, objectName, {});
  try {
    const tags: string[] = [];
    for (let start = 0; start < size; start += partBytes) {
      const payload = await readPart(file, start, Math.min(partBytes, size - start));
      const part = { bucketName, objectName, uploadID: uploadId, partNumber: tags.length + 1, headers: {} };
      tags.push((await client.uploadPart(part, payload)).etag);
    }
    await complete(client, target, uploadId, tags);
  } catch (thrown) {
    await client.abortMultipartUpload(bucketName, objectName, uploadId).catch(() => undefined);
    throw thrown;
  }
};
