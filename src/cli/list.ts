import { Command } from "commander"
import { safeCells, withCautions } from "../experiment/safety.ts"
import type { Table } from "../experiment/table.ts"
import type { Context } from "./shared/context.ts"
import { type Format, formatOption } from "./shared/options.ts"
import { printJson, printTables } from "./shared/output.ts"

/** `quorate list`: the experiments, quorum systems, latencies, requirements, plans, variants, switches and mutants. */
export function listCommand({ io }: Context): Command {
  return new Command("list")
    .summary("list experiments, quorum systems, latencies, requirements and variants")
    .description(
      "Lists the experiments, quorum systems, latency models, intersection requirements, named plans, variants, switches and mutants.",
    )
    .addOption(formatOption())
    .addHelpText("after", "\nExamples:\n  $ quorate list\n  $ quorate list --format json")
    .action(async ({ format }: { format: Format }) => {
      const everything = await readLists()
      if (format === "json") printJson(io, everything)
      else await printTables(io, format, listTables(everything))
    })
}

type Lists = Awaited<ReturnType<typeof readLists>>

async function readLists() {
  const [
    { experiments },
    { catalogue },
    { signature },
    { requirements },
    { latencyForms },
    { latencySummaries },
    { switchForms },
    { planFamilies },
    { mutants, mistakes },
    { logProtocols, protocols },
  ] = await Promise.all([
    import("../../experiments/index.ts"),
    import("../../quorums/index.ts"),
    import("../quorum/define.ts"),
    import("../quorum/meet/requirement.ts"),
    import("../world/simulate/latency.ts"),
    import("../../experiments/data/latencies.ts"),
    import("../protocol/paxos/switches.ts"),
    import("../protocol/paxos/plans.ts"),
    import("../check/paxos/mutants.ts"),
    import("../run/protocols/index.ts"),
  ])
  return {
    experiments: [...experiments.values()].map(({ id, question, reference, runs }) => ({
      id,
      question,
      reference,
      runs,
    })),
    systems: [...catalogue.values()].map((family) => ({
      system: signature(family),
      meaning: family.summary,
      reference: family.reference,
      example: family.examples.at(-1) ?? family.id,
      requirement: family.requirement ?? "4.4",
      unsafeExample: family.counterexamples[0] ?? null,
    })),
    latencies: [
      ...[...latencySummaries].map(([latency, meaning]) => ({ latency, meaning })),
      ...[...latencyForms].map(([id, { parameters, meaning }]) => ({
        latency: `${id}(${parameters.join(", ")})`,
        meaning: `${meaning}; in milliseconds, one way`,
      })),
    ],
    requirements: requirements.map(({ id, title, meaning, reference }) => ({
      id,
      title,
      meaning,
      reference,
    })),
    protocols: [...protocols, ...logProtocols].map(({ id, about, reference }) => ({ id, about, reference })),
    plans: planFamilies.map(({ call, meaning, reference, example }) => ({
      plan: call,
      meaning,
      reference,
      example,
    })),
    variants: await readVariants(),
    switches: switchForms.map(({ id, values }) => ({ id, values })),
    mutants: [...mutants, ...mistakes].map(({ id, property, does }) => ({ id, property, does })),
  }
}

/** The variants, each with its safety with the quorums that it is designed for. */
async function readVariants() {
  const [{ variants }, { variantOf }, { safetyConditions }, { planSafety }] = await Promise.all([
    import("../protocol/paxos/variants.ts"),
    import("../protocol/paxos/variant.ts"),
    import("../protocol/paxos/variant-rules.ts"),
    import("../run/safety.ts"),
  ])
  return variants.map(({ id, title, reference, control = false, switches, ...named }) => {
    const plan = named.plan(5)
    const safety = planSafety(plan, safetyConditions(variantOf(switches), plan))
    return { id, title, reference, control, ...safeCells(safety) }
  })
}

function listTables({ experiments, systems, latencies, requirements, protocols, ...family }: Lists): Table[] {
  return [
    listTable(
      "experiments",
      "Experiments (quorate run <experiment>)",
      ["experiment", "question"],
      experiments,
      ({ id, question }) => [id, question],
    ),
    listTable(
      "systems",
      "Quorum systems; expressions such as a*b + c*d are also accepted",
      ["system", "meaning"],
      systems,
      ({ system, meaning }) => [system, meaning],
      [
        "Whether a system is safe depends on its arguments: `quorate check` tells. `--format json` has an example of each family, and an UNSAFE one.",
      ],
    ),
    listTable(
      "latencies",
      "Latencies (--latency); a CSV file of round-trip times is also accepted",
      ["latency", "meaning"],
      latencies,
      ({ latency, meaning }) => [latency, meaning],
    ),
    listTable(
      "requirements",
      "Intersection requirements (quorate check --requirement)",
      ["requirement", "title", "meaning"],
      requirements,
      ({ id, title, meaning }) => [id, title, meaning],
    ),
    listTable(
      "protocols",
      "Protocols (--protocol); a file of your own is also accepted, see docs/adding.md",
      ["protocol", "description", "reference"],
      protocols,
      ({ id, about, reference }) => [id, about, reference],
    ),
    ...familyTables(family),
  ]
}

/** The tables of the Paxos family. */
function familyTables({
  plans,
  variants,
  switches,
  mutants,
}: Pick<Lists, "plans" | "variants" | "switches" | "mutants">): Table[] {
  return [
    listTable(
      "plans",
      "Named quorum plans, accepted in place of a system; other plans: 0: …; 1..: …",
      ["plan", "meaning"],
      plans,
      ({ plan, meaning }) => [plan, meaning],
    ),
    withCautions(
      listTable(
        "variants",
        "Variants of Paxos (quorate simulate --variant)",
        ["variant", "description", "Howard 2019"],
        variants,
        ({ id, title, reference }) => [id, title, reference],
      ),
      variants.map(({ id, safe, safeBecause }) => ({ variant: id, safe, safeBecause })),
    ),
    listTable(
      "switches",
      "Switches of a variant (quorate simulate --switches); see docs/thesis.md",
      ["switch", "values"],
      switches,
      ({ id, values }) => [id, values],
    ),
    listTable(
      "mutants",
      "Mutants: properties of the thesis disabled (quorate simulate --mutant)",
      ["mutant", "property", "description"],
      mutants,
      ({ id, property, does }) => [id, property, does],
    ),
  ]
}

function listTable<Item>(
  id: string,
  caption: string,
  headings: readonly string[],
  items: readonly Item[],
  row: (item: Item) => readonly string[],
  notes: readonly string[] = [],
): Table {
  return { id, caption, columns: headings.map((heading) => ({ heading })), rows: items.map(row), notes }
}
