import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { libchdbPath } from 'chdb/libchdb';
import ffi from 'ffi-rs';

/**
 * The embedded ClickHouse as a process of its own: the engine and HTTP handler of clickhouse-local, out of the
 * npm package chdb, listening on loopback. Entry point:
 * `node dist/storage/clickhouse/listener.js --path DIR --port N [--exit-with-parent]`.
 * Ready when GET /ping answers. Ends with 1 and a line on stderr when it cannot start or stops listening.
 */
const LIBRARY = 'chdb';
const PARENT_CHECK_MS = 1000;

/** Caches and pools are small, since the whole system shares one laptop: below 1 GiB resident in all. */
const ENGINE_CONFIG = `<clickhouse>
  <max_server_memory_usage>734003200</max_server_memory_usage>
  <mark_cache_size>33554432</mark_cache_size>
  <index_mark_cache_size>8388608</index_mark_cache_size>
  <uncompressed_cache_size>0</uncompressed_cache_size>
  <compiled_expression_cache_size>8388608</compiled_expression_cache_size>
  <background_pool_size>2</background_pool_size>
  <background_schedule_pool_size>4</background_schedule_pool_size>
  <merge_tree>
    <number_of_free_entries_in_pool_to_lower_max_size_of_merge>1</number_of_free_entries_in_pool_to_lower_max_size_of_merge>
    <number_of_free_entries_in_pool_to_execute_mutation>1</number_of_free_entries_in_pool_to_execute_mutation>
    <number_of_free_entries_in_pool_to_execute_optimize_entire_partition>1</number_of_free_entries_in_pool_to_execute_optimize_entire_partition>
  </merge_tree>
</clickhouse>
`;

/** clickhouse-local ends with its query, so the query that opens the port is followed by one that never ends. */
const LISTEN =
  'SYSTEM START LISTEN HTTP; SELECT sleepEachRow(3) FROM numbers(1000000000) SETTINGS ' +
  'function_sleep_max_microseconds_per_block=0, max_block_size=1, max_execution_time=0 FORMAT Null';

const fail = (message: string): never => {
  process.stderr.write(`clickhouse listener: ${message}\n`);
  process.exit(1);
};

const readOptions = (): { path: string; port: number; exitWithParent: boolean } => {
  const { values } = parseArgs({
    options: {
      path: { type: 'string' },
      port: { type: 'string' },
      'exit-with-parent': { type: 'boolean', default: false },
    },
  });
  const port = Number(values.port);
  if (values.path === undefined || !Number.isInteger(port) || port < 1 || port > 65_535)
    return fail('usage: listener.js --path DIR --port N [--exit-with-parent]');
  return { path: resolve(values.path), port, exitWithParent: values['exit-with-parent'] };
};

/** An orphan would keep the folder locked against the next start. */
const watchParent = (): void => {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) fail('the parent process has ended');
  }, PARENT_CHECK_MS);
};

const listen = async (path: string, port: number): Promise<void> => {
  mkdirSync(path, { recursive: true });
  const configFile = join(path, 'plumbline-listener.xml');
  writeFileSync(configFile, ENGINE_CONFIG);
  const command = [
    'clickhouse',
    `--path=${path}`,
    `--config-file=${configFile}`,
    `--http_port=${port}`,
    '--listen_host=127.0.0.1',
    '--query',
    LISTEN,
  ];
  ffi.open({ library: LIBRARY, path: libchdbPath() });
  // In a thread of its own, so that this one can watch the parent and be told to stop.
  await ffi.load({
    library: LIBRARY,
    funcName: 'chdb_query_cmdline',
    retType: ffi.DataType.External,
    paramsType: [ffi.DataType.I32, ffi.DataType.StringArray],
    paramsValue: [command.length, command],
    runInNewThread: true,
  });
};

const { path, port, exitWithParent } = readOptions();
if (exitWithParent) watchParent();
listen(path, port).then(
  // The engine has written its own reason above: a locked folder, a port in use, no space.
  () => fail(`stopped listening on 127.0.0.1:${port} over ${path}; is another one running there?`),
  (thrown: unknown) => fail(thrown instanceof Error ? thrown.message : String(thrown)),
);
