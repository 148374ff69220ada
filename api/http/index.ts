export { requireRole } from './access.js';
export type { DependencyState } from './health.js';
export { resolveKeys } from './keys.js';
export { closeOnSignal } from './lifecycle.js';
export { createHttpServer, type HttpServer, type HttpServerOptions } from './server.js';
