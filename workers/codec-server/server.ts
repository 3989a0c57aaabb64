import cookies from '@fastify/cookie';
import cors from '@fastify/cors';
import type { Payload } from '@temporalio/common';
import proto from '@temporalio/proto';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';

import { KeysUnavailableError } from '../../connections/encryption/keys-unavailable-error.ts';
import type { CodecToken } from '../../settings/codec-tokens.ts';
import type { Decoded } from './decode-payloads.ts';
import { logInPage } from './log-in-page.ts';
import { cookieName, cookieOf, holderOf, holderOfCookie } from './tokens.ts';

export interface CodecServerParts {
  readonly tokens: readonly CodecToken[];
  /** The one page that may ask from a browser, such as `http://127.0.0.1:8233`. */
  readonly origin: string;
  readonly decode: (payloads: readonly Payload[]) => Promise<Decoded>;
  /** Awaited before anything decoded leaves. */
  readonly noteDecoded: (who: string, decoded: Decoded) => Promise<void>;
}

const PayloadsMessage = proto.temporal.api.common.v1.Payloads;
const mostBytes = 16 * 1024 * 1024;
const mostPayloads = 5_000;

const decodeBody = {
  type: 'object',
  required: ['payloads'],
  properties: { payloads: { type: 'array', maxItems: mostPayloads, items: { type: 'object' } } },
} as const;

/**
 * The protocol that the Temporal UI and CLI speak: `POST /decode` with payloads, which come back decrypted. Asks for a
 * token, as `Authorization: Bearer …` or by the cookie of a log-in at `/`, and answers browsers of one origin only. It
 * never encrypts: nobody here has anything to write.
 */
export async function createCodecServer(parts: CodecServerParts): Promise<FastifyInstance> {
  const { tokens, origin, decode, noteDecoded } = parts;
  const server = fastify({ bodyLimit: mostBytes });
  await server.register(cookies);
  await server.register(cors, {
    origin,
    credentials: true,
    methods: ['POST'],
    allowedHeaders: ['authorization', 'content-type', 'x-namespace'],
  });
  server.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: 4_096 },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  );
  server.setErrorHandler((error, _request, reply) => {
    if (error instanceof KeysUnavailableError) return reply.code(503).send({ message: error.message });
    const { statusCode = 500 } = error as { statusCode?: number };
    // What failed here is for the log; whoever asks may be anybody.
    return reply
      .code(statusCode)
      .send({ message: statusCode < 500 ? 'the request is wrong' : 'that did not work' });
  });

  server.get('/', async (_request, reply) => reply.type('text/html').send(logInPage()));
  server.post<{ Body: URLSearchParams }>('/log-in', async ({ body }, reply) => {
    const holder = holderOf(tokens, body.get('token') ?? '');
    if (!holder) return reply.code(401).type('text/html').send(logInPage('This token is nobody’s.'));
    const cookie = {
      httpOnly: true,
      sameSite: 'strict',
      secure: origin.startsWith('https:'),
      path: '/',
    } as const;
    const welcome = logInPage(`Logged in as ${holder.name}: the Temporal UI can decode now.`);
    return reply.setCookie(cookieName, cookieOf(holder), cookie).type('text/html').send(welcome);
  });
  server.post<{ Body: { payloads: object[] } }>(
    '/decode',
    { schema: { body: decodeBody } },
    async (request, reply) => {
      const from = request.headers.origin;
      if (from !== undefined && from !== origin)
        return reply.code(403).send({ message: 'this origin may not ask' });
      const holder = holderIn(request, tokens);
      if (!holder) return reply.code(401).send({ message: 'a token is needed, or a log-in at this address' });
      const decoded = await decode(PayloadsMessage.fromObject(request.body).payloads);
      await noteDecoded(holder.name, decoded);
      return PayloadsMessage.toObject(PayloadsMessage.create({ payloads: [...decoded.payloads] }), {
        bytes: String,
      });
    },
  );
  return server;
}

function holderIn(
  { headers, cookies: sent }: FastifyRequest,
  tokens: readonly CodecToken[],
): CodecToken | null {
  const [, bearer] = /^Bearer (\S+)$/i.exec(headers.authorization ?? '') ?? [];
  if (bearer !== undefined) return holderOf(tokens, bearer);
  const cookie = sent[cookieName];
  return cookie === undefined ? null : holderOfCookie(tokens, cookie);
}
