import { remembered } from '../remembered.ts'

/**
 * Kubernetes' quantities.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
const FORM =
  /^([+-]?)(\d+\.?\d*|\.\d+)(?:([KMGTPE]i)|([numkMGTPE])|[eE]([+-]?\d+))?$/

const BINARY = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']
const DECIMAL: Record<string, number> = {
  n: -9,
  u: -6,
  m: -3,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
}

/** Its value, or `undefined` when it is none. */
export const parseQuantity = remembered((text): number | undefined => {
  const parts = FORM.exec(text)
  if (!parts) return undefined
  const [, sign, digits = '', binary, decimal, exponent] = parts
  const number = Number(digits) * (sign === '-' ? -1 : 1)
  if (binary) return number * 1024 ** (BINARY.indexOf(binary) + 1)
  return number * 10 ** (decimal ? DECIMAL[decimal]! : Number(exponent ?? 0))
})
