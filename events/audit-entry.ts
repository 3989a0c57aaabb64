/** What the audit log tells of. An area of its own for each part of the system that writes to it. */
export type AuditAction =
  | `erasure.${'requested' | 'completed' | 'repeated' | 'lifted'}`
  | `export.written`
  | `rule.${string}`
  | `payload.decoded`
  | `master-key.${'rotation-begun' | 'rotated'}`
  | `dead-letters.${string}`;

/** Nothing personal: the log outlives every erasure. The database refuses an entry with a pseudonym in it. */
export interface AuditEntry {
  /** Who asked for it: an operator's name, or that of a process. */
  readonly actor: string;
  readonly action: AuditAction;
  /** A receipt's number, the name of a rule or a master key, or of a person's data `subjectReference(pseudonym)`. */
  readonly subject: string;
  readonly details?: Readonly<Record<string, unknown>>;
  /** The same operation, told again after a crash, is one entry. Without it every call is one. */
  readonly operationId?: string;
}
