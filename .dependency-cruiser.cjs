/** Who may import whom (design: docs/architecture.md). Each rule gives its reason; `npm run check` fails on a breach. */
const LIBS_MAY_IMPORT = {
  contracts: [],
  'cohort-core': ['contracts'],
  config: [],
  csv: [],
  observability: ['config'],
  messaging: ['contracts', 'config', 'observability'],
  persistence: ['cohort-core', 'contracts', 'config', 'observability'],
  // cohort-core: the announcer expands the bitmaps of membership deltas.
  outbox: ['persistence', 'cohort-core', 'messaging', 'contracts', 'config', 'observability'],
};
const PACKAGES_OF_PURE_LIBS = {
  contracts: ['class-validator', 'class-transformer', 'reflect-metadata'],
  'cohort-core': ['roaring-wasm', 'temporal-polyfill', 're2js'],
  csv: ['csv-parser'],
};
/** Node's own modules that are pure: the rollout of flags is a SHA-1. */
const PURE_CORE_MODULES = { 'cohort-core': ['crypto'] };
const SPEC = '\\.spec\\.ts$';

const layering = Object.entries(LIBS_MAY_IMPORT).map(([lib, may]) => ({
  name: `${lib}-imports-only-below`,
  severity: 'error',
  comment: `libs/${lib} may import: ${may.join(', ') || 'no lib'}.`,
  from: { path: `^libs/${lib}/`, pathNot: SPEC },
  to: { path: '^libs/', pathNot: `^libs/(${[lib, ...may].join('|')})/` },
}));
const purity = Object.entries(PACKAGES_OF_PURE_LIBS).map(([lib, packages]) => ({
  name: `${lib}-is-pure`,
  severity: 'error',
  comment: `libs/${lib} may use ${packages.join(', ') || 'no package'}: no Nest, TypeORM, Kafka, file or process.`,
  from: { path: `^libs/${lib}/`, pathNot: SPEC },
  to: {
    pathNot: [
      '^libs/',
      ...packages.map((name) => `node_modules/${name}/`),
      ...(PURE_CORE_MODULES[lib] ?? []).map((name) => `^(node:)?${name}$`),
    ],
  },
}));

module.exports = {
  forbidden: [
    ...layering,
    ...purity,
    {
      name: 'apps-meet-in-topics',
      severity: 'error',
      comment: 'An app reaches another through libs/contracts.',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'libs-do-not-know-apps',
      severity: 'error',
      comment: 'A lib serves every app, so it may know none.',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'testing-is-for-tests',
      severity: 'error',
      comment: 'Builders and embedded servers must not reach production code.',
      from: { pathNot: [SPEC, '^libs/testing/', '^apps/[^/]+/src/testing/', '^test/', '^bench/'] },
      to: { path: '^(libs|apps/[^/]+/src)/testing/' },
    },
    {
      name: 'tools-are-not-shipped',
      severity: 'error',
      comment:
        'The launcher and the command line are for people; of the libs only testing shares their embedded servers.',
      from: { path: '^(apps|libs)/', pathNot: '^libs/testing/' },
      to: { path: '^tools/' },
    },
    {
      name: 'through-the-front-door',
      severity: 'error',
      comment: 'A lib is imported by its index.ts.',
      from: { path: '^(apps|libs)/([^/]+)/' },
      to: { path: '^libs/[^/]+/src/(?!index\\.ts$)', pathNot: '^$1/$2/' },
    },
    {
      name: 'no-circular',
      severity: 'error',
      comment: 'A cycle has no first chapter.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      comment: 'A file nobody imports is dead or lost.',
      from: { orphan: true, pathNot: ['main\\.ts$', '/migrations/', SPEC, '\\.d\\.ts$', '^bench/', '^tools/'] },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
};
