import { pathOf, stepOfPage } from './funnel.ts';
import type { ShopEvent } from './shop-event.ts';

/**
 * What says that a form of the checkout did not pass. Producers spell it in their own way; these are the spellings that are
 * understood, compared without regard to case. What says neither is left open: `null`.
 */

export type SubmissionOutcome = 'failed' | 'passed';

/** A flag of its own: `success: false`. */
const flags = ['success', 'succeeded', 'ok', 'valid'];

/** A word, or an HTTP status, under one of these names: `status: "declined"`, `status_code: 402`. */
const statuses = ['status', 'status_code', 'result', 'outcome'];
const failedWords: ReadonlySet<string> = new Set([
  'error',
  'failed',
  'failure',
  'declined',
  'rejected',
  'refused',
  'invalid',
  'timeout',
  'false',
]);
const passedWords: ReadonlySet<string> = new Set([
  'ok',
  'success',
  'successful',
  'succeeded',
  'passed',
  'accepted',
  'approved',
  'valid',
  'true',
]);

/** Something that only a failure has; nothing is said by `null`, `false`, `0` or what is empty. */
const errors = ['error', 'errors', 'error_code', 'error_message', 'error_type', 'decline_code'];

const formNames = ['form_name', 'form_id', 'form'];
const mostFormCharacters = 64;

export const isCheckoutPage = (page: string | null): boolean => {
  const path = pathOf(page);
  return path !== null && stepOfPage(path) === 'checkout';
};

export const isCheckoutSubmission = ({ action, page }: Pick<ShopEvent, 'action' | 'page'>): boolean =>
  action === 'form_submit' && isCheckoutPage(page);

/** A failure outweighs a success: `{success: true, error: "card_declined"}` failed. */
export function submissionOutcome(properties: ShopEvent['properties']): SubmissionOutcome | null {
  const said = [
    ...flags.map((name) => outcomeOfFlag(properties[name])),
    ...statuses.map((name) => outcomeOfStatus(properties[name])),
    ...errors.map((name) => (isSomething(properties[name]) ? 'failed' : null)),
  ];
  if (said.includes('failed')) return 'failed';
  return said.includes('passed') ? 'passed' : null;
}

/** Which form of the page it was, where the producer says: a page may have several, each submitted once. */
export function formOf(properties: ShopEvent['properties']): string | null {
  const name = formNames.map((field) => properties[field]).find((value) => typeof value === 'string');
  return typeof name === 'string' && name !== '' ? name.slice(0, mostFormCharacters) : null;
}

function outcomeOfFlag(value: unknown): SubmissionOutcome | null {
  if (typeof value === 'boolean') return value ? 'passed' : 'failed';
  return typeof value === 'string' ? outcomeOfStatus(value) : null;
}

function outcomeOfStatus(value: unknown): SubmissionOutcome | null {
  if (typeof value === 'number') {
    if (value >= 400 && value < 600) return 'failed';
    return value >= 200 && value < 300 ? 'passed' : null;
  }
  if (typeof value !== 'string') return null;
  const word = value.trim().toLowerCase();
  if (failedWords.has(word)) return 'failed';
  return passedWords.has(word) ? 'passed' : null;
}

function isSomething(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === 0) return false;
  if (typeof value === 'string') return value.trim() !== '';
  return typeof value === 'object' ? Object.keys(value).length > 0 : true;
}
