import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { plumblineError } from '../../../contracts/index.js';
import { parseModelConfig } from './architecture.js';
import { download } from './download.js';
import { type BaseModelSource, MODEL_FILES, type ModelFileName } from './source.js';

/** config.json comes first, so that a model of another architecture costs no download of its weights. */
const ORDER: readonly ModelFileName[] = ['config.json', 'tokenizer.json', 'model.safetensors'];

/** `hf:org/name[@revision]`: files of a model repository over HTTP, as huggingface_hub addresses them. */
export const huggingFaceSource: BaseModelSource = {
  cacheKey: ({ ctx, name }) => `hf:${name} at ${ctx.hfEndpoint}`,

  async fetchInto(folder, { ctx, name, base }) {
    const { repository, revision } = parseName(name);
    // Resolved here and nowhere kept: the value must not outlive the download.
    const token = base.token === undefined ? undefined : (await ctx.secrets.resolve(base.token)).trim();
    for (const file of ORDER) {
      const path = [...repository, 'resolve', revision, file].map(encodeURIComponent).join('/');
      const what = `${file} of hf:${name}`;
      await download({
        url: `${ctx.hfEndpoint.replace(/\/+$/, '')}/${path}`,
        what,
        destination: join(folder, file),
        bytesMax: MODEL_FILES[file],
        token,
        signal: ctx.signal,
        onProgress: (done, total) =>
          ctx.progress({
            activity: `fetching ${what}`,
            done,
            total,
            unit: 'bytes',
            secondsLeft: null,
            figures: {},
          }),
      });
      if (file === 'config.json') parseModelConfig(await readFile(join(folder, file)), `hf:${name}`);
    }
  },
};

const parseName = (name: string) => {
  const [path = '', revision = 'main'] = name.split('@');
  const repository = path.split('/');
  if ([...repository, revision].some((part) => /^\.*$/.test(part)) || repository.length !== 2)
    throw plumblineError('BASE_MODEL_NOT_FOUND', `hf:${name} is not of the form hf:org/name[@revision]`);
  return { repository, revision };
};
