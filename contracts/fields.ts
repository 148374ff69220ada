import { z } from 'zod';

/** Kinds of values that several sections of the pipeline file have. */
export const Name = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'lower-case letters, digits and hyphens, at most 63')
  .describe('Lower-case letters, digits and hyphens.');

export const SECRET_REF_FORM = 'env:NAME or file:/absolute/path';

/** A reference to a secret; the value itself never appears in a file, a history or a log. */
export const SecretRef = z
  .string()
  .regex(/^(env:[A-Za-z_][A-Za-z0-9_]*|file:\/.+)$/, SECRET_REF_FORM)
  .describe('Reference to a secret: env:NAME or file:/absolute/path.');

/** A share, neither nothing nor all. */
export const Percentage = z.number().gt(0).lt(1);
