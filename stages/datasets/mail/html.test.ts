import { describe, expect, it } from '@jest/globals';
import { htmlToText } from './html.js';

const words = (html: string) => htmlToText(html).replace(/\s+/g, ' ').trim();

describe('htmlToText', () => {
  it('leaves out scripts, styles, comments, titles and the addresses of links and images', () => {
    const html =
      '<html><head><title>t</title><style>p{}</style></head><body><!-- c --><script>s()</script>' +
      '<p>Read <a href="http://evil.example/x?id=1">this <b>page</b></a><img src="http://i.example/a.gif" alt="logo">' +
      '<noscript>n</noscript><hr></p></body></html>';
    expect(words(html)).toBe('Read this page logo');
  });

  it('keeps cells and blocks apart and headings as they are written', () => {
    expect(
      words('<h1>Big sale</h1><table><tr><td>one</td><td>two</td></tr></table><ul><li>a<li>b</ul>'),
    ).toBe('Big sale one two a b');
  });

  it('decodes entities, numbers of windows-1252 among them, and joins a word cut by a comment', () => {
    expect(words('caf&eacute;&nbsp;&#146;s &lt;b&gt; via<!-- x -->gra')).toBe('café ’s <b> viagra');
  });

  it('reads broken and endlessly nested markup', () => {
    expect(words('<p>open <b>bold <a href="x>unclosed')).toContain('open bold');
    expect(words(`${'<font>'.repeat(300)}deep${'<div>'.repeat(5000)}`)).toBe('deep');
    expect(htmlToText('')).toBe('');
  });
});
