const v2Text = 'a text is accepted for cmd in v2, too'
const seedList = 'a list is accepted for cmd in the first dialect, too'
const variable = '$NAME of a declared variable is put in (first dialect)'
const shell = 'cmd is split as a shell does, not at every single blank'
const noVersion = 'without apiVersion a file is of the first dialect'
const v1 = 'apiVersion v1 is supported beside v2'

/**
 * Rows of the corpus on which we differ from the original, with the reason.
 * Each reason is in `config/README.md`.
 */
export const differences: ReadonlyMap<string, string> = new Map([
  ['jes-pkg-config-config-test-go-14', variable],
  ['jes-readme-9', variable],
  ['made-v0-cmd', variable],
  ['agardnerit-keptninfracost2-service1-2', v2Text],
  ['orkestra-readme', v2Text],
  ['made-cmd-string-v2', v2Text],
  ['parse_snippets-134', v2Text],
  ['made-v0-cmd-list', seedList],
  ['parse_snippets_v0-009', seedList],
  ['parse_snippets_v0-003', shell],
  ['parse_snippets_v0-016', shell],
  ['parse_snippets_v1-056', noVersion],
  ['parse_snippets-161', noVersion],
  ['parse_snippets-170', noVersion],
  ['parse_snippets-171', noVersion],
  ['parse_snippets-172', noVersion],
  ['parse_snippets-177', noVersion],
  ['parse_snippets-182', noVersion],
  ['parse_snippets-159', v1],
  ['parse_snippets-220', v1],
])
