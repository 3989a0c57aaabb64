import { z } from 'zod';

/** What a bridge does with the events: write them into the record, or bring them to their users' journeys. */
export const laneNames = ['record', 'journey'] as const;

export type LaneName = (typeof laneNames)[number];

const isLaneName = (name: string): name is LaneName => laneNames.some((known) => known === name);

/** The lanes of one bridge, comma-separated: at least one, each once. */
export const bridgeLanes = z
  .string()
  .default('record,journey')
  .transform((list, context): readonly LaneName[] => {
    const names = list.split(',').map((name) => name.trim());
    if (names.every(isLaneName) && new Set(names).size === names.length) return names;
    context.addIssue({ code: 'custom', message: 'expected record, journey or record,journey' });
    return z.NEVER;
  });
