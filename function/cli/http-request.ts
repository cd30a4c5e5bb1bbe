import type { Problem } from '../../config/problem.ts'

/** An HTTP request as a file tells it. */
export interface HttpRequest {
  method: string
  /** As written: absolute, or a path. */
  target: string
  /** Names in lower case; a repeated one is joined with `, `. */
  headers: Record<string, string>
  body: string
}

type Parsed = { request: HttpRequest } | { problem: Problem }

const REQUEST_LINE =
  /^(?:([A-Z]+)\s+)?((?:https?:\/\/|\/)\S*)(?:\s+HTTP\/[\d.]+)?$/
const HEADER = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+)\s*:\s*(.*?)\s*$/

const isComment = (line: string): boolean => /^\s*(#|\/\/)/.test(line)
const isSeparator = (line: string): boolean => /^###/.test(line)

const wrong = (message: string, line: number): Parsed => ({
  problem: { code: 'http-request', message, line },
})

/** The lines of the first request, and the 0-based line where it begins. */
const firstRequest = (lines: string[]): [string[], number] | undefined => {
  const start = lines.findIndex((line) => line.trim() && !isComment(line))
  if (start < 0) return undefined
  const rest = lines.slice(start)
  const end = rest.findIndex(isSeparator)
  return [end < 0 ? rest : rest.slice(0, end), start]
}

const unsupported = (lines: string[], start: number): Parsed | undefined => {
  for (const [index, line] of lines.entries()) {
    const at = start + index + 1
    const variable = /\{\{\s*([^{}]*?)\s*\}\}/.exec(line)
    if (variable)
      return wrong(
        `variables are not supported, but {{${variable[1]}}} is used: ` +
          'write the value in its place',
        at,
      )
    if (/^@[^\s=]+\s*=/.test(line))
      return wrong(
        'variables are not supported: remove the line and write the ' +
          'value where it is used',
        at,
      )
    if (/^<@?\s+\S/.test(line))
      return wrong(
        'a body from another file (<) is not supported: write it here',
        at,
      )
  }
  return undefined
}

/**
 * Reads the first request of an `.http` file, the form that the REST clients
 * of editors send: comments, request line, headers, an empty line, the body,
 * and `###` between requests. Variables and included bodies are refused.
 */
export const parseHttpRequest = (text: string): Parsed => {
  const found = firstRequest(text.split(/\r?\n/))
  if (!found) return wrong('there is no request in it', 1)
  const [lines, start] = found
  const refused = unsupported(lines, start)
  if (refused) return refused

  const line = REQUEST_LINE.exec(lines[0]?.trim() ?? '')
  if (!line)
    return wrong(
      'expected JSON or a request line like `POST http://localhost:8080/`',
      start + 1,
    )
  const headers: Record<string, string> = {}
  let index = 1
  for (; lines[index]?.trim(); index++) {
    const text = lines[index] ?? ''
    if (isComment(text)) continue
    const header = HEADER.exec(text.trim())
    if (!header)
      return wrong(
        `expected a header like \`Content-Type: application/json\`, ` +
          'or an empty line before the body',
        start + index + 1,
      )
    const name = (header[1] ?? '').toLowerCase()
    const value = header[2] ?? ''
    const before = headers[name]
    headers[name] = before === undefined ? value : `${before}, ${value}`
  }
  return {
    request: {
      method: line[1] ?? 'GET',
      target: line[2] ?? '/',
      headers,
      body: lines
        .slice(index + 1)
        .join('\n')
        .trim(),
    },
  }
}
