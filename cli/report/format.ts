export const formats = ['table', 'csv', 'json'] as const;
export type Format = (typeof formats)[number];
