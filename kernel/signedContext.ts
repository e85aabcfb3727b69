import { createHash } from 'node:crypto';
import { SignJWT, jwtVerify } from 'jose';
import { z } from 'zod';
import { GraphRequest } from './request.ts';
import { viewerSchema } from './viewer.ts';

/** The header the signed context travels in. */
export const contextHeader = 'x-kith-context';

/** How long a signed context is good for: the time of one call, with some drift between two clocks. */
const lifeSeconds = 10;

const claims = z.object({
  viewer: viewerSchema,
  requestId: z.string().min(1).max(100),
  client: z.object({
    address: z.string().nullable(),
    userAgent: z.string().nullable(),
    acceptLanguage: z.string().nullable(),
    acceptEncoding: z.string().nullable(),
    refreshCookie: z.string().nullable(),
  }),
  body: z.string(),
});

/**
 * Signs what a subgraph may believe about a request (a JWT with HS256, RFC 7519). It names the subgraph and the body,
 * so it opens neither another subgraph nor another question.
 */
export async function signContext(secret: Uint8Array, subgraph: string, request: GraphRequest, body: string): Promise<string> {
  return new SignJWT({ viewer: request.viewer, requestId: request.requestId, client: request.client, body: digest(body) })
    .setProtectedHeader({ alg: 'HS256', typ: 'kith-context' })
    .setIssuer('kith-gateway')
    .setAudience(subgraph)
    .setIssuedAt()
    .setExpirationTime(`${lifeSeconds}s`)
    .sign(secret);
}

/** Reads a signed context. Throws when it is missing a piece, too old, altered, or meant for another subgraph or body. */
export async function verifyContext(secret: Uint8Array, subgraph: string, token: string, body: string | Buffer): Promise<GraphRequest> {
  const { payload } = await jwtVerify(token, secret, {
    algorithms: ['HS256'],
    typ: 'kith-context',
    issuer: 'kith-gateway',
    audience: subgraph,
    maxTokenAge: lifeSeconds,
    requiredClaims: ['exp', 'iat'],
    clockTolerance: 2,
  });
  const context = claims.parse(payload);
  if (context.body !== digest(body)) throw new Error('the signed context belongs to another body');
  return new GraphRequest(context);
}

function digest(body: string | Buffer): string {
  return createHash('sha256').update(body).digest('base64url');
}
