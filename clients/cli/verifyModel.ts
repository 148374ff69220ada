import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { plumblineError } from '../../contracts/index.js';
import type { Verification } from '../../nn/index.js';
import { table } from './format.js';

const FILES = [
  'config.json',
  'model.safetensors',
  'case.safetensors',
  'gradients.safetensors',
  'expected.json',
] as const;

/** What one Buffer may hold; a reference case of a larger model has no use. */
const BYTES_MAX = 2 ** 31 - 1;

/** @throws OBJECT_NOT_FOUND naming the file that is missing, REQUEST_INVALID for one that is too large */
const readReference = (folder: string): ReadonlyMap<string, Uint8Array> =>
  new Map(
    FILES.map((name) => {
      const path = join(folder, name);
      const size = statSync(path, { throwIfNoEntry: false })?.size;
      if (size === undefined)
        throw plumblineError(
          'OBJECT_NOT_FOUND',
          `${path} is missing; a reference folder holds ${FILES.join(', ')}`,
        );
      if (size > BYTES_MAX)
        throw plumblineError('REQUEST_INVALID', `${path} is larger than ${BYTES_MAX} bytes`);
      return [name, readFileSync(path)] as const;
    }),
  );

const row = (name: string, error: number, tolerance: number): string[] => [
  name,
  error.toExponential(1),
  tolerance.toExponential(0),
  error <= tolerance ? 'ok' : 'PAST TOLERANCE',
];

/** The errors beside their tolerances, and whether the greedy tokens are equal. */
export const verificationReport = (
  found: Verification,
  tolerances: Readonly<Record<'logits' | 'loss' | 'gradients' | 'adamwLosses', number>>,
): string => {
  const worst = found.worstGradient === null ? '' : ` (worst: ${found.worstGradient})`;
  const tokens = { true: 'equal', false: 'DIFFERENT', null: 'not in the reference' }[
    String(found.greedyEqual)
  ];
  return [
    `${found.modelType}, ${found.task}`,
    table([
      ['LARGEST RELATIVE ERROR', 'FOUND', 'TOLERANCE', ''],
      row('logits', found.logits, tolerances.logits),
      row('loss', found.loss, tolerances.loss),
      row(`gradients${worst}`, found.gradients, tolerances.gradients),
      row('losses of ten AdamW steps', found.adamwLosses, tolerances.adamwLosses),
    ]),
    `greedy tokens: ${tokens}`,
    found.passed ? 'passed' : 'FAILED',
  ].join('\n');
};

/**
 * Compares a model with what another implementation computed for it; see docs/operators.md.
 * @returns the report and whether everything is within tolerance
 */
export const verifyModelFolder = async (
  folder: string,
  threads: number,
): Promise<{ readonly report: string; readonly passed: boolean }> => {
  const files = readReference(folder);
  // Loaded here only: the other commands do not compute, and start without the runtime.
  const { VERIFICATION_TOLERANCES, verifyModel } = await import('../../nn/index.js');
  const found = await verifyModel(files, { threads });
  return { report: verificationReport(found, VERIFICATION_TOLERANCES), passed: found.passed };
};
