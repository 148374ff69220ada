/**
 * Cyrillic and Greek letters that are drawn as Latin ones: the single-letter part of Unicode's confusables (UTS 39) that
 * readers of these three scripts take for each other.
 */
const PAIRS =
  'аa еe  оo рp сc уy хx іi јj ѕs ԁd һh ӏl ԛq ԝw ѵv ё\u00eb ї\u00ef АA ВB ЕE КK МM НH ОO РP СC ТT УY ХX ІI ЈJ ЅS ԌG ԚQ ԜW ѴV ЁË ЇÏ ' +
  'αa εe ιi κk νv οo ρp τt υu χx γy ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX';

export const LATIN_LOOKALIKES: ReadonlyMap<string, string> = new Map(
  PAIRS.split(' ')
    .map((pair): [string, string] => [pair.slice(0, 1), pair.slice(1)])
    .filter(([from, to]) => from !== to && /^\p{sc=Latin}$/u.test(to)),
);
