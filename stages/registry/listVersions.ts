import type { VersionSummary } from '../../contracts/index.js';
import type { RegistryContext } from './ports.js';

/** Registered versions, of one model or of all, with their aliases and figures on the test split. */
export const listVersions = async ({
  ctx,
  input,
}: {
  ctx: Pick<RegistryContext, 'artifacts' | 'catalog'>;
  input: { readonly model?: string | undefined };
}): Promise<VersionSummary[]> => {
  const [versions, aliases] = await Promise.all([
    ctx.catalog.versions(input.model),
    ctx.catalog.aliases(input.model),
  ]);
  return Promise.all(
    versions.map(async (registered) => {
      const { evaluation } = await ctx.artifacts.get('ModelVersion', registered.modelVersionId);
      const { test } = await ctx.artifacts.get('Evaluation', evaluation);
      return {
        ...registered,
        aliases: aliases
          .filter((state) => state.modelVersionId === registered.modelVersionId)
          .map((state) => state.alias)
          .sort(),
        macroF1: test.macroF1.value,
        entityF1: test.entities?.f1.value ?? null,
      };
    }),
  );
};
