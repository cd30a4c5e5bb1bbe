const SHELL =
  /(^|\/)(sh|ash|bash|dash|zsh|ksh|mksh|fish|csh|tcsh|pwsh|powershell)$/

export const isShell = (word: string): boolean => SHELL.test(word)

/**
 * The places of the words that a shell reads as its script: the one that
 * belongs to its option `-c`. The shell may stand behind others, as in `env`,
 * `timeout` or `busybox`, or be the one that `su` starts.
 */
export const shellScripts = (words: readonly string[]): Set<number> =>
  new Set(
    words.flatMap((word, at) => {
      if (PWSH.test(word)) return allBehind(words, at)
      if (SU.test(word)) return scriptOf(words, at, true)
      return isShell(word) ? scriptOf(words, at, false) : []
    }),
  )

/** Its script is all that follows `-c`. */
const PWSH = /(^|\/)(pwsh|powershell)$/
/** Its options may stand behind the user: `su user -c 'echo hi'`. */
const SU = /(^|\/)(su|runuser)$/

const allBehind = (words: readonly string[], shell: number): number[] => {
  const option = words.findIndex((word, at) => at > shell && /^-c/i.test(word))
  return option < 0 ? [] : [...words.keys()].slice(option + 1)
}

/** `operands`: whether there may be some in front of `-c`. */
const scriptOf = (
  words: readonly string[],
  shell: number,
  operands: boolean,
): number[] => {
  let found = false
  for (let at = shell + 1; at < words.length; at += 1) {
    const word = words[at]!
    if (/^--command=/.test(word)) return [at]
    found ||= COMMAND_OPTION.test(word)
    if (WITH_ARGUMENT.test(word) || (operands && word === '-s')) at += 1
    else if (/^[-+]/.test(word)) continue
    else if (found) return [at]
    else if (!operands) return []
  }
  return []
}

/** `-c`, also among others: `-ec`. */
const COMMAND_OPTION = /^(-[a-z]*c[a-z]*|--command)$/i
/** `bash -euo pipefail -c 'a | b'`. */
const WITH_ARGUMENT = /^([-+][a-z]*o|--rcfile|--init-file|--shell)$/i
