import type { Problem } from '../../config/problem.ts'
import { harmless } from '../harmless.ts'

/**
 * `FILE:LINE: LABEL: MESSAGE (CODE at PATH)`, as editors and CI read it.
 * `label` (`error`, `warning`) may be coloured.
 */
export const problemText = (
  file: string,
  label: string,
  { code, message, line, path }: Problem,
): string =>
  `${harmless(file)}${line === undefined ? '' : `:${line}`}: ${label}: ` +
  `${harmless(message)} (${code}${path ? ` at ${harmless(path)}` : ''})`
