import { s3ObjectStore } from '../../../storage/objects/s3.js';
import { secretResolver } from '../../../storage/secrets.js';
import { freePort } from '../../../storage/testing/freePort.js';
import { startS3 } from '../../../storage/testing/s3Server.js';
import { connectorSuite } from '../testing/connectorSuite.js';

const credentials = { accessKey: 'env:SUITE_ACCESS', secretKey: 'env:SUITE_SECRET' };
const label = {
  from: 'path',
  rules: [
    { glob: 'ham/**', label: 'ham' },
    { glob: 'spam/**', label: 'spam' },
  ],
};

/** A mail an object. */
connectorSuite({
  name: 'files of a bucket',
  credentials: true,
  remote: true,
  start: async () => {
    const s3 = await startS3();
    const secrets = {
      'env:SUITE_ACCESS': s3.accessKey,
      'env:SUITE_SECRET': s3.secretKey,
      'env:SUITE_WRONG': 'a-wrong-secret-of-the-suite',
    };
    const resolver = secretResolver({ SUITE_ACCESS: s3.accessKey, SUITE_SECRET: s3.secretKey });
    const nobody = await freePort();
    return {
      secrets,
      place: async () => {
        const root = await s3.bucket();
        const store = s3ObjectStore(root, credentials, resolver);
        const put = async (number: number, body: string) => {
          const kind = number % 2 === 0 ? 'ham' : 'spam';
          await store.put(`${kind}/${number}.eml`, Buffer.from(`Subject: item-${number}\n\n${body}\n`));
        };
        const source = {
          connector: 'files',
          root,
          credentials,
          include: ['**/*.eml'],
          format: 'eml',
          label,
        };
        return {
          source,
          add: async (numbers) => {
            for (const number of numbers) await put(number, 'Dear Ada');
          },
          addLarge: (number, bytes) => put(number, 'x'.repeat(bytes)),
          refused: { ...source, credentials: { ...credentials, secretKey: 'env:SUITE_WRONG' } },
          unreachable: { ...source, root: `s3://bucket?endpoint=http://127.0.0.1:${nobody}` },
        };
      },
      stop: () => s3.stop(),
    };
  },
});
