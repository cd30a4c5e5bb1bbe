import { RE2JS } from 're2js'

/**
 * An image reference in full, as container runtimes resolve it: `alpine` is
 * `docker.io/library/alpine:latest`. What is no reference stays as it is.
 * https://github.com/distribution/reference
 */
export const normalizeImage = (image: string): string => {
  if (image === '' || /\s/.test(image)) return image
  const slash = image.indexOf('/')
  const first = image.slice(0, Math.max(slash, 0))
  const isRegistry =
    /[.:]/.test(first) || first === 'localhost' || /[A-Z]/.test(first)
  const registry = isRegistry ? first : 'docker.io'
  const path = isRegistry ? image.slice(slash + 1) : image
  const isDockerHub = registry === 'docker.io' || registry === 'index.docker.io'
  const repository =
    isDockerHub && !path.includes('/') ? `library/${path}` : path
  const hasTag = /[:@]/.test(path)
  return `${isDockerHub ? 'docker.io' : registry}/${repository}${hasTag ? '' : ':latest'}`
}

/**
 * The globs of an allow list, which is split at every comma and nowhere
 * trimmed, as by the original; empty: no globs. Throws an Error for a bad one.
 */
export const readAllowedImages = (list: string): string[] => {
  const globs = list === '' ? [] : list.split(',')
  for (const glob of globs) regexOf(glob)
  return globs
}

/**
 * Whether an image's text or its full reference matches one of the globs; no
 * globs, or one that is `*`, allow all. In a glob `*` and `?` match any
 * characters, `[ab]`, `[a-c]`, `[!a]` one of a set, `{…}` groups, and `\`
 * takes the next character literally.
 */
export const isImageAllowed = (
  globs: readonly string[],
  image: string,
): boolean => {
  if (globs.length === 0 || globs.includes('*')) return true
  const full = normalizeImage(image)
  return globs.some((glob) => {
    const pattern = RE2JS.compile(regexOf(glob), RE2JS.DOTALL)
    return pattern.matches(image) || pattern.matches(full)
  })
}

const literal = (text: string): string =>
  Array.from(text, (char) => `\\x{${char.codePointAt(0)?.toString(16)}}`).join(
    '',
  )

/** `[…]` of a glob with what follows it, and the class that it means. */
const TOKEN =
  /\[(?:(!)|(?!!))(?:(.)-(.)\]|(?!.-)((?:\\.|[^\]\\])+)\])|\\(.)|(\*+)|([?{}])|([^\\[?*{}]+|\\$)/suy

const regexOf = (glob: string): string => {
  const token = new RegExp(TOKEN)
  let regex = ''
  let depth = 0
  while (token.lastIndex < glob.length) {
    const match = token.exec(glob)
    if (!match) throw badGlob(glob, 'a `[` without a proper end')
    const [, not, low, high, chars, escaped, stars, special, text] = match
    if (low !== undefined && high !== undefined) {
      if (high < low) throw badGlob(glob, `\`${low}-${high}\` is no range`)
      regex += `[${not ? '^' : ''}${literal(low)}-${literal(high)}]`
    } else if (chars !== undefined)
      regex += `[${not ? '^' : ''}${literal(chars.replace(/\\(.)/gsu, '$1'))}]`
    else if (escaped !== undefined) regex += literal(escaped)
    else if (stars !== undefined) regex += '.*'
    else if (special === '?') regex += '.'
    else if (special === '{') {
      depth += 1
      regex += '(?:'
    } else if (special === '}') {
      regex += depth > 0 ? ')' : literal('}')
      depth = Math.max(0, depth - 1)
    } else regex += text === '\\' ? '' : literal(text ?? '')
  }
  return regex + ')'.repeat(depth)
}

const badGlob = (glob: string, why: string): Error =>
  new Error(`\`${glob}\` is no glob: ${why}`)
