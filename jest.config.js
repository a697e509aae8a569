/**
 * One configuration for every tier; `--selectProjects` names the tier (docs/testing.md).
 * The keeper of servers (globalSetup) is run from dist, so build first: the npm scripts do.
 */
const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        // .swcrc leaves specs out of the build.
        swcrc: false,
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
          target: 'es2024',
          keepClassNames: true,
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  moduleNameMapper: {
    '^#([a-z-]+)$': '<rootDir>/libs/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/\\.muster'],
  // Servers start when the first spec asks for them: specs that need none pay nothing.
  globalSetup: '<rootDir>/dist/libs/testing/src/jest/global-setup.js',
  globalTeardown: '<rootDir>/dist/libs/testing/src/jest/global-teardown.js',
};

const project = (displayName, testMatch, rest = {}) => ({
  ...shared,
  displayName,
  rootDir: '.',
  testMatch: [`<rootDir>/${testMatch}`],
  ...rest,
});
/** Minutes of kills and load: `npm run test:faults` asks for them, `npm test` has the shorter ones of test/resilience. */
const longer = process.env.MUSTER_FAULTS === '1' ? [] : ['<rootDir>/test/faults/'];
/** `.ci/run` has a step of its own for test/parity, at a larger size, and no time for both. */
const apart = process.env.MUSTER_TIERS === '1' ? ['<rootDir>/test/parity/'] : [];
const usual = [
  project('unit', '{apps,libs,tools}/**/*.spec.ts'),
  project('whole', 'test/**/*.spec.ts', {
    testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/fuzz/', ...longer, ...apart],
  }),
];

export default {
  maxWorkers: 2,
  // Longer than several waits of `eventually` one after another: what never comes is told by the wait, in its own words.
  testTimeout: 120_000,
  // Fuzzing brings Python along and takes minutes: `npm run test:fuzz` asks for it, `npm test` does not.
  projects: process.env.MUSTER_FUZZ === '1' ? [project('fuzz', 'test/fuzz/**/*.spec.ts')] : usual,
};
