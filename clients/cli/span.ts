import { plumblineError } from '../../contracts/index.js';

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** `12-19`: the characters from the twelfth on, up to but without the nineteenth. @throws REQUEST_INVALID */
export const spanOf = (text: string): Span => {
  const parts = /^(\d{1,9})-(\d{1,9})$/.exec(text);
  const [start, end] = [Number(parts?.[1]), Number(parts?.[2])];
  if (parts === null || start >= end)
    throw plumblineError('REQUEST_INVALID', `a span is START-END with START below END, it is ${text}`);
  return { start, end };
};
