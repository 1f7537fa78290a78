import { Command } from "commander"
import type { Table } from "../experiment/table.ts"
import type { Term, TermSection } from "../terms/term.ts"
import type { Context } from "./shared/context.ts"
import { type Format, formatOption } from "./shared/options.ts"
import { printJson, printTables } from "./shared/output.ts"

/** `quorate explain`: what a word means here, and in the sources a reader may come from. */
export function explainCommand({ io }: Context): Command {
  return new Command("explain")
    .summary("say what a word means, here and in other people's papers")
    .description(
      "Says what a word means here, in the thesis, in Lamport's papers, in Raft and etcd, and in Cassandra. " +
        "Without a word it lists those it knows; docs/terms.md has them all on one page.",
    )
    .argument("[words...]", "a term, or another word for it: epoch, ballot, phase-1 quorum")
    .addOption(formatOption())
    .addHelpText("after", help)
    .action(async (words: readonly string[], { format }: { format: Format }) => {
      const { explainedTerm, glossary } = await import("../terms/glossary.ts")
      const term = words.length === 0 ? undefined : explainedTerm(words.join(" "))
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
  const { sources } = await import("../terms/term.ts")
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
    caption: "Terms, for quorate explain.",
    columns: [{ heading: "about" }, { heading: "terms" }],
    rows: glossary.map(({ title, terms }) => [title, terms.map(({ name }) => name).join(", ")]),
    notes: [],
  }
}
