import { Option } from 'commander';
import { plumblineError } from '../../../contracts/index.js';

export interface NumberRange {
  readonly least: number;
  readonly most?: number;
  readonly whole?: boolean;
}

/** An option that takes a number in a range. @throws REQUEST_INVALID */
export const numberOption = (
  flags: string,
  description: string,
  { least, most = Number.MAX_SAFE_INTEGER, whole = true }: NumberRange,
): Option =>
  new Option(flags, description).argParser((given: string) => {
    const value = given.trim() === '' ? Number.NaN : Number(given);
    if (value >= least && value <= most && (Number.isInteger(value) || !whole)) return value;
    const kind = whole ? 'a whole number' : 'a number';
    const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
    throw plumblineError(
      'REQUEST_INVALID',
      `${flags.split(' ')[0]} must be ${kind} ${range}, it is ${given}`,
    );
  });
