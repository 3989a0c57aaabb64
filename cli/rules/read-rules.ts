import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

import { isMap, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import { z } from 'zod';

import type { RuleDefinition } from '../../events/alert-rule.ts';
import { problemsOf } from '../../events/rule-check.ts';
import { SetupError } from '../../stack/setup-error.ts';
import { definitionOf, ruleSchema } from './rule-schema.ts';

const longestFile = 1_000_000;
export const mostRules = 1_000;

const fileSchema = z.strictObject(
  { rules: z.record(z.string(), z.unknown(), 'expected rules, each under its name') },
  'expected rules:, and below it each rule under its name',
);

/** Reads the rules of a file. Throws a `SetupError` with one line for each problem: its place, the rule and the field. */
export async function readRulesFile(path: string): Promise<RuleDefinition[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    throw new SetupError(`The rules could not be read from ${path} (${code ?? 'unknown error'}).`);
  });
  return parseRules(text, basename(path));
}

export function parseRules(text: string, fileName: string): RuleDefinition[] {
  if (text.length > longestFile) throw new SetupError(`${fileName} is longer than a file of rules can be.`);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problems: Problem[] = document.errors.map(({ pos: [at], message }) => ({
    line: lines.linePos(at).line,
    sentence: message,
  }));
  const definitions = problems.length > 0 ? [] : definitionsOf(document, lines, problems);
  if (problems.length > 0) {
    const sentences = problems
      .sort((one, other) => one.line - other.line)
      .map(({ line, sentence }) => `${fileName}:${line}: ${sentence}`);
    throw new SetupError(sentences.join('\n'));
  }
  return definitions;
}

interface Problem {
  readonly line: number;
  readonly sentence: string;
}

function definitionsOf(document: Document, lines: LineCounter, problems: Problem[]): RuleDefinition[] {
  const report = (path: readonly PropertyKey[], message: string): void => {
    const [, ...named] = path;
    const sentence = named.length === 0 ? message : `${named.map(String).join('.')}: ${message}`;
    problems.push({ line: lineOf(document, lines, path), sentence });
  };
  const file = fileSchema.safeParse(contentOf(document));
  if (!file.success) {
    for (const { path, message } of file.error.issues) report(path, message);
    return [];
  }
  const entries = Object.entries(file.data.rules);
  if (entries.length > mostRules) report(['rules'], `expected at most ${mostRules} rules`);
  return entries.flatMap(([name, content]) => {
    const rule = ruleSchema.safeParse(content);
    if (!rule.success) {
      for (const issue of rule.error.issues) {
        const { path, message } = issue;
        if (issue.code === 'unrecognized_keys')
          for (const key of issue.keys) report(['rules', name, key], 'there is no such field');
        else report(['rules', name, ...path], path.length === 0 ? 'expected the fields of a rule' : message);
      }
      return [];
    }
    const definition = definitionOf(name, rule.data);
    for (const { field, problem } of problemsOf(definition))
      report(['rules', name, ...(field === 'name' ? [] : [field])], problem);
    return [definition];
  });
}

/** Aliases that unfold to more than any file of rules holds are refused by the library. */
function contentOf(document: Document): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new SetupError(`The rules cannot be read: ${(error as Error).message}.`);
  }
}

/** Where the path's last known part stands: the key of a field that is there, else the rule that lacks it. */
function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  let node = document.contents;
  let at = 0;
  for (const part of path) {
    if (!isMap(node)) break;
    const pair = node.items.find(({ key }) => isScalar(key) && key.value === part);
    if (!pair) break;
    at = (isScalar(pair.key) ? pair.key.range?.[0] : undefined) ?? at;
    node = pair.value as typeof node;
  }
  return lines.linePos(at).line;
}
