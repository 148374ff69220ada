import { connectorSuite } from '../testing/connectorSuite.js';
import { startSite } from '../testing/site.js';

const KEY = 'canary-of-the-rest-suite';

/** An API with lists of its own a place: items from an instant on, by pages, with a key. */
connectorSuite({
  name: 'rest',
  credentials: true,
  remote: true,
  pageRecordsMax: 7,
  start: async () => {
    const lists = new Map<string, { readonly at: number; readonly text: string; readonly label: string }[]>();
    const site = await startSite({
      '/*': (request, response, url) => {
        const list = lists.get(url.pathname);
        if (request.headers['x-api-key'] !== KEY) return void response.writeHead(403).end();
        if (list === undefined) return void response.writeHead(404).end();
        const since = Number(url.searchParams.get('since') ?? 0);
        const from = Number(url.searchParams.get('from') ?? 0);
        const found = list.filter(({ at }) => at >= since);
        if (from + 7 < found.length)
          response.setHeader('link', `<?since=${since}&from=${from + 7}>; rel="next"`);
        response.end(JSON.stringify(found.slice(from, from + 7)));
      },
    });
    let places = 0;
    return {
      secrets: { 'env:REST_SUITE_KEY': KEY, 'env:REST_SUITE_WRONG': 'another-key-that-is-wrong' },
      place: async () => {
        places += 1;
        const path = `/list-${places}`;
        const list: { readonly at: number; readonly text: string; readonly label: string }[] = [];
        lists.set(path, list);
        const source = {
          connector: 'rest',
          url: site.url(path),
          allowPrivate: ['127.0.0.1'],
          authentication: { type: 'key', key: 'env:REST_SUITE_KEY' },
          pagination: { type: 'link' },
          incremental: { field: 'at', parameter: 'since' },
          label: { from: 'field', field: 'label' },
          requestsPerSecond: 1000,
          attemptsMax: 2,
        };
        const add = (number: number, text: string): void => {
          // Five items share each instant.
          list.push({ at: 1 + Math.floor(list.length / 5), text, label: number % 2 === 0 ? 'ham' : 'spam' });
        };
        return {
          source,
          refused: { ...source, authentication: { type: 'key', key: 'env:REST_SUITE_WRONG' } },
          unreachable: { ...source, url: 'http://127.0.0.1:1/' },
          add: async (numbers) => {
            for (const number of numbers) add(number, `item-${number}`);
          },
          addLarge: async (number, bytes) => add(number, `item-${number} ${'x'.repeat(bytes)}`),
          state: async () => list.length,
        };
      },
      stop: () => site.close(),
    };
  },
});
