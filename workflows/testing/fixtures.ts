import { Pipeline } from '../../contracts/index.js';

/** A 64-digit id made of one hex digit, so that a failing test shows which one it is. */
export const id = (digit: string): string => digit.repeat(64);

export const pipelineFixture = (overrides: Record<string, unknown> = {}): Pipeline =>
  Pipeline.parse({
    apiVersion: 'plumbline/v1',
    name: 'spam-triage',
    labels: ['ham', 'spam'],
    sources: [
      {
        name: 'mails',
        connector: 'files',
        include: ['**/*.eml'],
        format: 'eml',
        label: { from: 'path', rules: [{ glob: '**/spam/*', label: 'spam' }] },
      },
    ],
    training: { base: { model: 'file:./base' } },
    evaluation: { learningCurve: [50, 200] },
    ...overrides,
  });
