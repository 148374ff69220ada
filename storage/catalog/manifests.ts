import {
  ARTIFACTS,
  type Artifact,
  type ArtifactKind,
  type ArtifactOf,
  manifestKey,
  plumblineError,
} from '../../contracts/index.js';
import type { ObjectStore } from '../../stages/ports.js';
import { manifestOf, sha256Hex } from '../digest.js';
import { putContent } from '../objects/content.js';

const corrupt = (key: string, found: string) =>
  plumblineError('OBJECT_CORRUPT', `manifest ${key} ${found}`, { details: { key } });

/** Writes a manifest under its content address. @returns its id. */
export const writeManifest = async (objects: ObjectStore, artifact: Artifact): Promise<string> => {
  const { text, id } = manifestOf(artifact);
  await putContent(objects, manifestKey(artifact.kind, id), new TextEncoder().encode(text), id);
  return id;
};

/** @throws OBJECT_NOT_FOUND, OBJECT_CORRUPT when the bytes are not that artifact. */
export const readManifest = async <K extends ArtifactKind>(
  objects: ObjectStore,
  kind: K,
  id: string,
): Promise<ArtifactOf<K>> => {
  const key = manifestKey(kind, id);
  const bytes = await objects.get(key);
  if (sha256Hex(bytes) !== id) throw corrupt(key, 'does not have the digest of its name');
  const parsed = ARTIFACTS[kind].safeParse(JSON.parse(new TextDecoder().decode(bytes)));
  if (!parsed.success) throw corrupt(key, `is no ${kind} of this version of Plumbline`);
  // The schema was chosen by `kind`; TypeScript does not follow an indexed access on both sides.
  return parsed.data as ArtifactOf<K>;
};
