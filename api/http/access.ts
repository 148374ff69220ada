import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { plumblineError, type Role } from '../../contracts/index.js';
import { type ApiKey, keyRing, type Principal, presentedKey, roleAllows } from './keys.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls, by the API key sent; null where no valid key came. */
    principal: Principal | null;
    /** Whether this server has any keys at all; a refusal says what to do when it has none. */
    keysConfigured: boolean;
  }
  interface FastifyContextConfig {
    /** Open to everybody. Every other route names a role, or the server refuses to start. */
    open?: boolean;
  }
}

type Guard = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
const guards = new WeakSet<object>();

/**
 * A hook that lets in callers of at least this role. Use it as `onRequest`, so that a stranger's body is not
 * even read (it also works as `preHandler`).
 * @throws UNAUTHENTICATED, FORBIDDEN
 */
export const requireRole = (needed: Role): Guard => {
  const guard: Guard = async (request) => {
    const { principal } = request;
    if (principal === null)
      throw plumblineError(
        'UNAUTHENTICATED',
        request.keysConfigured
          ? 'no valid API key was sent'
          : 'this server has no API keys, so nobody may call it: set PLUMBLINE_API_KEYS (for example admin=env:MY_KEY) and restart it',
      );
    if (!roleAllows(principal.role, needed))
      throw plumblineError(
        'FORBIDDEN',
        `this needs the role ${needed}; the API key has the role ${principal.role}`,
        {
          details: { needed, role: principal.role },
        },
      );
  };
  guards.add(guard);
  return guard;
};

const isGuarded = (route: RouteOptions): boolean =>
  [route.onRequest, route.preHandler].flat().some((hook) => hook !== undefined && guards.has(hook));

/** Finds out who calls, and refuses to register a route that neither is open nor names a role. */
export const registerAccess = (app: FastifyInstance, keys: readonly ApiKey[]): void => {
  const ring = keyRing(keys);
  app.decorateRequest('principal', null);
  app.decorateRequest('keysConfigured', ring.size > 0);
  app.addHook('onRequest', async (request) => {
    const key = presentedKey(request.headers);
    if (key !== null) request.principal = ring.find(key);
  });
  app.addHook('onRoute', (route) => {
    if (route.config?.open !== true && !isGuarded(route))
      throw new Error(
        `route ${String(route.method)} ${route.url} must be open or name a role with requireRole`,
      );
  });
  if (ring.size === 0)
    app.log.warn(
      {},
      'no API keys are configured: every protected route refuses; set PLUMBLINE_API_KEYS=admin=env:MY_KEY',
    );
};
