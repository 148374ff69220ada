import { plumblineError, type RestAuthentication, type RestSource } from '../../../contracts/index.js';
import type { SecretResolver } from '../../ports.js';
import type { Headers, HttpAnswer, HttpClient, HttpRequest } from '../web/client.js';
import { type Patience, requestPatiently } from '../web/patience.js';

const TOKEN_BYTES_MAX = 1024 * 1024;
/** A token that is about to expire would do so under way. */
const EXPIRY_MARGIN_MS = 30_000;
/** Assumed when the server does not say (RFC 6749, 5.1 leaves it open): then a refused token is renewed. */
const TOKEN_SECONDS = 3600;

/** What is added to a request; never logged, kept or put into an error. */
export interface Credentials {
  readonly headers: Headers;
  readonly query: Readonly<Record<string, string>>;
}

export interface Authenticator {
  /** @throws SECRET_UNRESOLVED, SOURCE_REFUSED, SOURCE_UNREACHABLE, CANCELLED */
  credentials(): Promise<Credentials>;
  /** Called after a 401. @returns whether other credentials can be had by asking again. */
  renew(): boolean;
}

const bearer = (token: string): Credentials => ({ headers: { authorization: `Bearer ${token}` }, query: {} });
const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

type OAuth2 = Extract<RestAuthentication, { type: 'oauth2' }>;

const tokenRequest = async (
  source: RestSource,
  { tokenUrl, clientId, clientSecret, scope, send }: OAuth2,
  secrets: SecretResolver,
): Promise<HttpRequest> => {
  const secret = await secrets.resolve(clientSecret);
  // RFC 6749, 2.3.1: both are form-encoded before they are joined.
  const encode = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1);
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    ...(scope !== undefined && { scope }),
    ...(send === 'body' && { client_id: clientId, client_secret: secret }),
  });
  return {
    url: new URL(tokenUrl),
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
    credentials: send === 'basic' ? { authorization: basic(encode(clientId), encode(secret)) } : {},
    body: form.toString(),
    bytesMax: TOKEN_BYTES_MAX,
    timeoutMs: source.timeoutSeconds * 1000,
    // The form holds a secret: it goes to the address that the source names and nowhere else.
    redirectsMax: 0,
  };
};

const readToken = (source: RestSource, answer: HttpAnswer): { token: string; seconds: number } => {
  const refuse = (code: 'SOURCE_REFUSED' | 'SOURCE_UNREACHABLE', found: string): never => {
    throw plumblineError(code, `source ${source.name}: the token endpoint ${answer.url.host} ${found}`, {
      details: { source: source.name, status: answer.status },
    });
  };
  if (answer.status === 429 || answer.status >= 500)
    return refuse('SOURCE_UNREACHABLE', `answers ${answer.status}`);
  if (answer.status !== 200) return refuse('SOURCE_REFUSED', `answers ${answer.status}`);
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(answer.body).toString());
  } catch {
    return refuse('SOURCE_REFUSED', 'gives no JSON');
  }
  const { access_token: token, expires_in: seconds } = (value ?? {}) as Readonly<Record<string, unknown>>;
  // A token ends up in a header: visible characters only (RFC 6750, 2.1).
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token))
    return refuse('SOURCE_REFUSED', 'gives no token');
  return {
    token,
    seconds: Number.isFinite(Number(seconds ?? TOKEN_SECONDS)) ? Number(seconds ?? TOKEN_SECONDS) : 0,
  };
};

const oauth2 = (
  source: RestSource,
  authentication: OAuth2,
  { client, secrets, patience, signal }: AuthenticatorPorts,
): Authenticator => {
  let held: { readonly token: string; readonly untilMs: number; fresh: boolean } | null = null;
  return {
    credentials: async () => {
      if (held === null || patience.clock.nowMs() >= held.untilMs) {
        const make = () => tokenRequest(source, authentication, secrets);
        const answer = await requestPatiently(client, make, patience, signal);
        const { token, seconds } = readToken(source, answer);
        held = {
          token,
          untilMs: patience.clock.nowMs() + Math.max(0, seconds * 1000 - EXPIRY_MARGIN_MS),
          fresh: true,
        };
      } else held.fresh = false;
      return bearer(held.token);
    },
    renew: () => {
      // A token that was just given out and is refused will be refused again.
      if (held === null || held.fresh) return false;
      held = null;
      return true;
    },
  };
};

export interface AuthenticatorPorts {
  readonly client: HttpClient;
  readonly secrets: SecretResolver;
  readonly patience: Patience;
  readonly signal: AbortSignal;
}

/** How a source's requests are signed. Secrets are resolved for each request; OAuth2 tokens are held until they expire. */
export const createAuthenticator = (source: RestSource, ports: AuthenticatorPorts): Authenticator => {
  const { authentication } = source;
  const { secrets } = ports;
  const fixed = (credentials: () => Promise<Credentials>): Authenticator => ({
    credentials,
    renew: () => false,
  });
  switch (authentication.type) {
    case 'none':
      return fixed(async () => ({ headers: {}, query: {} }));
    case 'key':
      return fixed(async () => {
        const pair = { [authentication.name]: await secrets.resolve(authentication.key) };
        return authentication.in === 'header' ? { headers: pair, query: {} } : { headers: {}, query: pair };
      });
    case 'bearer':
      return fixed(async () => bearer(await secrets.resolve(authentication.token)));
    case 'basic':
      return fixed(async () => ({
        headers: {
          authorization: basic(authentication.username, await secrets.resolve(authentication.password)),
        },
        query: {},
      }));
    case 'oauth2':
      return oauth2(source, authentication, ports);
  }
};
