import { plumblineError } from '../../contracts/index.js';

export interface S3Place {
  readonly bucket: string;
  /** Empty, or ends with a slash. */
  readonly prefix: string;
  readonly endpoint: string;
  readonly region: string;
}

const invalid = (url: string, problem: string) =>
  plumblineError('CONFIG_INVALID', `${url.split('?')[0]}: ${problem}`);

/**
 * `s3://bucket/prefix?endpoint=http://host:9000&region=eu-central-1`; without an endpoint, Amazon's of the region.
 * @throws CONFIG_INVALID
 */
export const s3Place = (url: string): S3Place => {
  const { hostname: bucket, pathname, searchParams, username, password } = new URL(url);
  if (username !== '' || password !== '')
    throw invalid('s3 URL', 'credentials are given by reference, never in the URL');
  // Amazon S3 User Guide, "Bucket naming rules".
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) throw invalid(url, `"${bucket}" names no bucket`);
  for (const name of searchParams.keys())
    if (name !== 'endpoint' && name !== 'region')
      throw invalid(url, `unknown parameter "${name}"; known are endpoint and region`);
  const region = searchParams.get('region') ?? 'us-east-1';
  const endpoint = searchParams.get('endpoint') ?? `https://s3.${region}.amazonaws.com`;
  if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol))
    throw invalid(url, 'endpoint must be http://host:port or https://host');
  const path = decodeURIComponent(pathname).replace(/^\/+|\/+$/g, '');
  return { bucket, prefix: path === '' ? '' : `${path}/`, endpoint, region };
};
