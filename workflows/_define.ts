import { isCancellation } from '@temporalio/workflow';
import { z } from 'zod';
import {
  assertPayloadSize,
  CATALOG_PIPELINE,
  modelNameOf,
  plumblineError,
  WORKFLOWS,
  type WorkflowInput,
  type WorkflowName,
  type WorkflowOutput,
} from '../contracts/index.js';
import { toWorkflowFailure } from './_edge.js';
import { Run } from './_run.js';

/** The stage an operator filters by. */
const STAGE = {
  lifecycle: 'lifecycle',
  collectSource: 'sources',
  collectCatalogSource: 'sources',
  testSource: 'sources',
  buildDataset: 'datasets',
  trainModel: 'training',
  evaluateModel: 'registry',
  promoteModel: 'registry',
  monitorDeployment: 'monitoring',
  retrain: 'monitoring',
} as const satisfies Record<WorkflowName, string>;

const parse = <N extends WorkflowName>(name: N, value: unknown): WorkflowInput<N> => {
  const parsed = WORKFLOWS[name].input.safeParse(value);
  if (!parsed.success)
    throw plumblineError(
      'REQUEST_INVALID',
      `The input of ${name} does not fit: ${z.prettifyError(parsed.error)}`,
    );
  // The union over all names is narrowed to the schema of this one.
  return assertPayloadSize(`the input of ${name}`, parsed.data) as WorkflowInput<N>;
};

/** A rollback belongs to a model, a source of the catalog to itself; everything else to a pipeline. */
const subjectOf = (name: WorkflowName, input: WorkflowInput<WorkflowName>) => {
  const stage = STAGE[name];
  if ('pipeline' in input)
    return { stage, pipeline: input.pipeline.name, model: modelNameOf(input.pipeline) };
  if ('model' in input) return { stage, pipeline: input.model, model: input.model };
  const source = typeof input.source === 'string' ? input.source : input.source.name;
  return { stage, pipeline: CATALOG_PIPELINE, model: source };
};

/**
 * A workflow of the registry: parses its input, answers the `state` query, keeps its search attributes and ends
 * with a coded failure if it fails.
 */
export const defineWorkflow =
  <N extends WorkflowName>(
    name: N,
    steps: readonly string[],
    body: (run: Run, input: WorkflowInput<N>) => Promise<WorkflowOutput<N>>,
  ) =>
  async (raw: z.input<(typeof WORKFLOWS)[N]['input']>): Promise<WorkflowOutput<N>> => {
    let run: Run | undefined;
    try {
      const input = parse(name, raw);
      run = new Run(name, steps, subjectOf(name, input));
      const output = await body(run, input);
      run.end('completed');
      return output;
    } catch (thrown) {
      const failure = toWorkflowFailure(thrown);
      if (isCancellation(failure)) run?.end('cancelled');
      else if (failure !== thrown) run?.end('failed');
      throw failure;
    }
  };
