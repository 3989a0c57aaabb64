import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/**
 * AES-256-GCM under a random nonce: nonce, tag, ciphertext. It can only be opened with the same `boundTo`, so that what is
 * sealed for one purpose cannot be put in the place of another. NIST SP 800-38D allows 2^32 random nonces a key.
 */
export function seal(key: Buffer, content: Uint8Array, boundTo: string): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(boundTo));
  const encrypted = cipher.update(content);
  const rest = cipher.final();
  return Buffer.concat([nonce, cipher.getAuthTag(), encrypted, rest]);
}

/** Throws when the key is another, or anything was changed. */
export function unseal(key: Buffer, sealed: Uint8Array, boundTo: string): Buffer {
  if (sealed.length < nonceBytes + tagBytes) throw new Error('too short to have been sealed');
  const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, nonceBytes))
    .setAAD(Buffer.from(boundTo))
    .setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
  return Buffer.concat([decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()]);
}
