export { requireRole } from './access.js';
export type { DependencyState, ReadinessCheck } from './health.js';
export { type ApiKey, type Principal, resolveKeys } from './keys.js';
export { closeOnSignal } from './lifecycle.js';
export { createHttpServer, type HttpServer, type HttpServerOptions } from './server.js';
