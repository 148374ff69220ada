const TARGET = /[\s,]*<([^>]*)>/y;
const PARAMETER = /\s*;\s*([^\s=;,"<>]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?/y;

/** The target of the first link with that relation in a Link header (RFC 8288, 3), as it is written, or null. */
export const linkTarget = (header: string, relation: string): string | null => {
  let at = 0;
  const next = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(header);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  for (let link = next(TARGET); link !== null; link = next(TARGET)) {
    let relations: string | null = null;
    for (let parameter = next(PARAMETER); parameter !== null; parameter = next(PARAMETER))
      // The first `rel` counts (3.3).
      if (parameter[1]?.toLowerCase() === 'rel') relations ??= parameter[2] ?? parameter[3] ?? '';
    if ((relations ?? '').toLowerCase().split(/\s+/).includes(relation)) return link[1] as string;
  }
  return null;
};
