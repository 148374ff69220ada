import { compile } from 'html-to-text';

/** Deeper nesting than any page that is read; unclosed tags nest without end. */
const DEPTH_MAX = 500;

/**
 * The words a reader sees: scripts, styles, comments and titles are left out, links keep their text but not
 * their address, images their alternative text. Tables are read cell by cell.
 */
export const htmlToText: (html: string) => string = compile({
  wordwrap: false,
  preserveNewlines: false,
  limits: { maxInputLength: 10_000_000, maxDepth: DEPTH_MAX, ellipsis: '' },
  formatters: {
    alternativeText: (element, _walk, builder) => {
      const text: unknown = element.attribs?.['alt'];
      if (typeof text === 'string') builder.addInline(` ${text} `);
    },
  },
  selectors: [
    ...['script', 'style', 'head', 'title', 'template', 'noscript', 'noframes', 'object', 'hr'].map(
      (selector) => ({
        selector,
        format: 'skip',
      }),
    ),
    { selector: 'img', format: 'alternativeText' },
    { selector: 'a', options: { ignoreHref: true } },
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
    { selector: 'td', format: 'block', options: { leadingLineBreaks: 1, trailingLineBreaks: 1 } },
    { selector: 'th', format: 'block', options: { leadingLineBreaks: 1, trailingLineBreaks: 1 } },
    { selector: 'ul', options: { itemPrefix: ' ' } },
  ],
});
