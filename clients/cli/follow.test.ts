import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { RunDetail } from '../../contracts/index.js';
import { PlumblineClient } from '../sdk/index.js';
import { followRun } from './follow.js';

const detail = (step: string, closed = false): RunDetail => ({
  workflowId: 'lifecycle/p/x',
  runId: 'r',
  workflow: 'lifecycle',
  pipeline: 'p',
  state: closed ? 'completed' : 'running',
  startedAt: '2026-11-23T10:00:00.000Z',
  closedAt: closed ? '2026-11-23T10:01:00.000Z' : null,
  status: {
    workflow: 'lifecycle',
    pipeline: 'p',
    state: 'running',
    step,
    steps: ['collect', 'train'],
    waitingFor: null,
    children: [],
    artifacts: {},
    decisions: [],
  },
  activities: [],
  output: null,
  failure: null,
});

describe('following a run', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.close();
  });

  it('shows each finished step, survives an outage of the API, and ends when the run closes', async () => {
    const answers: (RunDetail | 'down')[] = [
      detail('collect'),
      'down',
      detail('train'),
      detail('train', true),
    ];
    server = createServer((_request, response) => {
      const answer = answers.shift()!;
      if (answer === 'down') return void response.destroy();
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(answer));
    });
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    const client = new PlumblineClient({
      apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      apiKey: 'k',
    });
    const written: string[] = [];
    const closed = await followRun(
      client,
      'lifecycle/p/x',
      { write: (text) => written.push(text) > 0 },
      new AbortController().signal,
    );
    expect(closed.state).toBe('completed');
    expect(written.join('')).toContain('✓ collect');
  });
});
