import type { TestProject } from 'vitest/node';

import { findTestServer } from '../stack/temporal-test-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The executable of the time-skipping test server. */
    testServerPath: string;
  }
}

/** Finds or fetches the time-skipping test server, once for the whole run. */
export async function setup(project: TestProject): Promise<void> {
  const report = (message: string): void =>
    void process.stderr.write(`time-skipping test server: ${message}\n`);
  const { executablePath } = await findTestServer({ report });
  project.provide('testServerPath', executablePath);
}
