import { type Term, type TermSection, sources } from "./term.ts"

/** The whole glossary as `docs/terms.md`: one sentence to a line, one heading to a term. */
export function glossaryMarkdown(glossary: readonly TermSection[]): string {
  const sections = glossary.map(({ title, terms }) =>
    [`## ${title}`, ...terms.map(termMarkdown)].join("\n\n"),
  )
  return `${[preface, ...sections].join("\n\n")}\n`
}

const preface = `# Terms

The words of this project, in its own definitions, and what the sources a reader may come from say instead.
Where the thesis has a word we use it: *Thesis* is Howard, *Distributed consensus revised* (2019).
*Lamport* stands for The Part-Time Parliament (1998), Paxos Made Simple (2001), Fast Paxos (2006) and the TLA+ specifications.
*Raft, etcd* is Ongaro and Ousterhout (2014) and its implementation in etcd; *Cassandra* is Apache Cassandra with its lightweight transactions.
\`quorate explain <term>\` prints an entry; it knows the other words for it, too.`

function termMarkdown(term: Term): string {
  const { name, also = [], meaning, see = [] } = term
  return [
    `### ${name}`,
    ...(also.length === 0 ? [] : [`Also: ${also.join(", ")}.`]),
    sentences(meaning).join("\n"),
    sources.map(({ key, heading }) => `- *${heading}*: ${sentences(term[key]).join("\n  ")}`).join("\n"),
    ...(see.length === 0 ? [] : [`See ${see.map(link).join(", ")}.`]),
  ].join("\n\n")
}

/** A link to the heading of an entry, as Markdown viewers name it. */
function link(name: string): string {
  return `[${name}](#${name
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, "")
    .replaceAll(" ", "-")})`
}

/** The sentences of a text: a full stop ends one when a capital follows. */
function sentences(text: string): string[] {
  return text.split(/(?<=[.?!]) (?=[A-Z])/)
}
