import { z } from 'zod';

/** Who may ask the codec server. */
export interface CodecToken {
  /** As the audit log names its holder. */
  readonly name: string;
  readonly token: string;
}

const entry = /^([\w.@-]{1,64}):([\x21-\x2b\x2d-\x7e]{16,})$/;

/** `name:token` for each person, separated by commas, so that the logs can tell who decoded what. */
export const codecTokens = z
  .string()
  .optional()
  .transform((text, context): readonly CodecToken[] | undefined => {
    if (text === undefined) return undefined;
    const tokens = text.split(',').map((part): CodecToken => {
      const [, name = '', token = ''] = entry.exec(part.trim()) ?? [];
      return { name, token };
    });
    const distinct = (values: readonly string[]) => new Set(values).size === values.length;
    const isRight =
      tokens.every(({ name }) => name !== '') &&
      distinct(tokens.map(({ name }) => name)) &&
      distinct(tokens.map(({ token }) => token));
    if (isRight) return tokens;
    context.addIssue({
      code: 'custom',
      message:
        'expected name:token, each token at least 16 characters; one for each person, separated by commas',
    });
    return z.NEVER;
  });
