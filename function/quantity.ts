/** Why a text is no quantity, in the words of Kubernetes. */
export class QuantityError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'QuantityError'
  }
}

const FORM = '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'
const PARTS = /^([+-]?)0*(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[+-]?\d*)$/
const MAX_LENGTH = 1000
const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E']
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']
/** Kubernetes knows nothing smaller than 10^-9. */
const NANO = -9
const INT64_MAX = 2n ** 63n - 1n

type Format = 'decimal' | 'exponent' | 'binary'

/** A number as `mantissa * 10^scale`, never negative. */
interface Amount {
  mantissa: bigint
  scale: number
}

interface Suffix {
  format: Format
  /** Of 2 in the format `binary`, else of 10. */
  power: number
}

const readSuffix = (text: string): Suffix => {
  const decimal = DECIMAL.indexOf(text)
  if (decimal >= 0) return { format: 'decimal', power: 3 * decimal + NANO }
  const binary = BINARY.indexOf(text)
  if (binary > 0) return { format: 'binary', power: 10 * binary }
  const power = /^[eE]([+-]?\d{1,9})$/.exec(text)?.[1]
  if (power === undefined)
    throw new QuantityError("unable to parse quantity's suffix")
  return { format: 'exponent', power: Number(power) }
}

/** Whether Kubernetes reads the number as a 64 bit integer with a scale. */
const isShort = (
  whole: string,
  fraction: string,
  { format, power }: Suffix,
): boolean =>
  format === 'binary'
    ? fraction === '' && whole.length <= 14 - Math.trunc((power * 3) / 10)
    : whole.length + fraction.length <= 18 && power - fraction.length >= NANO

/**
 * Whether Kubernetes takes a short number for canonical and keeps it as
 * written, without looking closer (so `1.`, `+1` and `1E3` stay).
 */
const looksCanonical = (
  whole: string,
  fraction: string,
  { format, power }: Suffix,
): boolean => {
  if (format === 'binary') return BigInt(whole) % 8n !== 0n
  const digits = whole + fraction
  return (
    (power - fraction.length) % 3 === 0 &&
    !digits.endsWith('000') &&
    !digits.startsWith('0')
  )
}

const readAmount = (
  mantissa: bigint,
  fraction: string,
  { format, power }: Suffix,
): Amount => {
  const scale = -fraction.length
  if (format !== 'binary') return { mantissa, scale: power + scale }
  const amount = { mantissa: mantissa * 2n ** BigInt(power), scale }
  const isTooBig = amount.mantissa > INT64_MAX * 10n ** BigInt(-scale)
  return isTooBig ? { mantissa: INT64_MAX, scale: 0 } : amount
}

/** Rounds up what is smaller than 10^-9. */
const roundToNano = ({ mantissa, scale }: Amount): Amount => {
  const excess = NANO - scale
  if (excess <= 0) return { mantissa, scale }
  if (excess > MAX_LENGTH * 2) return { mantissa: 1n, scale: NANO }
  const divisor = 10n ** BigInt(excess)
  return { mantissa: (mantissa + divisor - 1n) / divisor, scale: NANO }
}

/** The value when it is a whole number. */
const wholeValue = ({ mantissa, scale }: Amount): bigint | undefined => {
  if (scale >= 0) return mantissa * 10n ** BigInt(scale)
  const divisor = 10n ** BigInt(-scale)
  return mantissa % divisor === 0n ? mantissa / divisor : undefined
}

const writeDecimal = (amount: Amount, format: Format): string => {
  const digits = amount.mantissa.toString()
  const significant = digits.replace(/0+$/, '')
  const power = amount.scale + digits.length - significant.length
  const shift = ((power % 3) + 3) % 3
  const thousands = power - shift
  const suffix = format === 'exponent' ? undefined : DECIMAL[thousands / 3 + 3]
  return (
    significant +
    '0'.repeat(shift) +
    (suffix ?? (thousands === 0 ? '' : `e${thousands}`))
  )
}

const writeBinary = (value: bigint): string => {
  let rest = value
  let power = 0
  while (rest % 1024n === 0n) {
    rest /= 1024n
    power += 1
  }
  return `${rest}${BINARY[power]}`
}

const write = (amount: Amount, format: Format): string => {
  if (format !== 'binary') return writeDecimal(amount, format)
  const value = wholeValue(amount)
  return value === undefined || value < 1024n
    ? writeDecimal(amount, 'decimal')
    : writeBinary(value)
}

/**
 * A Kubernetes quantity as the API server gives it back: `1024Mi` is `1Gi`,
 * `0.5` is `500m`. Throws `QuantityError`.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export const canonicalQuantity = (text: string): string => {
  const parts = text.length > MAX_LENGTH ? null : PARTS.exec(text)
  if (!parts || text === '')
    throw new QuantityError(
      `quantities must match the regular expression '${FORM}'`,
    )
  const [, sign, digits, fraction = '', suffixText = ''] = parts
  const whole = digits || '0'
  const suffix = readSuffix(suffixText)
  const short = isShort(whole, fraction, suffix)
  if (!/\d/.test(text.slice(0, text.length - suffixText.length)) && !short)
    throw new QuantityError('unable to parse numeric part of quantity')
  const mantissa = BigInt(whole + fraction)
  if (mantissa === 0n) return '0'
  if (short && looksCanonical(whole, fraction, suffix)) return text
  const amount = roundToNano(readAmount(mantissa, fraction, suffix))
  return (sign === '-' ? '-' : '') + write(amount, suffix.format)
}
