import { Command } from "commander"
import type { Table } from "../experiment/table.ts"
import type { Context } from "./shared/context.ts"
import { type Format, formatOption } from "./shared/options.ts"
import { printJson, printTables } from "./shared/output.ts"

/** `quorate list`: what there is to check, simulate and run. */
export function listCommand({ io }: Context): Command {
  return new Command("list")
    .summary("show the experiments, quorum systems, latencies and requirements there are")
    .description(
      "Shows the experiments, the families of quorum systems, the latency models and the requirements there are.",
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
    { variants },
    { switchForms },
    { planFamilies },
    { mutants, mistakes },
  ] = await Promise.all([
    import("../../experiments/index.ts"),
    import("../../quorums/index.ts"),
    import("../quorum/define.ts"),
    import("../quorum/meet/requirement.ts"),
    import("../world/simulate/latency.ts"),
    import("../../experiments/data/latencies.ts"),
    import("../protocol/paxos/variants.ts"),
    import("../protocol/paxos/switches.ts"),
    import("../protocol/paxos/plans.ts"),
    import("../check/mutants/index.ts"),
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
    plans: planFamilies.map(({ call, meaning, reference, example }) => ({
      plan: call,
      meaning,
      reference,
      example,
    })),
    variants: variants.map(({ id, title, reference, control = false }) => ({
      id,
      title,
      reference,
      control,
    })),
    switches: switchForms.map(({ id, values }) => ({ id, values })),
    mutants: [...mutants, ...mistakes].map(({ id, property, does }) => ({ id, property, does })),
  }
}

function listTables({ experiments, systems, latencies, requirements, ...family }: Lists): Table[] {
  return [
    listTable(
      "experiments",
      "Experiments, for quorate run.",
      ["experiment", "question"],
      experiments,
      ({ id, question }) => [id, question],
    ),
    listTable(
      "systems",
      "Quorum systems, for quorate check and quorate simulate; and expressions such as a*b + c*d.",
      ["system", "meaning"],
      systems,
      ({ system, meaning }) => [system, meaning],
    ),
    listTable(
      "latencies",
      "Latencies, for quorate simulate --latency; or a file of round-trip times.",
      ["latency", "meaning"],
      latencies,
      ({ latency, meaning }) => [latency, meaning],
    ),
    listTable(
      "requirements",
      "Requirements, for quorate check --requirement.",
      ["requirement", "title", "meaning"],
      requirements,
      ({ id, title, meaning }) => [id, title, meaning],
    ),
    ...familyTables(family),
  ]
}

/** The Paxos family: what `quorate simulate` can be told to run. */
function familyTables({
  plans,
  variants,
  switches,
  mutants,
}: Pick<Lists, "plans" | "variants" | "switches" | "mutants">): Table[] {
  return [
    listTable(
      "plans",
      "Plans with a name, where a system may stand; any other is written 0: …; 1..: ….",
      ["plan", "meaning"],
      plans,
      ({ plan, meaning }) => [plan, meaning],
    ),
    listTable(
      "variants",
      "Members of the Paxos family, for quorate simulate --variant.",
      ["variant", "what it is", "Howard 2019"],
      variants,
      ({ id, title, reference }) => [id, title, reference],
    ),
    listTable(
      "switches",
      "Switches on top of a variant, for quorate simulate --set; docs/thesis.md explains them.",
      ["switch", "values"],
      switches,
      ({ id, values }) => [id, values],
    ),
    listTable(
      "mutants",
      "Properties of the thesis switched off, for quorate simulate --mutant.",
      ["mutant", "property", "what it does"],
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
): Table {
  return { id, caption, columns: headings.map((heading) => ({ heading })), rows: items.map(row), notes: [] }
}
