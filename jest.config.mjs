/** One project a cost class, so that the suffix of a test file says what it costs to run it. */
const shared = {
  testEnvironment: '<rootDir>/infra/jest/environment.cjs',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' } },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.plumbline'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/.plumbline/'],
};

const suffixed = (displayName, suffix) => ({
  ...shared,
  displayName,
  testMatch: [`<rootDir>/**/*.${suffix}.test.ts`],
});

export default {
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/**/*.test.ts'],
      testPathIgnorePatterns: [
        ...shared.testPathIgnorePatterns,
        '\\.(golden|replay|integration)\\.test\\.ts$',
      ],
    },
    suffixed('golden', 'golden'),
    suffixed('replay', 'replay'),
    suffixed('integration', 'integration'),
  ],
};
