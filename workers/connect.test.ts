import { describe, expect, it } from '@jest/globals';
import { connectPatiently } from './connect.js';

describe('connectPatiently', () => {
  it('goes on trying, says TEMPORAL_UNREACHABLE with what to do, and stops when told to', async () => {
    const stopping = new AbortController();
    const errors: Readonly<Record<string, unknown>>[] = [];
    const log = {
      info: () => undefined,
      error: (fields: Readonly<Record<string, unknown>>) => {
        errors.push(fields);
        if (errors.length === 2) stopping.abort();
      },
    };
    const connecting = connectPatiently({
      // The discard port: nothing listens there.
      address: '127.0.0.1:9',
      log,
      signal: stopping.signal,
      firstDelayMs: 1,
    });
    await expect(connecting).rejects.toMatchObject({ name: 'AbortError' });
    expect(errors[0]).toMatchObject({ code: 'TEMPORAL_UNREACHABLE' });
    expect(String(errors[0]?.['action'])).toContain('PLUMBLINE_TEMPORAL_ADDRESS');
  }, 30_000);
});
