import { count, table } from '../format.js';
import type { FoundEstimate } from './estimateRun.js';

/** What training takes, for people: bytes by part, operations, whether it fits and what would. */
export const estimateReport = (found: FoundEstimate): string => {
  const { model, tokens, textsPerStep, steps, rows, estimate, bytesMax, fits } = found;
  const mean = tokens.mean < tokens.longest ? `, ${count(Math.round(tokens.mean))} on average` : '';
  const parts: readonly (readonly [string, number])[] = [
    ['weights', estimate.parametersBytes],
    ['gradients', estimate.gradientsBytes],
    ['optimiser state', estimate.optimizerBytes],
    ['activations', estimate.activationsBytes],
    ['evaluation', estimate.evaluationBytes],
    ['checkpoint', estimate.checkpointBytes],
    ['runtime', estimate.runtimeBytes],
    [`most at once (${PHASES[estimate.peak]})`, estimate.totalBytes],
  ];
  const total = estimate.flopsPerStep * steps;
  return [
    `${model.family}, ${count(model.parameters)} parameters; ${textsPerStep} texts a step, ${count(tokens.longest)} tokens at most${mean}`,
    '',
    table([['MEMORY', 'MB'], ...parts.map(([name, bytes]) => [name, megabytes(bytes)])]),
    '',
    `${operations(estimate.flopsPerStep)} a step; ${operations(total)} in ${rows === null ? 'the fewest' : 'all'} ${count(steps)} steps${rows === null ? ' (give --rows or --texts for all)' : ''}`,
    '',
    `${fits ? 'Fits' : 'DOES NOT FIT'}: there are ${megabytes(bytesMax)} MB${fits ? '' : `. ${advice(found)}`}`,
  ].join('\n');
};

const PHASES: Readonly<Record<FoundEstimate['estimate']['peak'], string>> = {
  load: 'loading the model',
  step: 'a step',
  evaluation: 'an evaluation between steps',
  checkpoint: 'a checkpoint during a step',
  result: 'handing over the result',
};

const advice = ({ savings }: FoundEstimate): string =>
  savings.length === 0
    ? 'No change of the recipe would fit: take a smaller base model or a larger machine.'
    : `Any of these would:\n${savings.map(({ what, totalBytes }) => `  ${what}: ${megabytes(totalBytes)} MB`).join('\n')}`;

const megabytes = (bytes: number): string => count(Math.ceil(bytes / 2 ** 20));

const SCALES = ['', 'k', 'M', 'G', 'T', 'P', 'E'] as const;

/** `2.1 TFLOP` */
const operations = (flops: number): string => {
  const scale = Math.min(Math.floor(Math.log10(Math.max(flops, 1)) / 3), SCALES.length - 1);
  return `${(flops / 1000 ** scale).toPrecision(3)} ${SCALES[scale]}FLOP`;
};
