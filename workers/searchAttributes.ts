import type { NativeConnection } from '@temporalio/worker';
import { SEARCH_ATTRIBUTES } from '../temporal.config.js';

/** `INDEXED_VALUE_TYPE_KEYWORD` of temporal.api.enums.v1. */
const KEYWORD = 2;
/** gRPC: another worker registered it between our look and our call. */
const ALREADY_EXISTS = 6;

/**
 * Registers the search attributes that the namespace lacks.
 * @throws the server's refusal when some are missing and may not be added: an administrator adds them then
 */
export const ensureSearchAttributes = async (
  connection: Pick<NativeConnection, 'operatorService'>,
  namespace: string,
): Promise<string[]> => {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = SEARCH_ATTRIBUTES.filter((name) => customAttributes[name] === undefined);
  if (missing.length === 0) return [];
  const searchAttributes = Object.fromEntries(missing.map((name) => [name, KEYWORD] as const));
  try {
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === ALREADY_EXISTS)) throw error;
  }
  return missing;
};
