// The directions of docs/architecture.md, as rules: events ← workflows, activities, bridge ← workers, cli.
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: `^${from}/`, pathNot: '\\.test\\.ts$' },
  to: {
    path: '^[a-z]+/',
    pathNot: `^(${[from, ...allowed].join('|')}|node_modules)/`,
    // `fs/promises` looks like a file of a folder `fs`.
    dependencyTypesNot: ['core'],
  },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    only('events-stand-alone', 'events', []),
    {
      // Workflows carry the contract into their bundle, where Node's modules do not exist.
      name: 'events-are-pure',
      severity: 'error',
      from: { path: '^events/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'], dependencyTypesNot: ['type-only'] },
    },
    only('settings-know-only-events', 'settings', ['events']),
    only('connections-know-settings-and-events', 'connections', ['settings', 'events']),
    only('workflows-are-fenced', 'workflows', ['events', 'activities']),
    {
      name: 'workflows-take-only-activity-types',
      severity: 'error',
      from: { path: '^workflows/', pathNot: '\\.test\\.ts$' },
      to: { path: '^activities/', dependencyTypesNot: ['type-only'] },
    },
    only('activities-never-reach-up', 'activities', ['events', 'settings', 'connections']),
    only('bridge-never-reaches-workflows', 'bridge', ['events', 'settings', 'connections', 'activities']),
    only('workers-wire', 'workers', [
      'events',
      'settings',
      'connections',
      'activities',
      'workflows',
      'bridge',
    ]),
    only('simulator-knows-only-the-contract', 'simulator', ['events', 'settings', 'connections']),
    only('stack-starts-servers', 'stack', ['events', 'settings', 'connections']),
    {
      // The image installs none of them, and neither does `npm install --omit=dev`.
      name: 'runs-without-development-dependencies',
      severity: 'error',
      from: { path: '^[a-z]+/', pathNot: '\\.test\\.ts$' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['type-only'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|test|\\.aisle)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.mjs'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      mainFields: ['main', 'types'],
    },
  },
};
