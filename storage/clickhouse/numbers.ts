import { plumblineError } from '../../contracts/index.js';

const finite = (value: unknown): boolean => typeof value !== 'number' || Number.isFinite(value);

/**
 * JSON has no NaN and no infinity: they would be sent as null and kept as 0.
 * @throws REQUEST_INVALID naming the member. @returns the row.
 */
export const checkNumbers = <R extends object>(table: string, row: R): R => {
  for (const [member, value] of Object.entries(row))
    if (!(Array.isArray(value) ? value.every(finite) : finite(value)))
      throw plumblineError('REQUEST_INVALID', `${table}: ${member} holds a number that is not finite`, {
        details: { table, member },
      });
  return row;
};
