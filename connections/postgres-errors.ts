const codeOf = (error: unknown): string | null => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : null;
};

const brokenConnection = /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOST|ENET)/;
/**
 * Classes of appendix A of the PostgreSQL manual: 08 connection, 40 rollback, 53 resources, 55 object state, 57 operator,
 * 58 system; and 25006, as a server that was made a standby takes no writes until somebody points us to the new one.
 */
const unavailable = /^(08|40|53|55|57|58|25006)/;
/** Class 22 data exception, 23 integrity constraint, 54 a value over a limit (a row too large for an index page). */
const refusedValue = /^(22|23|54)/;
const uniqueViolation = '23505';
const queryCanceled = '57014';
const schemaMissing = /^(42P01|42703)$/;

/** What to try again, as the fault lies with the connection or the server's state and not with the statement. */
export function isDatabaseUnavailable(error: unknown): boolean {
  const code = codeOf(error);
  if (code === null) return /terminated|timeout|Connection(?!s)/i.test((error as Error).message);
  return brokenConnection.test(code) || unavailable.test(code);
}

/** True for a value that PostgreSQL refuses: sending the same row again can never help. */
export const isRefusedValue = (error: unknown): boolean => refusedValue.test(codeOf(error) ?? '');

/** True where a statement met a key that is there already. */
export const isDuplicate = (error: unknown): boolean => codeOf(error) === uniqueViolation;

/** A table or column that the statement names is not there. */
export const isSchemaMissing = (error: unknown): boolean => schemaMissing.test(codeOf(error) ?? '');

/** True where a statement ran into its time limit: half of its work might be done in time. */
export const isStatementTooLong = (error: unknown): boolean => codeOf(error) === queryCanceled;
