import { oncePer } from "../base/memo.ts"
import { type Column, text } from "./column.ts"
import type { AnyExperiment, CaseSafety, NamedSafety, RowOf } from "./define.ts"
import { matrixOf } from "./executor.ts"
import type { Figure } from "./figure/figure.ts"
import type { Table } from "./table.ts"

/** What readers must know of a system that is not plainly safe. */
export interface Caution {
  readonly system?: string
  readonly variant?: string
  readonly safe: CaseSafety["verdict"]
  readonly because: string
}

/** The columns of the safety of a case; an experiment that has them says `safety`, and its rows get their cells. */
export const safeColumns: readonly Column[] = [
  text(
    "safe",
    "Whether the quorums meet the requirements of the protocol: holds, violated (UNSAFE: two values may be decided) or unknown.",
  ),
  text(
    "safeBecause",
    "Quorums that do not intersect and the requirement; or why it is unknown; or that it holds vacuously.",
    { empty: "it holds, and not vacuously" },
  ),
]

/** The cells of those columns. */
export function safeCells({ verdict, because }: CaseSafety): { safe: string; safeBecause: string | null } {
  return { safe: verdict, safeBecause: because.join("; ") || null }
}

/* Words */

/** `UNSAFE quorum system simple(5, 2, 2): {a1 a2} and {a4 a5} do not intersect (requirement 4.4); two values may be decided`. */
function cautionText(cautions: readonly Caution[]): string {
  const [first] = cautions
  if (first === undefined) return ""
  const many = cautions.length > 1
  const shown = cautions.slice(0, maxNamed).map(({ because, ...named }) => `${nameOf(named)}: ${because}`)
  const rest = cautions.length - shown.length
  const list = [...shown, ...(rest === 0 ? [] : [`and ${rest} more, see column safe_because`])].join("; ")
  if (first.safe === "unknown") return `Safety unknown${many ? ":" : " of"} ${list}`
  if (first.safe === "holds")
    return `Vacuously safe quorum system${many ? "s:" : ""} ${list.replaceAll(": vacuously true: ", ": ")}`
  const what = cautions.every(({ because }) => because.startsWith("{")) ? "quorum system" : "combination"
  return `UNSAFE ${what}${many ? "s:" : ""} ${list}; two values may be decided`
}

/** So many systems are named in a note; of more the CSV tells. */
const maxNamed = 8

const nameOf = ({ system, variant = "" }: Pick<Caution, "system" | "variant">): string =>
  system === undefined ? variant : variant === "" ? system : `${system} (${variant})`

/** The marks of systems in tables and figures, in the order of their notes. */
const signs = [
  ["violated", "†"],
  ["unknown", "‡"],
  ["holds", "§"],
] as const

/** The mark behind the name of a system: † where it is unsafe, ‡ where that is unknown, § where it is safe vacuously. */
export const markOf = ({ safe }: Pick<Caution, "safe">): string =>
  signs.find(([verdict]) => verdict === safe)![1]

/** `† UNSAFE quorum system …`: a note for each mark, in the order of the marks. */
export function cautionNotes(cautions: readonly Caution[]): string[] {
  return byVerdict(cautions).map(([sign, text]) => `${sign} ${text}.`)
}

/** The same without marks: a sentence for each kind of caution. */
export function cautionTexts(cautions: readonly Caution[]): string[] {
  return byVerdict(cautions).map(([, text]) => text)
}

function byVerdict(cautions: readonly Caution[]): (readonly [sign: string, text: string])[] {
  return signs.flatMap(([verdict, sign]) => {
    const those = cautions.filter(({ safe }) => safe === verdict)
    return those.length === 0 ? [] : [[sign, cautionText(those)] as const]
  })
}

/* Where they come from */

/** What readers must know of the systems of an experiment, from its cases, each once; nothing where it judges none. */
export const cautionsOf = oncePer((experiment: AnyExperiment): readonly Caution[] => {
  if (experiment.safety === undefined) return []
  const found = new Map<string, NamedSafety>()
  const variants = new Set<string | undefined>()
  const seen = new Set<NamedSafety>()
  for (const c of matrixOf(experiment)) {
    const one = experiment.safety(c)
    // Of a million cases most have one that was there before.
    if (seen.has(one)) continue
    seen.add(one)
    variants.add(one.variant)
    if (one.because.length > 0) found.set(JSON.stringify(one), one)
  }
  return [...found.values()].map(({ system, variant, verdict, because }) => ({
    ...(system !== undefined && { system }),
    // Where all cases have the same, it tells nothing.
    ...(variant !== undefined && (variants.size > 1 || system === undefined) && { variant }),
    safe: verdict,
    because: because.join("; "),
  }))
})

/* Marks */

/** Columns on which the safety of a system may depend: a mark stands only in rows that have the same. */
const conditions = ["variant", "workload"] as const

/** A row of a system that is not plainly safe, as tables and figures call the system. */
interface Suspect {
  readonly name: string
  readonly row: RowOf
  readonly caution: Caution
}

/**
 * A table or a figure of these rows with the systems marked that are not plainly safe, and a note for each mark:
 * † unsafe, ‡ unknown, § safe vacuously. `called` is what it calls a system. Without such rows it is the same value.
 */
export function withCautions<Shown extends Table | Figure>(
  shown: Shown,
  rows: readonly RowOf[],
  called: (system: string) => string = (system) => system,
): Shown {
  const { suspects, domains } = suspectsOf(rows, called)
  if (suspects.length === 0) return shown
  const marker = new Marker(suspects, domains)
  const marked: Table | Figure = "rows" in shown ? marker.table(shown) : marker.figure(shown)
  const noted: Table | Figure = { ...marked, notes: [...shown.notes, ...cautionNotes(marker.met())] }
  return noted as Shown
}

/** What readers must know of the systems of these rows, each once. */
export function cautionsOfRows(
  rows: readonly RowOf[],
  called: (system: string) => string = (system) => system,
): readonly Caution[] {
  const { suspects } = suspectsOf(rows, called)
  return [...new Map(suspects.map(({ caution }) => [JSON.stringify(caution), caution])).values()]
}

function suspectsOf(
  rows: readonly RowOf[],
  called: (system: string) => string,
): { readonly suspects: readonly Suspect[]; readonly domains: Domains } {
  const domains: Domains = conditions.flatMap((column) => {
    const values = new Set(rows.map((row) => row[column]).filter((value) => typeof value === "string"))
    return values.size < 2 ? [] : [{ column, values }]
  })
  const byVariant = domains.some(({ column }) => column === "variant")
  const suspects = rows.flatMap((row): Suspect[] => {
    const { system, variant, safe, safeBecause } = row
    const subject = system ?? variant
    if (typeof subject !== "string" || typeof safe !== "string" || typeof safeBecause !== "string") return []
    const name = called(subject)
    const verdict = safe as Caution["safe"]
    const of = { safe: verdict, because: safeBecause }
    if (typeof system !== "string") return [{ name, row, caution: { variant: name, ...of } }]
    const caution = { system: name, ...(byVariant && { variant: String(variant) }), ...of }
    return [{ name, row, caution }]
  })
  return { suspects, domains }
}

/** The conditions that vary, with their values. */
type Domains = readonly {
  readonly column: (typeof conditions)[number]
  readonly values: ReadonlySet<unknown>
}[]

/** Puts marks behind the names of suspects, and remembers which it met. */
class Marker {
  private readonly suspects: ReadonlyMap<string, readonly Suspect[]>
  private readonly domains: Domains
  private readonly found = new Map<string, Caution>()

  constructor(suspects: readonly Suspect[], domains: Domains) {
    const byName = new Map<string, Suspect[]>()
    for (const suspect of suspects) {
      const those = byName.get(suspect.name)
      if (those === undefined) byName.set(suspect.name, [suspect])
      else those.push(suspect)
    }
    this.suspects = byName
    this.domains = domains
  }

  /** What was marked, each once. */
  met(): readonly Caution[] {
    return [...this.found.values()]
  }

  table(table: Table): Table {
    return {
      ...table,
      caption: this.sentence(table.caption),
      columns: table.columns.map(({ heading, group, ...column }) => ({
        ...column,
        heading: this.name(heading),
        ...(group !== undefined && { group: this.name(group) }),
      })),
      rows: table.rows.map((row) =>
        row === "rule" ? row : row.map((cell) => (typeof cell === "string" ? this.name(cell, row) : cell)),
      ),
    }
  }

  figure(figure: Figure): Figure {
    const { id, kind, caption, notes, ...drawn } = figure
    return { ...this.inside(drawn), id, kind, notes, caption: this.sentence(caption) } as Figure
  }

  /** Every text of a value. */
  private inside<T>(value: T): T {
    if (typeof value === "string") return this.name(value) as T
    if (Array.isArray(value)) return value.map((item: unknown) => this.inside(item)) as T
    if (typeof value !== "object" || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.inside(item)])) as T
  }

  /** A text that is the name of a system, or begins with it and a comma, with its mark. */
  private name(shown: string, row?: readonly unknown[]): string {
    for (const [name, those] of this.suspects) {
      if (!shown.startsWith(name) || !/^(?:$|[,:;])/.test(shown.slice(name.length))) continue
      const here = row === undefined ? those : those.filter((one) => this.isOf(one, row))
      return `${name}${this.marks(here)}${shown.slice(name.length)}`
    }
    return shown
  }

  /** A sentence with marks behind the systems that it names; a name without parentheses may be any word. */
  private sentence(shown: string): string {
    let marked = shown
    for (const [name, those] of this.suspects) {
      if (name.includes("(") && marked.includes(name))
        marked = marked.replaceAll(name, `${name}${this.marks(those)}`)
    }
    return marked
  }

  private marks(those: readonly Suspect[]): string {
    for (const { caution } of those) this.found.set(JSON.stringify(caution), caution)
    return signs
      .filter(([verdict]) => those.some(({ caution }) => caution.safe === verdict))
      .map(([, sign]) => sign)
      .join("")
  }

  /** Whether a row of a table may be of that row of the result: where it shows a condition, it is the same. */
  private isOf({ row }: Suspect, cells: readonly unknown[]): boolean {
    return this.domains.every(({ column, values }) => {
      const shown = cells.filter((cell) => values.has(cell))
      return shown.length === 0 || shown.includes(row[column])
    })
  }
}
