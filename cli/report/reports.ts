import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { distance } from 'fastest-levenshtein';

import { projectRoot, readSql } from '../../connections/sql-file.ts';
import { SetupError } from '../../stack/setup-error.ts';
import { parseReport, type Report } from './report-file.ts';

const ending = '.sql';
/** A name that needs more changes than this is no slip of the fingers. */
const mostChanges = 3;

/** Every report there is, by name. */
export function readReports(): Report[] {
  return readdirSync(join(projectRoot, 'sql', 'reports'))
    .filter((file) => file.endsWith(ending))
    .sort()
    .map((file) => parseReport(file.slice(0, -ending.length), readSql(`reports/${file}`)));
}

/** Throws a `SetupError` with the names that are like it where no report has that name. */
export function chooseReport(reports: readonly Report[], name: string): Report {
  const chosen = reports.find((report) => report.name === name);
  if (chosen) return chosen;
  const names = reports.map((report) => report.name);
  const near = nearest(name, names);
  const hint = near.length > 0 ? `did you mean ${near.join(' or ')}?` : `there are ${names.join(', ')}.`;
  throw new SetupError(`There is no report ${JSON.stringify(name)}: ${hint}`);
}

/** The likeliest first: a slip of the fingers, or one part of the name. */
export function nearest(given: string, names: readonly string[]): string[] {
  const word = given.toLowerCase();
  const isPart = (name: string) => word.length >= 3 && (name.includes(word) || word.includes(name));
  return names
    .map((name) => ({ name, changes: isPart(name) ? 1 : distance(word, name) }))
    .filter(({ changes }) => changes <= mostChanges)
    .sort((one, other) => one.changes - other.changes)
    .map(({ name }) => name);
}
