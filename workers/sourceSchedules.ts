import { type Client, ScheduleNotFoundError } from '@temporalio/client';
import { sourceScheduleId } from '../contracts/index.js';
import type { SourceSchedules } from '../stages/sources/ports.js';
import { unreachable } from './unreachable.js';

/** What a worker does to the schedules of sources: it stops those that keep failing. @throws TEMPORAL_UNREACHABLE */
export const temporalSourceSchedules = (client: Client): Pick<SourceSchedules, 'pause'> => ({
  pause: async (source, because) => {
    const id = sourceScheduleId(source);
    try {
      await client.schedule.getHandle(id).pause(because);
    } catch (cause) {
      if (!(cause instanceof ScheduleNotFoundError))
        throw unreachable(`The schedule ${id} could not be paused.`, cause);
    }
  },
});
