import { plumblineError } from '../contracts/index.js';
import { QUEUES, type QueueName } from '../temporal.config.js';

/** What a role serves and how much of it at a time. */
interface Role {
  readonly queue: QueueName;
  /** Whether it runs workflow code; the other roles run activities only. */
  readonly workflows: boolean;
  readonly activitiesAtOnce: number;
}

export const ROLES = {
  control: { queue: 'control', workflows: true, activitiesAtOnce: 20 },
  /** Two let a short comparison pass beside a long cleaning; more would fight for cores. */
  cpu: { queue: 'cpu', workflows: false, activitiesAtOnce: 2 },
  /** The device has room for one training run. */
  gpu: { queue: 'gpu', workflows: false, activitiesAtOnce: 1 },
} as const satisfies Record<QueueName, Role>;
export type RoleName = keyof typeof ROLES;

const isRole = (name: string): name is RoleName => Object.hasOwn(ROLES, name);

/** `control,cpu` -> the roles, each once. @throws CONFIG_INVALID naming what is no role. */
export const parseRoles = (text: string): RoleName[] => {
  const names = [...new Set(text.split(',').map((name) => name.trim()))].filter(Boolean);
  const unknown = names.filter((name) => !isRole(name));
  if (unknown.length > 0 || names.length === 0)
    throw plumblineError(
      'CONFIG_INVALID',
      `--roles takes ${Object.keys(ROLES).join(', ')} separated by commas; found "${text}".`,
    );
  return names.filter(isRole);
};

export const queueOf = (role: RoleName): string => QUEUES[ROLES[role].queue];
