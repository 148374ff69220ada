import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { plumblineError } from '../../contracts/index.js';
import { PlumblineClient } from '../sdk/index.js';

/** Written by the quickstart, so that a second terminal needs no settings. */
const LocalInstallation = z.object({ apiUrl: z.url(), keyFile: z.string(), viewerKeyFile: z.string() });

export interface ConnectionOptions {
  readonly apiUrl?: string | undefined;
  readonly apiKey?: string | undefined;
  readonly dataDir: string;
}

export interface Connection {
  readonly client: PlumblineClient;
  /** File with a key that may only read and predict, when this is a local installation. */
  readonly viewerKeyFile: string | null;
}

/** @throws UNAUTHENTICATED when neither options, environment nor a local installation name a key. */
export const connect = ({ apiUrl, apiKey, dataDir }: ConnectionOptions): Connection => {
  const file = join(resolve(dataDir), 'run', 'client.json');
  const local = existsSync(file) ? LocalInstallation.parse(JSON.parse(readFileSync(file, 'utf8'))) : null;
  const sameServer = local !== null && (apiUrl === undefined || apiUrl === local.apiUrl);
  const key = apiKey ?? (sameServer ? readFileSync(local.keyFile, 'utf8').trim() : undefined);
  if (key === undefined)
    throw plumblineError(
      'UNAUTHENTICATED',
      'no API key: set PLUMBLINE_API_KEY, or run this where `npm run quickstart` was started',
    );
  return {
    client: new PlumblineClient({ apiUrl: apiUrl ?? local?.apiUrl ?? 'http://127.0.0.1:8080', apiKey: key }),
    viewerKeyFile: sameServer ? local.viewerKeyFile : null,
  };
};
