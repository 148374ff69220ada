import { counted, type Edit, rewritten } from './rewrite.js';
import { optionalRule } from './rule.js';

interface Line {
  readonly text: string;
  readonly start: number;
  /** Behind its line break. */
  readonly end: number;
}

const linesOf = (text: string): Line[] =>
  [...text.matchAll(/[^\n]*\n|[^\n]+$/g)].map(({ 0: line, index }) => ({
    text: line.trim(),
    start: index,
    end: index + line.length,
  }));

/** RFC 3676, 4.3: the line before a signature; normalisation takes its last blank away. */
const SIGNATURE = /^--$/;
/** A signature is short; after a longer tail the dashes were a rule between parts. */
const SIGNATURE_LINES_MAX = 12;
const SENT_FROM =
  /^(sent from my \S.{0,40}|gesendet von (meinem|mit) \S.{0,40}|envoyé (de|depuis) mon \S.{0,40}|发自我的.{1,20}|get outlook for (ios|android))\.?$/i;
/** From here on a mail repeats another one. */
const FORWARDED =
  /^-{2,}\s*(original message|forwarded message|ursprüngliche nachricht|weitergeleitete nachricht|message d'origine|message transféré|原始邮件)\s*-{2,}$/i;
const ATTRIBUTION =
  /^(on .{4,120} wrote:|am .{4,120} schrieb .{1,80}:|le .{4,120} a écrit ?:|在.{4,80}写道[:：]|.{1,80} (wrote|writes):)$/i;
const QUOTED = /^>/;

const NAVIGATION: readonly RegExp[] = [
  /^(skip to (main )?content|back to top|home|menu|search|log ?in|sign (in|up|out)|register|subscribe|share( this)?|print|previous|next|read more|learn more|click here|contact( us)?|about( us)?|imprint|impressum|datenschutz|startseite|anmelden|accueil|mentions légales|首页|登录|注册)$/i,
  /\b(we|this (web)?site|our partners) use[sd]? cookies\b|\b(accept|reject|manage) (all )?cookies\b|\bcookie (policy|settings|preferences)\b|verwendet cookies|utilise des cookies/i,
  /^(copyright )?(©|\(c\)) ?(19|20)\d\d\b.{0,80}$|\ball rights reserved\b|^alle rechte vorbehalten/i,
  /\b(to )?unsubscribe\b.{0,60}(click|reply|list|visit|from)|\bview (this (e-?mail|message) )?in (your|a) browser\b/i,
];
/** Three or more short words between bars, arrows or dots: a menu or a trail. */
const MENU = /^[\p{L}\p{N}& ]{1,25}(\s*[|»›·•/]\s*[\p{L}\p{N}& ]{1,25}){2,}$/u;
/** A sentence about cookies is longer than a banner's line. */
const NAVIGATION_CHARACTERS_MAX = 200;

const isNavigation = ({ text }: Line): boolean =>
  text.length <= NAVIGATION_CHARACTERS_MAX &&
  (MENU.test(text) || NAVIGATION.some((pattern) => pattern.test(text)));

/** Index of the line from which on all goes, or the number of lines. */
const tailFrom = (lines: readonly Line[], signatures: boolean, replies: boolean): number => {
  const forwarded = replies ? lines.findIndex(({ text }) => FORWARDED.test(text)) : -1;
  const signature = signatures ? lines.findLastIndex(({ text }) => SIGNATURE.test(text)) : -1;
  const short = signature >= 0 && lines.length - signature - 1 <= SIGNATURE_LINES_MAX;
  return Math.min(
    forwarded > 0 ? forwarded : lines.length,
    short && signature > 0 ? signature : lines.length,
  );
};

/**
 * Lines that frame a text rather than belong to it. Judged one text at a time: lines that are frequent in a corpus would
 * need counts over all of it, and in mails of one kind they are often what tells the kind.
 */
export const boilerplate = optionalRule(
  { section: 'boilerplate', name: 'boilerplate', version: 1, reasons: [] },
  (draft, { signatures, quotedReplies, navigation }) => {
    const lines = linesOf(draft.text);
    const tail = tailFrom(lines, signatures, quotedReplies);
    const gone = lines.map(
      (line, index) =>
        index >= tail ||
        (signatures && SENT_FROM.test(line.text)) ||
        (quotedReplies && QUOTED.test(line.text)) ||
        (navigation && isNavigation(line)),
    );
    if (quotedReplies) {
      // What introduces a quotation goes with it, also over an empty line.
      let following = '';
      for (const [index, { text }] of [...lines.entries()].reverse()) {
        if (ATTRIBUTION.test(text) && QUOTED.test(following)) gone[index] = true;
        if (text !== '') following = text;
      }
    }
    const edits: Edit[] = [];
    lines.forEach(({ start, end }, index) => {
      if (gone[index]) edits.push({ start, end, by: '' });
    });
    return rewritten(draft, edits, (count) => `${counted(count, 'line')} of boilerplate removed`);
  },
);
