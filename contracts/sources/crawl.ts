import { z } from 'zod';
import { sourceFields } from './common.js';
import { HttpUrl, webFields } from './web.js';

export const CRAWLED_TYPES = ['text/html', 'application/xhtml+xml', 'application/pdf', 'text/plain'] as const;
export type CrawledType = (typeof CRAWLED_TYPES)[number];

/** Pages of web sites, followed from link to link. */
export const CrawlSource = z.strictObject({
  connector: z.literal('crawl').describe('Reads web pages.'),
  seeds: z.array(HttpUrl).min(1).max(1000).describe('Where the crawl begins.'),
  sitemaps: z
    .enum(['robots', 'none'])
    .default('robots')
    .describe('robots: the sitemaps that the robots.txt of the seeds’ hosts names are seeds too.'),
  scope: z
    .enum(['host', 'domain', 'path'])
    .default('host')
    .describe(
      'host: the hosts of the seeds; domain: their subdomains too; path: below the folders of the seeds.',
    ),
  include: z
    .array(z.string().min(1))
    .default([])
    .describe('Globs over the URL without its scheme (`example.com/news/**`); empty: all in scope.'),
  exclude: z.array(z.string().min(1)).default([]).describe('Globs of URLs that are never fetched.'),
  contentTypes: z
    .array(z.enum(CRAWLED_TYPES))
    .min(1)
    .default(['text/html', 'application/xhtml+xml'])
    .describe('Types that are collected; others are passed over.'),
  depthMax: z.number().int().min(0).max(1000).default(5).describe('Links from a seed at most.'),
  pagesMax: z
    .number()
    .int()
    .positive()
    .max(50_000_000)
    .default(10_000)
    .describe('URLs fetched in one crawl at most.'),
  patternUrlsMax: z
    .number()
    .int()
    .positive()
    .default(2000)
    .describe('URLs at most that differ in numbers and values of parameters only (calendars, filters).'),
  delaySeconds: z
    .number()
    .min(0)
    .max(3600)
    .default(1)
    .describe('Pause between two requests to a host; a longer Crawl-delay in its robots.txt counts.'),
  hostsAtOnce: z
    .number()
    .int()
    .min(1)
    .max(64)
    .default(8)
    .describe('Requests under way at once, one a host at most.'),
  contact: z
    .string()
    .regex(/^[\x21-\x7e]{3,200}$/, 'an address without spaces')
    .optional()
    .describe('A URL or mail address in the user agent, for those whose site is crawled.'),
  ...webFields,
  ...sourceFields,
});
export type CrawlSource = z.infer<typeof CrawlSource>;
