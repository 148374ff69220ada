import { createHash } from 'node:crypto';
import { connectorSuite } from '../testing/connectorSuite.js';
import { startSite } from '../testing/site.js';

/** A site with a folder a place; its index links to all pages, and each page to one before it. */
connectorSuite({
  name: 'crawl',
  credentials: false,
  remote: true,
  pageRecordsMax: 16,
  start: async () => {
    const folders = new Map<string, Map<string, string>>();
    const site = await startSite({
      '/robots.txt': 'User-agent: *\nDisallow: /private/\n',
      '/*': (request, response, url) => {
        const [, folder = '', name = ''] = url.pathname.split('/');
        const pages = folders.get(folder);
        const links = [...(pages?.keys() ?? [])].map((page) => `<a href="/${folder}/${page}">x</a>`);
        const body =
          name === '' && pages !== undefined
            ? `${links.join('\n')}<meta name="robots" content="noindex">`
            : pages?.get(name);
        if (body === undefined) return void response.writeHead(404).end();
        const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`;
        const isKnown = request.headers['if-none-match'] === etag;
        response.writeHead(isKnown ? 304 : 200, { 'content-type': 'text/html; charset=utf-8', etag });
        response.end(isKnown ? '' : body);
      },
    });
    let places = 0;
    return {
      secrets: {},
      place: async () => {
        places += 1;
        const folder = `place-${places}`;
        const pages = new Map<string, string>();
        folders.set(folder, pages);
        const source = {
          connector: 'crawl',
          seeds: [site.url(`/${folder}/`)],
          scope: 'path',
          allowPrivate: ['127.0.0.1'],
          delaySeconds: 0,
          label: {
            from: 'path',
            rules: [
              { glob: '**/ham-*', label: 'ham' },
              { glob: '**', label: 'spam' },
            ],
          },
        };
        const add = (number: number, text: string): void => {
          const name = `${number % 2 === 0 ? 'ham' : 'spam'}-${number}`;
          pages.set(name, `<title>${name}</title><p>${text}</p><a href="/${folder}/">up</a>`);
        };
        return {
          source,
          unreachable: { ...source, seeds: ['http://127.0.0.1:1/'] },
          add: async (numbers) => {
            for (const number of numbers) add(number, `item-${number}`);
          },
          addLarge: async (number, bytes) => add(number, `item-${number} ${'x'.repeat(bytes)}`),
          state: async () => pages.size,
        };
      },
      stop: () => site.close(),
    };
  },
});
