import {
  type Admin,
  type Connection,
  fetchV13,
  fetchV14,
  fetchV15,
  fetchV16,
  fetchV17,
} from '@platformatic/kafka';

/** The first of these is the oldest that names topics by their id (Kafka 3.1). */
const VERSIONS = [fetchV17, fetchV16, fetchV15, fetchV14, fetchV13];
const BYTES_MAX = 4 * 1024 * 1024;
const WAIT_MS_MAX = 500;
const READ_COMMITTED = 1;

export interface Place {
  readonly topicId: string;
  readonly partition: number;
  readonly leader: number;
  readonly offset: bigint;
}

type Response = Awaited<ReturnType<typeof fetchV17.api.async>>;

export type Fetch = (place: Place) => Promise<Response['responses'][number]['partitions'][number]>;

/**
 * Fetches one partition at a time by the bare protocol: no group is joined, so that the cursor alone says where to
 * go on, and the list of aborted transactions is kept (see committed.ts).
 */
export const openFetch = async (admin: Admin): Promise<Fetch> => {
  const apis = await admin.listApis();
  const versionMax = apis.find(({ name }) => name === 'Fetch')?.maxVersion ?? 0;
  const version = VERSIONS.find(({ api }) => api.version <= versionMax);
  if (version === undefined) throw new Error('unsupported: the brokers are older than Kafka 3.1');
  const connections = new Map<number, Connection>();
  const connectionTo = async (leader: number): Promise<Connection> => {
    const known = connections.get(leader);
    if (known?.isConnected()) return known;
    const connected = (await admin.connectToBrokers([leader])).get(leader);
    if (connected === undefined) throw new Error(`broker ${leader} is not there`);
    connections.set(leader, connected);
    return connected;
  };
  return async ({ topicId, partition, leader, offset }) => {
    const wanted = {
      partition,
      currentLeaderEpoch: -1,
      fetchOffset: offset,
      lastFetchedEpoch: -1,
      partitionMaxBytes: BYTES_MAX,
    };
    const { responses } = await version.api.async(
      await connectionTo(leader),
      WAIT_MS_MAX,
      1,
      BYTES_MAX,
      READ_COMMITTED,
      0,
      -1,
      [{ topicId, partitions: [wanted] }],
      [],
      '',
    );
    const found = responses[0]?.partitions[0];
    if (found === undefined) throw new Error(`broker ${leader} did not answer for partition ${partition}`);
    return found;
  };
};
