import { JOSEError, JWKSInvalid } from 'jose/errors'
import { createRemoteJWKSet, customFetch } from 'jose/jwks/remote'
import { jwtVerify } from 'jose/jwt/verify'
import { ClusterError } from './cluster/cluster.ts'
import type { ReadJson } from './cluster/api-reader.ts'
import { isObject } from './json.ts'

/** Whose token it is, or why it is none. */
export type Verified = { subject: string } | { invalid: string }

/** Rejects with a `ClusterError` when the issuer's keys cannot be read. */
export type VerifyToken = (token: string) => Promise<Verified>

/** What API servers sign with; never `none`, nor a shared secret. */
const ALGORITHMS = ['RS256', 'ES256', 'ES384', 'ES512']

/** How far apart the clocks of two machines may be. Seconds. */
const SLACK = 30

/** An unknown key makes the keys be read again, at most once in that time. */
const COOLDOWN_MS = 60_000
const KEYS_AGE_MS = 3_600_000

const DISCOVERY = '/.well-known/openid-configuration'
/**
 * Where an API server has its keys; where the discovery document says so may
 * be out of reach for a pod.
 */
const KEYS = '/openid/v1/jwks'

/**
 * Verifies tokens of service accounts: signed by the API server's issuer, for
 * `audience`, of now. Issuer and keys are read when the first token comes.
 * `now`: milliseconds since the epoch.
 * https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#service-account-issuer-discovery
 */
export const tokenVerifier = (args: {
  audience: string
  read: ReadJson
  now: () => number
  cooldownMs?: number
}): VerifyToken => {
  const { audience, read, now } = args
  const keys = createRemoteJWKSet(new URL(KEYS, 'https://kubernetes'), {
    cooldownDuration: args.cooldownMs ?? COOLDOWN_MS,
    cacheMaxAge: KEYS_AGE_MS,
    [customFetch]: async () => Response.json(await read(KEYS)),
  })
  const issuer = readOnce(() => readIssuer(read))
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer: await issuer(),
        audience,
        algorithms: ALGORITHMS,
        requiredClaims: ['exp'],
        clockTolerance: SLACK,
        currentDate: new Date(now()),
      })
      const subject: unknown = payload.sub
      return typeof subject === 'string' && subject !== ''
        ? { subject }
        : { invalid: 'the subject is no text' }
    } catch (error) {
      if (error instanceof JWKSInvalid)
        throw new ClusterError('Unavailable', `${KEYS}: ${error.message}`)
      if (error instanceof JOSEError) return { invalid: error.message }
      throw error
    }
  }
}

const readIssuer = async (read: ReadJson): Promise<string> => {
  const document = await read(DISCOVERY)
  const issuer = isObject(document) ? document['issuer'] : undefined
  if (typeof issuer === 'string' && issuer !== '') return issuer
  throw new ClusterError('Unavailable', `${DISCOVERY} names no issuer`)
}

/** Keeps what was read; what failed is read again when asked again. */
const readOnce = <T>(read: () => Promise<T>): (() => Promise<T>) => {
  let value: Promise<T> | undefined
  return () => {
    value ??= read().catch((error: unknown) => {
      value = undefined
      throw error
    })
    return value
  }
}
