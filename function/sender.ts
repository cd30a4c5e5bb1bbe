import type { Answer } from './answers.ts'
import type { ReadJson } from './cluster/api-reader.ts'
import { isListed } from './is-listed.ts'
import type { Settings } from './settings.ts'

/** The route of the job watch. */
export const CALLBACKS = '/callbacks/job'

/**
 * Judges the sender of a request by its `Authorization` header and the route;
 * `undefined`: go on. Rejects with a `ClusterError` when it cannot be judged.
 */
export type CheckSender = (
  authorization: string | undefined,
  route: string,
) => Promise<Answer | undefined>

/** Tokens of service accounts have one or two thousand characters. */
const LONGEST = 8_192
const BEARER = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i

/**
 * Every sender must show a token for the function's audience, as Knative's
 * sources and Triggers do, and be on the list. What verifies tokens is loaded
 * here, as few need it.
 * https://knative.dev/docs/eventing/features/sender-identity/
 */
export const senderCheck = (args: {
  audience: string
  /** Whether that subject may post to that route. */
  mayPost: (subject: string, route: string) => boolean
  read: ReadJson
  now: () => number
}): CheckSender => {
  const { audience, read, now } = args
  const verifying = import('./token-verifier.ts').then(({ tokenVerifier }) =>
    tokenVerifier({ audience, read, now }),
  )
  verifying.catch(() => undefined)
  return async (authorization, route) => {
    if (authorization === undefined) return invalid('no token was sent')
    const token =
      authorization.length <= LONGEST && BEARER.exec(authorization)?.[1]
    if (!token) return invalid('Authorization is not `Bearer` with a token')
    const verify = await verifying
    const verified = await verify(token)
    if ('invalid' in verified) return invalid(verified.invalid)
    const { subject } = verified
    if (args.mayPost(subject, route)) return undefined
    return {
      status: 403,
      reason: `${subject} may not post here: see ALLOWED_SENDERS`,
    }
  }
}

const invalid = (why: string): Answer => ({
  status: 401,
  reason: `a token of a service account for the function's audience is needed: ${why}`,
})

/**
 * Who may post what: the listed everything, the job watch its callbacks. A `*`
 * at the end of an entry stands for anything, as in Knative's EventPolicy, but
 * not for the accounts of the job watch and of tasks.
 */
export const mayPost = ({
  sender,
  jobNamespace,
  jobWatch,
  jobDefaults,
}: Pick<Settings, 'sender' | 'jobNamespace' | 'jobWatch'> & {
  jobDefaults: Pick<Settings['jobDefaults'], 'serviceAccount'>
}) => {
  const subjectOf = (account: string) =>
    `system:serviceaccount:${jobNamespace}:${account}`
  const watch = subjectOf(jobWatch.serviceAccount)
  const own = [watch, subjectOf(jobDefaults.serviceAccount)]
  const listed = sender?.subjects ?? []
  return (subject: string, route: string): boolean =>
    (route === CALLBACKS && subject === watch) ||
    (own.includes(subject)
      ? listed.includes(subject)
      : isListed(listed, subject))
}
