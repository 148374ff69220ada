// The import rules of docs/architecture.md. A rule's comment is what a person reads who has broken it.
const TESTS = '(\\.test|\\.bench)\\.ts$|/testing/';
const FOLDERS = '^(contracts|nn|stages|storage|activities|workflows|workers|api|clients|infra)/';
const PORTS = ['^stages/ports\\.ts$', '^stages/[^/]+/ports\\.ts$'];
const npm = (...names) => `node_modules/(${names.join('|')})/`;

/** `from` may import its own files, Node.js (unless denied), and what is listed. */
const only = ({ name, comment, from, own = from, may = [], builtins = true }) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: TESTS },
  to: {
    pathNot: [own, ...may],
    ...(builtins ? { dependencyTypesNot: ['core'] } : {}),
  },
});

/** Through the index only: files of `folder` other than `doors` are its own business. */
const door = ({ folder, doors, name, comment }) => ({
  name,
  comment,
  severity: 'error',
  from: { pathNot: [`^${folder}/`, TESTS] },
  to: { path: `^${folder}/`, pathNot: doors.map((file) => `^${folder}/${file}$`) },
});

/** Known as types, never as code. */
const typesOnly = ({ name, comment, from, to, toNot = [] }) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: TESTS },
  to: { path: to, pathNot: toNot, dependencyTypesNot: ['type-only'] },
});

module.exports = {
  forbidden: [
    only({
      name: 'contracts-know-zod-only',
      comment:
        'contracts/ is what every part shares, workflows and browsers included: what it imports, all import. Move the code to the folder that needs it.',
      from: '^contracts/',
      may: [npm('zod')],
      builtins: false,
    }),
    only({
      name: 'nn-stands-alone',
      comment:
        'nn/ computes and knows nothing of ours, so that it can be used and tested by itself. Pass what it needs as an argument.',
      from: '^nn/',
      may: [
        npm(
          '@bufbuild/protobuf',
          'tokenizers',
          '@huggingface/(jinja|tokenizers)',
          '@node-rs/jieba',
          'onnxruntime-(node|common)',
          '@tensorflow/[^/]+',
        ),
      ],
    }),
    {
      name: 'a-stage-knows-no-other-stage',
      comment:
        'Stages meet in the artifact chain of contracts/, not in code: each consumes ids that an earlier one has published. Shared helpers lie beside stages/ports.ts.',
      severity: 'error',
      from: { path: '^stages/([^/]+)/', pathNot: TESTS },
      to: { path: '^stages/[^/]+/', pathNot: '^stages/$1/' },
    },
    {
      name: 'stages-say-how-and-nothing-else',
      comment:
        'A stage imports contracts, its own files, stages/ports.ts and libraries. What it needs of the world is a port; adapters live in storage/ and are given to it.',
      severity: 'error',
      from: { path: '^stages/', pathNot: TESTS },
      to: {
        path: [
          FOLDERS,
          '^(temporal\\.)?config\\.ts$',
          npm('@temporalio/[^/]+', '@clickhouse/[^/]+', 'fastify', 'kysely', 'libsql'),
        ],
        pathNot: ['^(contracts|stages|nn)/'],
      },
    },
    {
      name: 'nn-from-its-four-stages',
      comment:
        'Only training, registry, serving and monitoring compute with models; sources and datasets prepare data.',
      severity: 'error',
      from: { path: '^stages/', pathNot: ['^stages/(training|registry|serving|monitoring)/', TESTS] },
      to: { path: '^nn/' },
    },
    {
      name: 'nn-from-stages-only',
      comment:
        "Models are computed with in stages/; the other folders ask a stage. `plumbline model verify` and the commands of clients/cli/local alone ask nn themselves: they work on files of a person's machine, without an installation (decision 0006).",
      severity: 'error',
      from: { pathNot: ['^(nn|stages|bench)/', '^clients/cli/(verifyModel\\.ts$|local/)', TESTS] },
      to: { path: '^nn/' },
    },
    {
      name: 'storage-keeps',
      comment: 'An adapter knows contracts, its driver and the ports it serves (as types).',
      severity: 'error',
      from: { path: '^storage/', pathNot: TESTS },
      to: {
        path: [FOLDERS, '^temporal\\.config\\.ts$', npm('@temporalio/[^/]+', 'fastify')],
        pathNot: ['^(storage|contracts)/', ...PORTS],
      },
    },
    typesOnly({
      name: 'storage-knows-ports-as-types',
      comment:
        'Use `import type`: an adapter implements a port and runs no code of a stage, and config is handed in.',
      from: '^storage/',
      to: ['^stages/', '^config\\.ts$'],
    }),
    only({
      name: 'activities-are-thin',
      comment:
        'An activity turns a verb of its stage into something Temporal can call; logic belongs to the stage.',
      from: '^activities/',
      may: [
        '^contracts/index\\.ts$',
        '^stages/[^/]+/(index|ports)\\.ts$',
        '^stages/ports\\.ts$',
        npm('@temporalio/activity', 'zod'),
      ],
      builtins: false,
    }),
    {
      name: 'activities-know-their-own-stage',
      comment: 'activities/X calls stages/X; an activity that needs two stages is two activities.',
      severity: 'error',
      from: { path: '^activities/([^/]+)/', pathNot: TESTS },
      to: { path: '^stages/[^/]+/', pathNot: '^stages/$1/' },
    },
    only({
      name: 'workflows-say-when',
      comment:
        'Workflow code is replayed: no Node.js, no environment, no code of ours but contracts and temporal.config.',
      from: '^workflows/',
      may: [
        '^contracts/index\\.ts$',
        '^temporal\\.config\\.ts$',
        '^activities/index\\.ts$',
        npm('@temporalio/(workflow|common)', 'zod'),
      ],
      builtins: false,
    }),
    typesOnly({
      name: 'workflows-know-activities-as-types',
      comment: 'Use `import type`: the code of an activity must not reach the workflow sandbox.',
      from: '^workflows/',
      to: ['^activities/'],
    }),
    {
      name: 'workers-compose',
      comment:
        'A worker is a composition root: config, activities, storage/open. Workflow code is given by path.',
      severity: 'error',
      from: { path: '^workers/', pathNot: TESTS },
      to: {
        path: FOLDERS,
        pathNot: ['^(workers|contracts)/', '^activities/index\\.ts$', '^storage/open\\.ts$', ...PORTS],
      },
    },
    typesOnly({
      name: 'workers-know-ports-as-types',
      comment: 'Use `import type`: a worker implements a port at most; verbs are called by activities.',
      from: '^workers/',
      to: ['^stages/'],
    }),
    {
      name: 'api-parses-calls-maps',
      comment:
        'The HTTP edge uses read verbs and serving through the index of their stage, storage/open, and workflows as types.',
      severity: 'error',
      from: { path: '^api/', pathNot: TESTS },
      to: {
        path: [FOLDERS, npm('@temporalio/(worker|activity|workflow)')],
        pathNot: [
          '^(api|contracts)/',
          '^stages/[^/]+/(index|ports)\\.ts$',
          '^stages/ports\\.ts$',
          '^storage/open\\.ts$',
          '^workflows/index\\.ts$',
        ],
      },
    },
    typesOnly({
      name: 'api-knows-workflows-as-types',
      comment: 'Use `import type`: workflows are started by name.',
      from: '^api/',
      to: ['^workflows/'],
    }),
    {
      name: 'sdk-knows-contracts',
      comment: 'The SDK is what other programs install: contracts, zod and the platform.',
      severity: 'error',
      from: { path: '^clients/sdk/', pathNot: TESTS },
      to: { path: [FOLDERS, '^(temporal\\.)?config\\.ts$'], pathNot: ['^clients/sdk/', '^contracts/'] },
    },
    {
      name: 'cli-and-console-know-the-sdk',
      comment: 'What a client can do, every user of the HTTP API can do: go through clients/sdk.',
      severity: 'error',
      from: { path: '^clients/(cli|console)/', pathNot: ['^clients/cli/local/', TESTS] },
      to: {
        path: [FOLDERS, '^(temporal\\.)?config\\.ts$', npm('@temporalio/[^/]+')],
        pathNot: ['^clients/(cli|console)/', '^clients/sdk/index\\.ts$', '^contracts/', '^nn/'],
      },
    },
    {
      name: 'local-commands-work-without-an-installation',
      comment:
        'The commands of clients/cli/local work on files of a person’s machine (decision 0006): nn, the indexes of the stages sources and datasets, and the resolver of secrets; nothing of a running system.',
      severity: 'error',
      from: { path: '^clients/cli/local/', pathNot: TESTS },
      to: {
        path: [FOLDERS, '^(temporal\\.)?config\\.ts$', npm('@temporalio/[^/]+')],
        pathNot: [
          '^clients/cli/',
          '^clients/sdk/index\\.ts$',
          '^(contracts|nn)/',
          '^stages/(sources|datasets)/index\\.ts$',
          '^storage/secrets\\.ts$',
        ],
      },
    },
    {
      name: 'infra-stands-outside',
      comment: 'infra/ starts and ships the system; nothing of the system imports it.',
      severity: 'error',
      from: { pathNot: ['^infra/', TESTS] },
      to: { path: '^infra/' },
    },
    {
      name: 'infra-imports-nothing',
      comment: 'Set-up scripts must run before anything is built.',
      severity: 'error',
      from: { path: '^infra/', pathNot: TESTS },
      to: { path: FOLDERS, pathNot: '^infra/' },
    },
    door({
      name: 'contracts-through-the-index',
      comment: 'Import contracts/index.js: which file holds a contract may change.',
      folder: 'contracts',
      doors: ['index\\.ts'],
    }),
    door({
      name: 'nn-through-the-index',
      comment: 'Import nn/index.js; if something is missing there, export it there.',
      folder: 'nn',
      doors: ['index\\.ts'],
    }),
    {
      name: 'stages-through-the-index',
      comment:
        'Import the index of a stage, or its ports.ts as a type; its other files are its own business.',
      severity: 'error',
      from: { pathNot: ['^stages/', TESTS] },
      to: { path: '^stages/[^/]+/', pathNot: '^stages/[^/]+/(index|ports)\\.ts$' },
    },
    door({
      name: 'storage-through-open',
      comment: 'storage/open.ts is the only place that chooses adapters; secrets.ts chooses none.',
      folder: 'storage',
      doors: ['open\\.ts', 'secrets\\.ts'],
    }),
    {
      name: 'clickhouse-behind-its-adapter',
      comment: 'A question to ClickHouse is a typed function in storage/clickhouse/.',
      severity: 'error',
      from: { pathNot: ['^storage/clickhouse/', '^storage/testing/', TESTS] },
      to: { path: npm('@clickhouse/[^/]+', 'chdb') },
    },
    {
      name: 'no-cycles',
      comment:
        'Neither file can be understood or tested without the other: move what both need into a third.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      comment: 'Nothing imports this file and it imports nothing: delete it, or name it here as an entry.',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: [
          TESTS,
          '\\.d\\.ts$',
          '(^|/)main\\.ts$',
          '\\.config\\.[cm]?[jt]s$',
          '\\.dependency-cruiser\\.cjs$',
          '^infra/',
          '^bench/',
        ],
      },
      to: {},
    },
    {
      name: 'no-tests-in-code',
      comment: 'What a test needs is not shipped: tests and testing/ folders are left out of the build.',
      severity: 'error',
      from: { pathNot: [TESTS, '^bench/'] },
      to: { path: TESTS, pathNot: 'node_modules' },
    },
    {
      name: 'no-unresolvable',
      comment: 'The file or package is not there: correct the path or add the package to package.json.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-dev-dependencies-in-code',
      comment: 'Installed packages have no dev dependencies: move it to dependencies.',
      severity: 'error',
      from: { path: FOLDERS, pathNot: [TESTS, '^infra/'] },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage|\\.plumbline|\\.git)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
    },
  },
};
