import type { TestSourceInput, TestSourceOutput } from '../../../contracts/index.js';
import type { SecretResolver, StageContext } from '../../ports.js';
import { connectorOf } from '../connectors/index.js';
import type { SourceCatalog } from '../ports.js';

/**
 * Connects to a source, authenticates and looks at one record at most; changes nothing.
 * @throws SOURCE_NOT_FOUND, SOURCE_EMPTY, SOURCE_UNREADABLE, SOURCE_UNREACHABLE, SOURCE_REFUSED, SECRET_UNRESOLVED
 */
export const testSource = async ({
  ctx,
  input,
}: {
  ctx: StageContext & { readonly secrets: SecretResolver; readonly sources: SourceCatalog };
  input: TestSourceInput;
}): Promise<TestSourceOutput> => {
  const source =
    typeof input.source === 'string' ? (await ctx.sources.get(input.source)).entry.source : input.source;
  const { found, fields } = await connectorOf(source).test(source, { ...ctx, cursor: null });
  return { found, fields: [...fields] };
};
