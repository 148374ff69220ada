import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { plumblineError, toPlumblineError } from '../../../contracts/index.js';
import { type DownloadRequest, download } from './download.js';
import { fetchModel, type PublishedFiles } from './layout.js';
import type { BaseModelSource, SourceRequest } from './source.js';

const LISTING_BYTES_MAX = 16 * 1024 * 1024;
const Listing = z.looseObject({ siblings: z.array(z.looseObject({ rfilename: z.string() })) });

/**
 * `hf:org/name[@revision][:file.gguf]`: files of a model repository over HTTP, as huggingface_hub addresses them. All
 * come from the commit that the first one came from, also when the revision moves meanwhile.
 */
export const huggingFaceSource: BaseModelSource = {
  resumes: true,
  cacheKey: ({ ctx, name }) => `hf:${name} at ${ctx.hfEndpoint}`,

  async fetchInto(folder, request) {
    const place = parseName(request.name);
    const { base, ctx, name } = request;
    // Resolved here and nowhere kept: the value must not outlive the download.
    const token = base.token === undefined ? undefined : (await ctx.secrets.resolve(base.token)).trim();
    const files = filesOf(request, place, folder, token);
    return fetchModel({ files, folder, reference: `hf:${name}`, gguf: place.gguf });
  },
};

interface Place {
  readonly repository: readonly string[];
  readonly revision: string;
  readonly gguf: string | undefined;
}

const parseName = (name: string): Place => {
  const colon = name.indexOf(':');
  const [path = '', revision = 'main'] = (colon < 0 ? name : name.slice(0, colon)).split('@');
  const repository = path.split('/');
  const gguf = colon < 0 ? undefined : name.slice(colon + 1);
  const parts = [...repository, revision, ...(gguf?.split('/') ?? [])];
  if (parts.some((part) => /^\.*$/.test(part)) || repository.length !== 2)
    throw plumblineError(
      'BASE_MODEL_NOT_FOUND',
      `hf:${name} is not of the form hf:org/name[@revision][:file.gguf]`,
    );
  return { repository, revision, gguf };
};

const filesOf = (
  { ctx, name }: SourceRequest,
  { repository, revision }: Place,
  folder: string,
  token: string | undefined,
): PublishedFiles => {
  let commit = revision;
  const fetchUrl = async (
    path: readonly string[],
    request: Pick<DownloadRequest, 'what' | 'destination' | 'bytesMax' | 'onProgress'>,
  ): Promise<boolean> => {
    const url = `${ctx.hfEndpoint.replace(/\/+$/, '')}/${path.map(encodeURIComponent).join('/')}`;
    try {
      const { commit: served } = await download({ ...request, url, token, signal: ctx.signal });
      commit = served ?? commit;
      return true;
    } catch (failure) {
      if (toPlumblineError(failure).code === 'BASE_MODEL_NOT_FOUND') return false;
      throw failure;
    }
  };
  return {
    async list() {
      const destination = join(folder, '.listing');
      const path = ['api', 'models', ...repository, 'revision', commit];
      const what = `the list of files of hf:${name}`;
      if (!(await fetchUrl(path, { what, destination, bytesMax: LISTING_BYTES_MAX }))) return [];
      const listing = Listing.safeParse(jsonOf(await readFile(destination, 'utf8')));
      await rm(destination);
      if (!listing.success) throw plumblineError('BASE_MODEL_UNAVAILABLE', `${what} cannot be read`);
      return listing.data.siblings.map(({ rfilename }) => rfilename);
    },

    fetch(file, destination, bytesMax) {
      const what = `${file} of hf:${name}`;
      const path = [...repository, 'resolve', commit, ...file.split('/')];
      return fetchUrl(path, {
        what,
        destination,
        bytesMax,
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
    },
  };
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
