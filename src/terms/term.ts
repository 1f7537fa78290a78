/**
 * One entry of the glossary: what a word means here, and what the sources that
 * a reader may come from call or understand by it. `docs/terms.md` and
 * `quorate explain` both print it, so that there is one definition.
 */
export interface Term {
  /** The word this project uses: the thesis's, wherever it has one. */
  readonly name: string
  /** Other words for the same thing. `quorate explain` finds the entry by any of them. */
  readonly also?: readonly string[]
  /** What it means, in this project's own words. */
  readonly meaning: string
  /** In Howard 2019, "Distributed consensus revised". */
  readonly thesis: string
  /** In Lamport's papers and TLA+ specifications. */
  readonly lamport: string
  /** In Raft (Ongaro and Ousterhout 2014) and its implementation in etcd. */
  readonly raft: string
  /** In Apache Cassandra. */
  readonly cassandra: string
  /** Names of entries to read next. */
  readonly see?: readonly string[]
}

/** Entries that are read together, in reading order. */
export interface TermSection {
  readonly title: string
  readonly terms: readonly Term[]
}

/** The sources a term is defined in, with the heading each is printed under. */
export const sources = [
  { key: "thesis", heading: "Thesis" },
  { key: "lamport", heading: "Lamport" },
  { key: "raft", heading: "Raft, etcd" },
  { key: "cassandra", heading: "Cassandra" },
] as const satisfies readonly { key: keyof Term; heading: string }[]
