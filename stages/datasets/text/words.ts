/** Words as Python's `str.split` parts them: at white space. */
export const wordsOf = (text: string): string[] => text.split(/\s+/u).filter((word) => word !== '');

/** Lines as Python's `str.splitlines` parts them; a last empty one is none. */
export const linesOf = (text: string): string[] => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: file, group and record separators end a line too
  const lines = text.split(/\r\n|[\n\r\v\f\u001c-\u001e\u0085\u2028\u2029]/u);
  if (lines.at(-1) === '') lines.pop();
  return lines;
};

/** What ends a sentence, with closing quotes and brackets, before white space or the end. */
const sentences = new Intl.Segmenter('en', { granularity: 'sentence' });

/** Number of sentences by Unicode's rules (UAX 29). */
export const sentenceCount = (text: string): number => {
  let count = 0;
  for (const { segment } of sentences.segment(text)) if (segment.trim() !== '') count += 1;
  return count;
};
