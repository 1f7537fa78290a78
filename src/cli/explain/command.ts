import { Command } from "commander"
import type { Table } from "../../experiment/table.ts"
import type { Context } from "../shared/context.ts"
import { type Format, formatOption } from "../shared/options.ts"
import { printJson, printTables } from "../shared/output.ts"
import type { Term, TermSection } from "./glossary.ts"

/** `quorate explain`: an entry of the glossary, with the corresponding notion in each source. */
export function explainCommand({ io }: Context): Command {
  return new Command("explain")
    .summary("define a term, with its counterpart in other papers and systems")
    .description(
      "Defines a term, as used here, in the thesis, in Lamport's papers, in Raft and etcd, and in Cassandra. " +
        "Without a word it lists all terms. The glossary is docs/terms.md.",
    )
    .argument("[words...]", "a term or a synonym: epoch, ballot, phase-1 quorum")
    .addOption(formatOption())
    .addHelpText("after", help)
    .action(async (words: readonly string[], { format }: { format: Format }) => {
      const { explainTerm, readGlossary } = await import("./glossary.ts")
      const glossary = readGlossary()
      const term = words.length === 0 ? undefined : explainTerm(words.join(" "), glossary)
      if (format === "json") printJson(io, term === undefined ? { sections: glossary } : { term })
      else await printTables(io, format, [term === undefined ? termList(glossary) : await termTable(term)])
    })
}

const help = `
Examples:
  $ quorate explain epoch
  $ quorate explain phase-1 quorum
  $ quorate explain legislator --format md`

async function termTable(term: Term): Promise<Table> {
  const { sources } = await import("./glossary.ts")
  const { name, also = [], meaning, see = [] } = term
  return {
    id: `term-${name.toLowerCase().replaceAll(" ", "-")}`,
    caption: `${name}${also.length === 0 ? "" : ` (also: ${also.join(", ")})`}. ${meaning}`,
    columns: [{ heading: "source" }, { heading: "definition" }],
    rows: sources.map(({ key, heading }) => [heading, term[key]]),
    notes: see.length === 0 ? [] : [`See ${see.join(", ")}.`],
  }
}

function termList(glossary: readonly TermSection[]): Table {
  return {
    id: "terms",
    caption: "Terms in the glossary (quorate explain <term>)",
    columns: [{ heading: "section" }, { heading: "terms" }],
    rows: glossary.map(({ title, terms }) => [title, terms.map(({ name }) => name).join(", ")]),
    notes: [],
  }
}
