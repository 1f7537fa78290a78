/** A row of Howard 2019, table 2.3: what a lemma is proved from. */
export interface Dependency {
  /** The number of the lemma: "12.1". */
  readonly lemma: string
  readonly title: string
  /** Numbers of properties: "P6". */
  readonly properties: readonly string[]
  /** Numbers of other lemmas. */
  readonly lemmas: readonly string[]
}

const row = (lemma: string, title: string, properties: string, lemmas = ""): Dependency => ({
  lemma,
  title,
  properties: words(properties).map((number) => `P${number}`),
  lemmas: words(lemmas),
})

const words = (list: string): string[] => list.split(" ").filter((word) => word !== "")

/** How the safety of classic Paxos is proved: table 2.3, with its row for lemma 7 corrected. */
export const proofDependencies: readonly Dependency[] = [
  row("6", "Monotonicity of promises", "6 7 10"),
  // Printed as "8, 10". The proof of lemma 7 uses properties 9 and 10, and no promise at all:
  // an acceptor that reports rubbish breaks lemma 8 and never lemma 7 (see mutation.test.ts).
  row("7", "Relation between acceptor epochs", "9 10", "6"),
  row("8", "General promise format", "8", "7"),
  row("9", "Value uniqueness", "1"),
  row("10", "Message ordering", "6 7 8 9", "6"),
  row("11", "Quorum intersection", "2"),
  row("12", "Weakened safety of future proposals", "4 7 9", "11 8 10 6"),
  row("12.1", "Base case for safety of future proposals", "", "9 12"),
  row("12.2", "Inductive case for safety of future proposals", "", "9 12"),
  row("13", "Safety of future proposals", "", "12.1 12.2"),
  row("14", "Safety for Classic Paxos", "", "9 13"),
  row("15", "Safety of learning", "1 3 9"),
]

/** Every property that a lemma rests on, by itself or by way of other lemmas. */
export function propertiesBehind(lemma: string): Set<string> {
  const dependency = proofDependencies.find((candidate) => candidate.lemma === lemma)
  if (dependency === undefined) return new Set()
  return new Set([
    ...dependency.properties,
    ...dependency.lemmas.flatMap((other) => [...propertiesBehind(other)]),
  ])
}
