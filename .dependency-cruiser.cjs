// The directions of docs/architecture.md, as rules: events ← workflows, activities, bridge ← workers, cli.
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: `^${from}/`, pathNot: '\\.test\\.ts$' },
  to: { path: '^[a-z]+/', pathNot: `^(${[from, ...allowed].join('|')}|node_modules)/` },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    only('events-stand-alone', 'events', []),
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
    only('workers-wire', 'workers', ['events', 'settings', 'connections', 'activities', 'workflows', 'bridge']),
    only('simulator-knows-only-the-contract', 'simulator', ['events', 'settings', 'connections']),
    only('stack-starts-servers', 'stack', ['events', 'settings', 'connections']),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(node_modules|dist|test|\\.aisle)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.mjs'] },
  },
};
