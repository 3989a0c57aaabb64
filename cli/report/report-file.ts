/** What a parameter's value must look like; a list is of the words it may be. */
export type ParameterKind = 'time' | 'duration' | 'count' | readonly string[];

export interface Parameter {
  readonly name: string;
  readonly kind: ParameterKind;
  readonly meaning: string;
  /** In the words in which a person gives it. */
  readonly byDefault: string;
}

export interface Report {
  readonly name: string;
  /** One line. */
  readonly title: string;
  readonly parameters: readonly Parameter[];
  /** The query, its values as `$1`, `$2` … */
  readonly query: string;
  /** The parameter that each of `$1`, `$2` … stands for. */
  readonly placeholders: readonly string[];
}

const description = /^-- (\w+) \(([^)]+)\): (.+)$/;
const declaration = /^\\if :\{\?(\w+)\} \\set _\1 :\1 \\else \\set _\1 (?:'([^']*)'|(\S+)) \\endif$/;
/** Its results are the times of which the query speaks. The command asks for them itself. */
const headEnd = /^SELECT .* \\gset$/;
const placeholder = /:'_(\w+)'/g;

/**
 * Reads a file of `sql/reports/`. Its head is for psql and for this: a line of comment with the title, then for each parameter
 * a line that describes it and one that sets psql's variable, then the line that makes times of the words for them.
 * Throws where the file is not like that.
 */
export function parseReport(name: string, text: string): Report {
  const lines = text.split('\n');
  const end = lines.findIndex((line) => headEnd.test(line));
  const title = /^-- (.+)$/.exec(lines[0] ?? '')?.[1];
  if (end < 0 || title === undefined)
    throw new Error(`the report ${name} has no title, or no end of its head`);
  const parameters = lines.slice(0, end).flatMap((line, index) => {
    if (!line.startsWith('\\')) return [];
    return [parseParameter(name, lines[index - 1] ?? '', line)];
  });
  const placeholders: string[] = [];
  const query = lines
    .slice(end + 1)
    .join('\n')
    .trim()
    .replace(placeholder, (_, used: string) => {
      if (!parameters.some((parameter) => parameter.name === used))
        throw new Error(`the report ${name} does not declare ${used}`);
      if (!placeholders.includes(used)) placeholders.push(used);
      return `$${placeholders.indexOf(used) + 1}`;
    });
  return { name, title, parameters, query, placeholders };
}

function parseParameter(report: string, described: string, declared: string): Parameter {
  const [, name, kind = '', meaning = ''] = description.exec(described) ?? [];
  const [, declaredName, quoted, plain] = declaration.exec(declared) ?? [];
  const byDefault = quoted ?? plain;
  if (name === undefined || name !== declaredName || byDefault === undefined)
    throw new Error(`the report ${report} has a parameter that cannot be read: ${declared}`);
  return { name, kind: parseKind(report, kind), meaning, byDefault };
}

function parseKind(report: string, kind: string): ParameterKind {
  if (kind === 'time' || kind === 'duration' || kind === 'count') return kind;
  const words = kind.split(/, | or /);
  if (words.length < 2) throw new Error(`the report ${report} has a parameter of an unknown kind: ${kind}`);
  return words;
}
