import { defineConfig } from 'vitest/config';

/** Vitest runs a project's global set-up only if one of its files is run: unit tests alone start no server. */
export default defineConfig({
  test: {
    // Kafka and PostgreSQL end in order.
    teardownTimeout: 60_000,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          // Properties of a hundred cases take half a second alone, and ten on a machine that does much else.
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'workflows',
          include: ['test/workflows/**/*.test.ts'],
          globalSetup: ['test/time-skipping-server.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts', 'test/commands/**/*.test.ts'],
          globalSetup: ['test/servers.ts'],
          // The files share two cores and one set of servers: one after the other their times are comparable.
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
