import { createHash } from 'node:crypto';
import { NnError } from '../errors.js';
import type { Tensor } from '../tensor.js';
import { readSafetensorsFile, safetensorsParts } from '../weights/safetensors.js';
import type { TrainingHistory } from './history.js';

const FORMAT = 'plumbline-checkpoint-1';
const DIGEST_BYTES = 32;

/** Everything a run needs to go on as if it had not stopped. */
export interface Checkpoint {
  /** See `runFingerprint`. */
  readonly fingerprint: string;
  readonly history: TrainingHistory;
  /** Loss of every step so far. */
  readonly losses: Float32Array;
  readonly weights: ReadonlyMap<string, Tensor>;
  /** The optimiser's arrays, by region and parameter; see `StateRegion`. */
  readonly state: ReadonlyMap<string, ReadonlyMap<string, Tensor>>;
  /** Weights at `history.best`; empty before the first evaluation. */
  readonly bestWeights: ReadonlyMap<string, Tensor>;
}

/**
 * A safetensors file with the small state in its metadata, followed by the SHA-256 of all bytes before it: as byte
 * ranges to be written one after another.
 */
export function* checkpointParts(checkpoint: Checkpoint): Generator<Uint8Array> {
  const { fingerprint, history, losses } = checkpoint;
  const tensors = new Map<string, Tensor>([
    ['losses', { dtype: 'float32', dims: [losses.length], data: losses }],
  ]);
  const groups = [
    ['weights', checkpoint.weights],
    ...checkpoint.state,
    ['bestWeights', checkpoint.bestWeights],
  ] as const;
  for (const [group, members] of groups) {
    for (const [name, tensor] of members) tensors.set(`${group}/${name}`, tensor);
  }
  const metadata = { format: FORMAT, fingerprint, history: JSON.stringify(history) };
  const hash = createHash('sha256');
  for (const part of safetensorsParts(tensors, metadata)) {
    hash.update(part);
    yield part;
  }
  yield hash.digest();
}

/** The same file in one array. */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  return Buffer.concat([...checkpointParts(checkpoint)]);
}

/**
 * Reads a checkpoint of the run with that fingerprint; tensors are views on `bytes`.
 * Throws CHECKPOINT_CORRUPT for a cut or changed file and for a checkpoint of another run.
 */
export function decodeCheckpoint(bytes: Uint8Array, fingerprint: string): Checkpoint {
  const body = bytes.subarray(0, Math.max(0, bytes.length - DIGEST_BYTES));
  if (bytes.length < DIGEST_BYTES || Buffer.compare(digest(body), bytes.subarray(body.length)) !== 0) {
    throw corrupt('its SHA-256 does not match, it was cut or changed');
  }
  const { tensors, metadata } = readBody(body);
  if (metadata['format'] !== FORMAT) throw corrupt(`its format is ${metadata['format']}, not ${FORMAT}`);
  if (metadata['fingerprint'] !== fingerprint) {
    throw corrupt('it belongs to a run with another recipe, base model or other examples');
  }
  const losses = tensors.get('losses')?.data;
  if (!(losses instanceof Float32Array) || metadata['history'] === undefined)
    throw corrupt('it has no history');
  // The digest vouches that these bytes were written by encodeCheckpoint.
  const history = JSON.parse(metadata['history']) as TrainingHistory;
  const state = groupsOf(tensors);
  const weights = state.get('weights') ?? new Map();
  const bestWeights = state.get('bestWeights') ?? new Map();
  state.delete('weights');
  state.delete('bestWeights');
  return { fingerprint, history, losses, weights, state, bestWeights };
}

/** The tensors named `GROUP/NAME`. */
function groupsOf(tensors: ReadonlyMap<string, Tensor>): Map<string, Map<string, Tensor>> {
  const groups = new Map<string, Map<string, Tensor>>();
  for (const [key, tensor] of tensors) {
    const slash = key.indexOf('/');
    if (slash < 0) continue;
    const group = groups.get(key.slice(0, slash)) ?? new Map<string, Tensor>();
    groups.set(key.slice(0, slash), group.set(key.slice(slash + 1), tensor));
  }
  return groups;
}

function readBody(body: Uint8Array): ReturnType<typeof readSafetensorsFile> {
  try {
    return readSafetensorsFile(body);
  } catch (cause) {
    throw corrupt('its content cannot be read', cause);
  }
}

function digest(body: Uint8Array): Uint8Array {
  return createHash('sha256').update(body).digest();
}

function corrupt(found: string, cause?: unknown): NnError {
  const action = 'use an earlier checkpoint or start anew';
  return new NnError('CHECKPOINT_CORRUPT', `the checkpoint cannot be used: ${found}; ${action}`, { cause });
}
