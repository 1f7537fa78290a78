import { withMember, emptySet, type NodeSet } from "../../base/node-set.ts"
import type { Cluster } from "../../protocol/paxos/cluster.ts"
import type { PaxosMessage, Proposal } from "../../protocol/paxos/messages.ts"
import { type PaxosRecord, acceptorPart, paxosTexts } from "../../protocol/paxos/records.ts"
import { type Played, play, transcript } from "../../world/step/transcript.ts"
import type { WorldEvent } from "../../world/step/world.ts"

/** A message sequence diagram of the literature, as a script over the real actors. */
export interface Figure {
  /** "2.4": its number in Howard 2019. */
  readonly id: string
  readonly title: string
  /** The algorithms it shows. */
  readonly algorithms: string
  /** Sentences on what to see in it. */
  readonly story: string
  cluster(): Cluster
  readonly script: readonly string[]
  /** The proposals decided, in the order of their commit points, in the notation of the thesis: "(0, A)". */
  readonly decides: readonly string[]
  /** How messages are written where an algorithm's messages carry less: without values (§7.2), without epochs (§2.1.1). */
  readonly style?: (message: PaxosMessage) => string
}

/** A figure with what came of it. */
export interface PlayedFigure extends Played<PaxosMessage, PaxosRecord> {
  readonly figure: Figure
  readonly cluster: Cluster
}

/** Executes a script on a single-decree cluster. */
export function playDecree(
  { processes }: Pick<Cluster, "processes">,
  script: readonly string[],
): Played<PaxosMessage, PaxosRecord> {
  return play(processes, script, paxosTexts)
}

/** Executes a figure's script on a new cluster. */
export function playFigure(figure: Figure): PlayedFigure {
  const cluster = figure.cluster()
  return { figure, cluster, ...playDecree(cluster, figure.script) }
}

/** The figure as text: its story, the script with what follows from each line, and what is decided in the end. */
export function figureText(figure: Figure): string {
  const { cluster, steps, world } = playFigure(figure)
  const decided = decisionsIn(world.events, cluster).map(formatProposalPair)
  return [
    `# Howard 2019, figure ${figure.id}: ${figure.title}`,
    `# ${figure.algorithms}; ${cluster.plan.name}.`,
    ...figure.story.split("\n").map((line) => `# ${line}`),
    "",
    transcript(cluster.processes, steps, {
      ...paxosTexts,
      ...(figure.style !== undefined && { formatMessage: figure.style }),
    }),
    "decided",
    "----",
    ...(decided.length === 0 ? ["nothing"] : decided),
    "",
  ].join("\n")
}

/** "(0, A)", as the thesis writes a proposal. */
export const formatProposalPair = ({ epoch, value }: Proposal): string => `(${epoch}, ${value})`

/**
 * The proposals that a phase-2 quorum of their epoch has accepted, in the order in which that came about.
 *
 * From what acceptors stored, not from what anybody learned: a value is decided when a quorum has
 * accepted it, whether or not anyone knows.
 */
export function decisionsIn(
  events: readonly WorldEvent<PaxosMessage, PaxosRecord>[],
  { plan }: Pick<Cluster, "plan">,
): Proposal[] {
  const acceptedBy = new Map<string, NodeSet>()
  const decided: Proposal[] = []
  for (const event of events) {
    const accepted = event.type === "store" ? (acceptorPart(event.record)?.lastAccepted ?? null) : null
    if (accepted === null || event.type !== "store") continue
    const key = formatProposalPair(accepted)
    const before = acceptedBy.get(key) ?? emptySet
    const after = withMember(before, event.process)
    acceptedBy.set(key, after)
    const system = plan.systemAt(accepted.epoch)
    if (system.isQuorum(2, after) && !system.isQuorum(2, before)) decided.push(accepted)
  }
  return decided
}
