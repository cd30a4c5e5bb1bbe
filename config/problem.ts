/** Something wrong with what a user wrote, told so that it can be mended. */
export interface Problem {
  /** Stable, for machines: `yaml-syntax`, `unknown-key`, `type`, … */
  code: string
  /** One sentence: what is wrong, what was expected, what to do. */
  message: string
  /** 1-based line in the file, where known. */
  line?: number
  /** Path of the key, like `actions[0].tasks[1].cmd`. */
  path?: string
}
