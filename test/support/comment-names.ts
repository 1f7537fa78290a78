import ts from "typescript"
import { type Source, parse } from "./architecture.ts"

/**
 * Names in backticks in comments that exist nowhere: what a reader would search for in vain. By file, line
 * and name.
 *
 * A name is one of these; anything else in backticks is code, and not looked up:
 *
 * - a file, `latency.ts` or `quorums/index.ts`: the end of the path of a file;
 * - an option, `--seed`: in some string;
 * - a word, `planFrom`, `planFrom()` or `plan.ranges`: every part of it is an identifier, a keyword or a string
 *   somewhere in the sources, or a word of such a string;
 * - a call, `majority(3)`: what is called, as a word.
 */
export function unknownNames(sources: readonly Source[], known: KnownNames): string[] {
  return sources.flatMap((source) =>
    quotedInComments(source)
      .filter(({ text }) => !exists(text, known))
      .map(({ text, line }) => `${source.path}:${line}: ${text}`),
  )
}

/** What there is: paths of files, and names in their code. */
export interface KnownNames {
  readonly paths: readonly string[]
  readonly words: ReadonlySet<string>
}

/** The files, and the identifiers, strings and words of strings in those of them that are sources. */
export function knownNames(sources: readonly Source[], paths: readonly string[]): KnownNames {
  const words = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) words.add(node.text)
    else if (
      ts.isStringLiteralLike(node) ||
      node.kind === ts.SyntaxKind.TemplateHead ||
      node.kind === ts.SyntaxKind.TemplateMiddle ||
      node.kind === ts.SyntaxKind.TemplateTail
    ) {
      const { text } = node as ts.StringLiteralLike
      words.add(text)
      for (const [word] of text.matchAll(/-*[\w$]+(-\w+)*/g)) words.add(word)
    }
    ts.forEachChild(node, visit)
  }
  for (const source of sources) visit(parse(source))
  return { paths, words }
}

interface Quoted {
  readonly text: string
  readonly line: number
}

/** What stands in backticks in the comments of a file; blocks of code in comments are left out. */
function quotedInComments(source: Source): Quoted[] {
  const tree = parse(source)
  const found: Quoted[] = []
  for (const { pos, end } of commentsOf(tree)) {
    const comment = source.text.slice(pos, end)
    for (const match of comment.matchAll(/`([^`]+)`/g)) {
      const { line } = tree.getLineAndCharacterOfPosition(pos + match.index)
      found.push({ text: match[1]!.replaceAll(/\s*\n\s*\*\s*/g, " "), line: line + 1 })
    }
  }
  return found
}

function commentsOf(tree: ts.SourceFile): ts.CommentRange[] {
  const found = new Map<number, ts.CommentRange>()
  const collect = (ranges: readonly ts.CommentRange[] | undefined): void => {
    for (const range of ranges ?? []) found.set(range.pos, range)
  }
  const visit = (node: ts.Node): void => {
    collect(ts.getLeadingCommentRanges(tree.text, node.pos))
    collect(ts.getTrailingCommentRanges(tree.text, node.end))
    ts.forEachChild(node, visit, (nodes) => {
      nodes.forEach(visit)
      // Before the closing bracket.
      collect(ts.getLeadingCommentRanges(tree.text, nodes.end))
    })
  }
  visit(tree)
  return [...found.values()]
}

function exists(text: string, { paths, words }: KnownNames): boolean {
  if (/^[\w./-]+\.(ts|md|json|csv|txt|yaml)$/.test(text))
    return paths.some((path) => `/${path}`.endsWith(`/${text.replace(/^(\.\.?\/)+/, "")}`))
  const option = /^(--[\w-]+)/.exec(text)?.[1]
  if (option !== undefined) return words.has(option)
  const name = /^([A-Za-z_$][\w$]*(?:\.[\w$]+)*)(?:\(.*\))?$/s.exec(text)?.[1]
  if (name === undefined) return true
  return name.split(".").every((word) => words.has(word) || isKeyword(word))
}

const isKeyword = (word: string): boolean =>
  ts.createScanner(ts.ScriptTarget.ES2023, true, ts.LanguageVariant.Standard, word).scan() !==
  ts.SyntaxKind.Identifier
