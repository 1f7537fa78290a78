import { create, parseDependencies } from "mathjs/number"

/**
 * The parser of mathjs and nothing else of it: text to a syntax tree.
 *
 * From its number-only entry, of which a parser is a quarter. That entry is hundreds of files, half a second
 * to import; `npm run build` makes this module one file, which takes 15 ms, and a bundler for browsers comes
 * to the same by itself (docs/decisions/0091-one-parser.md).
 */
export const { parse } = create(parseDependencies!)
