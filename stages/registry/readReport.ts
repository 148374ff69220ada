import type { RegistryContext } from './ports.js';

/** The HTML report of a version, UTF-8. @throws MODEL_NOT_FOUND, OBJECT_NOT_FOUND, OBJECT_CORRUPT */
export const readReport = async ({
  ctx,
  input,
}: {
  ctx: Pick<RegistryContext, 'artifacts' | 'blobs' | 'catalog'>;
  input: { readonly modelVersionId: string };
}): Promise<Uint8Array> => {
  const { modelVersionId } = await ctx.catalog.version(input.modelVersionId);
  const { evaluation } = await ctx.artifacts.get('ModelVersion', modelVersionId);
  const { report } = await ctx.artifacts.get('Evaluation', evaluation);
  return ctx.blobs.get(report);
};
