import { PlumblineError } from '../../contracts/index.js';

/** The code of the coded error that the work throws; anything else fails the test. */
export const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
  } catch (thrown) {
    if (thrown instanceof PlumblineError) return thrown.code;
    throw thrown;
  }
  throw new Error('expected a coded error, but the work succeeded');
};
