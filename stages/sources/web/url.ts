export const isWebUrl = ({ protocol }: URL): boolean => protocol === 'http:' || protocol === 'https:';

/** An absolute http or https URL (WHATWG) without user name and password, or null for anything else. */
export const parseUrl = (text: string, base?: URL): URL | null => {
  let url: URL;
  try {
    url = new URL(text, base);
  } catch {
    return null;
  }
  if (!isWebUrl(url)) return null;
  url.username = '';
  url.password = '';
  return url;
};

/** The URL as records name their place: without its scheme. */
export const placeOf = (url: URL): string => `${url.host}${url.pathname}${url.search}`;
