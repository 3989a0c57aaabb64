import { cleanPage, cleanReferrer } from '../parse/clean-location.ts';
import { cleanProperties, maskOf } from '../parse/clean-properties.ts';

const masked = ':masked';
const ids = ['user_id', 'session_id'] as const;
const locations: Readonly<Record<string, (location: string) => string>> = {
  page: cleanPage,
  referrer: cleanReferrer,
};

/**
 * A raw event as it may be shown: its ids hidden, also where they are repeated; fields that name a person left out; queries
 * and mail addresses cut, as in the record. `null` for what is no JSON object: nobody knows what stands in that.
 */
export function maskedBody(value: Buffer | null): Readonly<Record<string, unknown>> | null {
  const json = objectOf(value);
  if (json === null) return null;
  const hidden = Object.entries(json).map(([name, content]): [string, unknown] => {
    const clean = Object.hasOwn(locations, name) ? locations[name] : undefined;
    return [name, clean && typeof content === 'string' ? clean(content) : content];
  });
  const mask = maskOf(...ids.map((name) => json[name]), json['ip_address']);
  // One level down, as on the first the record's own fields are not properties.
  const body = cleanProperties({ event: Object.fromEntries(hidden) }, mask)?.['event'];
  if (body === undefined) return null;
  return {
    ...(body as object),
    ...Object.fromEntries(
      ids.filter((name) => json[name] != null).map((name) => [name, maskedAs(json[name])]),
    ),
  };
}

/** What a producer did wrong may be the type. */
const maskedAs = (id: unknown): string =>
  typeof id === 'string' ? masked : `${masked} (${Array.isArray(id) ? 'array' : typeof id})`;

function objectOf(value: Buffer | null): Readonly<Record<string, unknown>> | null {
  try {
    const json: unknown = JSON.parse(value?.toString('utf8') ?? 'null');
    return typeof json === 'object' && json !== null && !Array.isArray(json)
      ? (json as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
