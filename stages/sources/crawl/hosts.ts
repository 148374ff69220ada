import type { HttpAnswer, HttpClient, HttpRequest } from '../web/client.js';
import { HttpFault } from '../web/fault.js';
import { isPassingStatus, type Patience, requestPatiently } from '../web/patience.js';
import { ALLOW_ALL, parseRobots, type Robots } from './robots.js';

/** RFC 9309, 2.4: not longer. */
const ROBOTS_MS = 24 * 3600 * 1000;
/** What could not be had is asked for again. */
const ROBOTS_FAILED_MS = 10 * 60 * 1000;
const ROBOTS_BYTES_MAX = 1024 * 1024;
const ROBOTS_REDIRECTS_MAX = 5;
/** Hosts remembered at once; one that is forgotten is asked for its robots.txt again. */
const HOSTS_MAX = 1000;

interface Host {
  robots: Promise<Robots | null> | null;
  robotsUntilMs: number;
  /** When the next request may begin. */
  readyMs: number;
  /** The last request of those that queue. */
  tail: Promise<unknown>;
  queued: number;
}

export interface HostsOptions {
  readonly client: HttpClient;
  readonly patience: Patience;
  readonly signal: AbortSignal;
  readonly product: string;
  readonly delaySeconds: number;
  readonly timeoutMs: number;
}

/** Politeness: one request at a time to a host, a pause between two, and its robots.txt before all others. */
export class Hosts {
  readonly #hosts = new Map<string, Host>();

  constructor(readonly options: HostsOptions) {}

  #of(origin: string): Host {
    const known = this.#hosts.get(origin);
    const host = known ?? {
      robots: null,
      robotsUntilMs: 0,
      readyMs: 0,
      tail: Promise.resolve(),
      queued: 0,
    };
    this.#hosts.delete(origin);
    this.#hosts.set(origin, host);
    if (this.#hosts.size > HOSTS_MAX)
      for (const [oldest, { queued }] of this.#hosts) {
        if (queued > 0) continue;
        this.#hosts.delete(oldest);
        break;
      }
    return host;
  }

  async #inTurn<T>(host: Host, delaySeconds: number, work: () => Promise<T>): Promise<T> {
    const { clock } = this.options.patience;
    host.queued += 1;
    const turn = host.tail.then(async () => {
      await clock.sleep(host.readyMs - clock.nowMs(), this.options.signal);
      try {
        return await work();
      } finally {
        host.queued -= 1;
        host.readyMs = clock.nowMs() + 1000 * Math.max(delaySeconds, this.options.delaySeconds);
      }
    });
    host.tail = turn.catch(() => undefined);
    return turn;
  }

  /** What the host's robots.txt says; null: it cannot be known now, so nothing may be fetched. @throws HttpFault */
  async robots(url: URL): Promise<Robots | null> {
    const host = this.#of(url.origin);
    const nowMs = this.options.patience.clock.nowMs();
    if (host.robots === null || nowMs > host.robotsUntilMs) {
      host.robotsUntilMs = nowMs + ROBOTS_MS;
      host.robots = this.#inTurn(host, 0, () => this.#fetchRobots(url.origin));
      const askSoon = (): void => {
        host.robotsUntilMs = nowMs + ROBOTS_FAILED_MS;
      };
      host.robots.then((robots) => robots === null && askSoon(), askSoon);
    }
    return host.robots;
  }

  async #fetchRobots(origin: string): Promise<Robots | null> {
    const { client, patience, signal, product, timeoutMs } = this.options;
    const request: HttpRequest = {
      url: new URL('/robots.txt', origin),
      bytesMax: ROBOTS_BYTES_MAX,
      timeoutMs,
      redirectsMax: ROBOTS_REDIRECTS_MAX,
      tooLarge: 'cut',
      wanted: ({ status }) => status === 200,
    };
    try {
      const { status, body } = await requestPatiently(client, () => request, patience, signal);
      // RFC 9309, 2.3.1: what is not there forbids nothing, what fails forbids all.
      if (isPassingStatus(status) || status >= 500) return null;
      return status === 200 ? parseRobots(body, product) : ALLOW_ALL;
    } catch (thrown) {
      if (!(thrown instanceof HttpFault) || thrown.kind === 'address-forbidden') throw thrown;
      return thrown.kind === 'redirect-loop' ? ALLOW_ALL : null;
    }
  }

  /** Asks when it is the host's turn. @throws HttpFault; CANCELLED */
  async request(request: HttpRequest, robots: Robots): Promise<HttpAnswer> {
    const { client, patience, signal } = this.options;
    return this.#inTurn(this.#of(request.url.origin), robots.delaySeconds, () =>
      requestPatiently(client, () => request, patience, signal),
    );
  }
}
