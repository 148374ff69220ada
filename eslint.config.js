import { builtinModules } from 'node:module';
import tseslint from 'typescript-eslint';

/** biome formats and finds the simple faults; here is what needs types, and the house rules of docs/architecture.md. */
const tests = ['**/*.test.ts', '**/*.bench.ts', '**/testing/**'];

const never = [
  {
    selector: 'TSEnumDeclaration',
    message: 'Use a union of string literals; an enum exists twice, as type and value.',
  },
  {
    selector: 'ExportDefaultDeclaration',
    message: 'Export by name, so that a thing is called the same everywhere.',
  },
];
const environment = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'The environment is read once, in config.ts, and injected by the composition roots.',
};
const failures = {
  selector:
    "MemberExpression[object.name='ApplicationFailure'], NewExpression[callee.name='ApplicationFailure']",
  message:
    'Throw a coded error (plumblineError); the _edge.ts of activities and workflows translates it once.',
};
const clock = [
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'The instant of a run is taken in the workflow and passed down as ctx.now.',
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'The instant of a run is taken in the workflow and passed down as ctx.now.',
  },
  {
    selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
    message: 'Draw from a seeded generator, so that a second attempt gives the same result.',
  },
];

export default tseslint.config(
  { ignores: ['dist/**', '.plumbline/**', 'coverage/**', '**/*_pb.ts', '**/*.mjs', '**/*.cjs', '**/*.js'] },
  {
    files: ['**/*.ts'],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { '@typescript-eslint': tseslint.plugin },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-for-in-array': 'error',
      '@typescript-eslint/no-implied-eval': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-unsafe-argument': 'error',
      '@typescript-eslint/no-unsafe-assignment': 'error',
      '@typescript-eslint/no-unsafe-call': 'error',
      '@typescript-eslint/no-unsafe-return': 'error',
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingUnknown: true, allowRethrowing: true }],
      '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true }],
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      'no-restricted-syntax': ['error', ...never, environment, failures],
    },
  },
  {
    // A second attempt must do what the first one did.
    files: ['activities/**/*.ts', 'stages/**/*.ts'],
    ignores: tests,
    rules: { 'no-restricted-syntax': ['error', ...never, environment, failures, ...clock] },
  },
  {
    // Serving is no step of a run: it answers requests when they come.
    files: ['stages/serving/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...never, environment, failures] },
  },
  {
    files: ['activities/_edge.ts', 'workflows/_edge.ts'],
    rules: { 'no-restricted-syntax': ['error', ...never, environment] },
  },
  {
    // config.ts reads it; the resolver looks up env:NAME at the moment of use; the CLI runs without config.ts.
    files: ['config.ts', 'storage/secrets.ts', 'clients/cli/**/*.ts', 'infra/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...never, failures] },
  },
  {
    // Tests play the part of failing activities and choose their services by the environment.
    files: tests,
    rules: { 'no-restricted-syntax': ['error', ...never] },
  },
  {
    // Workflow code is replayed: it may see only its inputs, its history and Temporal's own functions.
    files: ['workflows/**/*.ts'],
    ignores: tests,
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: builtinModules.map((name) => ({
            name,
            message: 'A workflow has no Node.js; use an activity.',
          })),
          patterns: [
            { group: ['node:*'], message: 'A workflow has no Node.js; use an activity.' },
            {
              group: ['**/activities/**'],
              allowTypeImports: true,
              message: 'A workflow knows activities as types only; it calls them through _activities.ts.',
            },
            {
              group: ['**/config.js', '!**/temporal.config.js'],
              message: 'The environment of a worker is no input of a workflow.',
            },
          ],
        },
      ],
      'no-restricted-globals': [
        'error',
        ...['process', 'fetch', 'Buffer', 'performance', 'crypto'].map((name) => ({
          name,
          message: 'Replay cannot give the same answer; use an activity.',
        })),
      ],
    },
  },
);
