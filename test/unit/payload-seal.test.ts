// What is sealed can be opened with its key and for its purpose, and with nothing else; keys are read as they are written.
import { randomBytes } from 'node:crypto';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { seal, unseal } from '../../connections/encryption/seal.ts';
import { masterKeys } from '../../settings/master-keys.ts';

const key = Buffer.alloc(32, 7);

test('any content comes back, no two seals are alike, and a changed bit, another key or another purpose is noticed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.string(), fc.nat(), (content, purpose, position) => {
      const sealed = seal(key, content, purpose);
      expect(new Uint8Array(unseal(key, sealed, purpose))).toEqual(content);
      expect(seal(key, content, purpose).equals(sealed)).toBe(false);
      const changed = Buffer.from(sealed);
      changed[position % changed.length] = (changed[position % changed.length] ?? 0) ^ 1;
      expect(() => unseal(key, changed, purpose)).toThrow();
      expect(() => unseal(Buffer.alloc(32, 8), sealed, purpose)).toThrow();
      expect(() => unseal(key, sealed, `${purpose}x`)).toThrow();
      expect(() => unseal(key, sealed.subarray(0, -1), purpose)).toThrow();
    }),
  );
});

test('master keys: the first is the current one; a key that is too short, has no name, or a name twice is refused', () => {
  const [first, second] = [randomBytes(32), randomBytes(32)];
  const text = `2027-01:${first.toString('base64')}, 2026-01:${second.toString('base64url')}`;
  expect(masterKeys.parse(text)).toEqual([
    { id: '2027-01', key: first },
    { id: '2026-01', key: second },
  ]);
  for (const wrong of [
    first.toString('base64'),
    `short:${first.subarray(1).toString('base64')}`,
    `a:${first.toString('base64')},a:${second.toString('base64')}`,
    `a:${first.toString('base64')},`,
  ])
    expect(masterKeys.safeParse(wrong).success).toBe(false);
});
