const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Control characters have no place in HTML; bidirectional overrides could make an excerpt read as another. */
const UNPRINTABLE = /(?![\t\n\r])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu;

/** Markup that is safe to place as it is; made only by the `html` tag. */
export class Html {
  constructor(readonly markup: string) {}
}
export type Insert = Html | string | number | null | false | readonly Insert[];

const insert = (value: Insert): string => {
  if (value === null || value === false) return '';
  if (value instanceof Html) return value.markup;
  if (typeof value === 'string')
    return value.replace(UNPRINTABLE, '\ufffd').replace(/[&<>"']/g, (character) => ENTITIES[character]!);
  return typeof value === 'number' ? String(value) : value.map(insert).join('');
};

/** Markup with every inserted text escaped, for element content and quoted attributes. */
export const html = (parts: TemplateStringsArray, ...values: readonly Insert[]): Html =>
  new Html(parts.reduce((markup, part, index) => markup + insert(values[index - 1]!) + part));
