import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectorSuite } from '../testing/connectorSuite.js';

const label = {
  from: 'path',
  rules: [
    { glob: 'ham/**', label: 'ham' },
    { glob: 'spam/**', label: 'spam' },
  ],
};

/** A mail a file. */
connectorSuite({
  name: 'files',
  credentials: false,
  remote: false,
  start: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'plumbline-files-'));
    let places = 0;
    return {
      secrets: {},
      place: async () => {
        const root = join(folder, String(places++));
        for (const kind of ['ham', 'spam']) await mkdir(join(root, kind), { recursive: true });
        const put = (number: number, body: string) => {
          const kind = number % 2 === 0 ? 'ham' : 'spam';
          return writeFile(join(root, kind, `${number}.eml`), `Subject: item-${number}\n\n${body}\n`);
        };
        return {
          source: { connector: 'files', root, include: ['**/*.eml'], format: 'eml', label },
          add: async (numbers) => {
            for (const number of numbers) await put(number, 'Dear Ada');
          },
          addLarge: (number, bytes) => put(number, 'x'.repeat(bytes)),
        };
      },
      stop: () => rm(folder, { recursive: true }),
    };
  },
});
