import type { Client } from 'minio';

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Text of an XML element (XML 1.0, 4.1 and 4.6). */
const unescapeXml = (text: string): string =>
  text.replace(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi,
    (whole: string, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return ENTITIES[name] ?? whole;
      const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    },
  );

const elements = (xml: string, name: string): string[] =>
  [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, text]) => unescapeXml(text ?? ''));

/**
 * The names of a bucket's objects, page by page (ListObjectsV2). The client's own listing takes each name for URL-encoded,
 * which not every server does, and leaves entities in it.
 */
export async function* listNames(
  client: Client,
  bucketName: string,
  prefix: string,
  namesAPage = 1000,
): AsyncGenerator<string> {
  let token: string | undefined;
  do {
    const query = [
      ...(token === undefined ? [] : [`continuation-token=${encodeURIComponent(token)}`]),
      'list-type=2',
      `max-keys=${namesAPage}`,
      // The signature covers the query, so what RFC 3986 reserves must be escaped as the server escapes it.
      `prefix=${encodeURIComponent(prefix).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)}`,
    ].join('&');
    const answer = await client.makeRequestAsync({ method: 'GET', bucketName, query });
    const chunks: Buffer[] = [];
    for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
    const xml = Buffer.concat(chunks).toString();
    yield* elements(xml, 'Key');
    token = elements(xml, 'NextContinuationToken')[0];
  } while (token !== undefined);
}
