const SHELL = /(^|\/)(sh|ash|bash|dash|zsh|ksh|mksh|fish|csh|tcsh|pwsh)$/

export const isShell = (word: string): boolean => SHELL.test(word)

/**
 * The places of the words that a shell reads as its script: the one that
 * belongs to its option `-c`, and the options in between. The shell may stand
 * behind others, as in `env`, `timeout` or `busybox`. `-c` of another program
 * that stands behind a shell counts as well: rather one too many.
 */
export const shellScripts = (words: readonly string[]): Set<number> => {
  const shell = words.findIndex(isShell)
  const pwsh = words.some((word) => PWSH.test(word))
  const places = new Set<number>()
  let [wanted, all] = [false, false]
  for (const [at, word] of words.entries()) {
    if (shell < 0 || at <= shell) continue
    if (wanted) places.add(at)
    all ||= pwsh && /^-c/i.test(word)
    if (all || COMMAND_OPTION.test(word)) wanted = true
    else if (!OPTION.test(word) && !SET_OPTION.test(words[at - 1] ?? ''))
      wanted = false
  }
  return places
}

/** Its script is all that follows. */
const PWSH = /(^|\/)pwsh$/
const OPTION = /^[-+]/
/** `-c`, also among others: `-ec`. */
const COMMAND_OPTION = /^-[a-z]*c[a-z]*$/i
/** `-o`, which has an argument: `bash -c -o pipefail 'a | b'`. */
const SET_OPTION = /^[-+][a-z]*o[a-z]*$/i
