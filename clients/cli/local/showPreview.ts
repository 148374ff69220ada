import { type Pipeline, plumblineError, shortId } from '../../../contracts/index.js';
import type { PreviewedRow } from '../../../stages/datasets/index.js';
import type { Surroundings } from './surroundings.js';

export interface PreviewOptions extends Surroundings {
  readonly rows: number;
  readonly learnFrom: number;
  readonly source?: string;
}

/** Longer texts are shown by their beginning. */
const SHOWN_CHARACTERS_MAX = 600;

const shown = (text: string): string => {
  const cut =
    text.length > SHOWN_CHARACTERS_MAX
      ? `${text.slice(0, SHOWN_CHARACTERS_MAX)}… (${text.length} characters)`
      : text;
  // A terminal obeys control characters; a record must not speak to it.
  return cut.replace(
    /(?!\n)\p{Cc}/gu,
    (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
};

const indented = (text: string): string =>
  shown(text)
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');

/** One record: before, after, and what each rule did. */
export const previewText = (place: string, { recordId, before, after, decisions }: PreviewedRow): string =>
  [
    `${place} (${shortId(recordId)})`,
    '  before',
    indented(before),
    ...(after === null ? ['  dropped'] : after === before ? ['  unchanged'] : ['  after', indented(after)]),
    ...decisions.map(({ action, rule, reason }) => `  ${action} by ${rule}: ${reason}`),
    '',
  ].join('\n');

const summary = (rows: readonly PreviewedRow[]): string => {
  const dropped = rows.filter(({ after }) => after === null).length;
  const changed = rows.filter(({ before, after }) => after !== null && after !== before).length;
  return `${rows.length} records: ${changed} changed, ${dropped} dropped, ${rows.length - changed - dropped} unchanged`;
};

/** Log lines of connectors would stand between the records; what goes wrong is an error. */
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

const nowhere = {
  get: async (): Promise<never> => {
    throw plumblineError('OBJECT_NOT_FOUND', 'the preview reads no dataset versions of an installation');
  },
};

/** Reads a sample of the sources and shows what the rules do with it. Dataset versions to decontaminate against are left out. */
export const showPreview = async (
  { sources, dataset: { cleaning } }: Pipeline,
  { rows, learnFrom, source: only, say, signal }: PreviewOptions,
): Promise<void> => {
  const [{ sampleRecords }, { previewCleaning }, { secretResolver }] = await Promise.all([
    import('../../../stages/sources/index.js'),
    import('../../../stages/datasets/index.js'),
    import('../../../storage/secrets.js'),
  ]);
  const chosen = sources.filter(({ name }) => only === undefined || name === only);
  if (chosen.length === 0) throw plumblineError('REQUEST_INVALID', `the pipeline has no source "${only}"`);
  const secrets = secretResolver();
  const ctx = { secrets, artifacts: nowhere, blobs: nowhere };
  const recipe =
    cleaning.decontamination === undefined
      ? cleaning
      : { ...cleaning, decontamination: { ...cleaning.decontamination, datasets: [] } };
  for (const source of chosen) {
    const sample = await sampleRecords({
      ctx: { signal, log: quiet, secrets },
      input: { source, records: Math.max(rows, learnFrom) },
    });
    const records = sample.map(({ sha256, format, raw }) => ({ recordId: sha256, format, raw, source }));
    const previewed = await previewCleaning({ ctx, input: { cleaning: recipe, records, rows } });
    previewed.forEach((row, index) => {
      const { path = '', position = 0 } = sample[index] ?? {};
      say(previewText(`${source.name}: ${path}#${position}`, row));
    });
    say(summary(previewed));
  }
};
