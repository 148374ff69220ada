import type { Clock } from '../web/clock.js';
import type { ConnectOptions } from '../web/connect.js';

/** What web connectors ask of the world beside their context; tests give their own. */
export interface WebPorts {
  readonly clock: Clock;
  readonly lookup?: ConnectOptions['lookup'];
}
