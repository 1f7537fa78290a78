/** One request of a story file. */
export interface Request {
  /** The first word of its first line: "tally". */
  readonly command: string
  /** What follows it there: `yes=(a1, a2)` is `["a1", "a2"]` under "yes", `phase=1` is `["1"]`. */
  readonly arguments: Readonly<Record<string, readonly string[]>>
  /** The lines up to the `----`. */
  readonly input: string
}

/**
 * A story file with every answer as it now is.
 *
 * A story file is prose and requests in turn. A request is a line with a command and its arguments, lines
 * of input, a line `----` and the answer, up to an empty line; prose is lines that begin with `#`. The form
 * is that of the data-driven tests of etcd's raft (quorum/testdata). A test compares what comes back with
 * the file it came from by `toMatchFileSnapshot`, so that `vitest -u` writes new answers into it.
 */
export function retell(story: string, answer: (request: Request) => string): string {
  return `${story
    .trim()
    .split(/\n{2,}/)
    .map((part) => retellPart(part, answer))
    .join("\n\n")}\n`
}

function retellPart(part: string, answer: (request: Request) => string): string {
  const lines = part.split("\n")
  const first = lines.findIndex((line) => !line.startsWith("#"))
  if (first < 0) return part
  const bar = lines.indexOf("----")
  if (bar <= first) throw new Error(`no line ---- follows the request: ${lines[first]!}`)
  const request = readRequest(lines[first]!, lines.slice(first + 1, bar).join("\n"))
  return [...lines.slice(0, bar + 1), answered(request, answer)].join("\n")
}

/** An error is an answer as well: what a request must not be is part of a story. */
function answered(request: Request, answer: (request: Request) => string): string {
  try {
    return answer(request).trimEnd()
  } catch (error) {
    return `error: ${(error as Error).message}`
  }
}

function readRequest(line: string, input: string): Request {
  const [command = "", ...rest] = line.split(" ")
  const given = [...rest.join(" ").matchAll(/(\w+)=(?:\(([^)]*)\)|(\S+))/g)]
  if (given.map(([text]) => text).join(" ") !== rest.join(" "))
    throw new Error(`arguments are written name=value or name=(value, value): ${line}`)
  const words = ([, name, list, one]: RegExpExecArray): [string, string[]] => [
    name!,
    one === undefined ? (list ?? "").split(/[\s,]+/).filter((word) => word !== "") : [one],
  ]
  return { command, arguments: Object.fromEntries(given.map(words)), input }
}
