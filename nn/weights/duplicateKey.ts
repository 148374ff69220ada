/**
 * The first key that occurs twice in one object of a JSON text, or undefined. `JSON.parse` keeps the last of two equal
 * keys without a word, so two readers of a hostile file could see different tensors.
 *
 * `json` must already have been accepted by `JSON.parse`. Scans by hand: a regular expression over a string of many
 * megabytes can exhaust its stack.
 */
export function duplicateKey(json: string): string | undefined {
  const open: (Set<string> | null)[] = [];
  for (let i = 0; i < json.length; i++) {
    const character = json[i];
    if (character === '{') open.push(new Set());
    else if (character === '[') open.push(null);
    else if (character === '}' || character === ']') open.pop();
    else if (character === '"') {
      const close = closingQuote(json, i);
      if (isKey(json, close + 1)) {
        const key = JSON.parse(json.slice(i, close + 1)) as string;
        const keys = open.at(-1);
        if (keys?.has(key)) return key;
        keys?.add(key);
      }
      i = close;
    }
  }
  return undefined;
}

function closingQuote(json: string, opening: number): number {
  let i = opening + 1;
  while (json[i] !== '"') i += json[i] === '\\' ? 2 : 1;
  return i;
}

function isKey(json: string, after: number): boolean {
  let i = after;
  while (json[i] === ' ' || json[i] === '\n' || json[i] === '\r' || json[i] === '\t') i++;
  return json[i] === ':';
}
