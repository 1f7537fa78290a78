import type { Cluster } from "../../protocol/paxos/cluster.ts"
import { uniquenessOf } from "../../protocol/paxos/epochs.ts"
import type { Variant } from "../../protocol/paxos/variant.ts"
import type { Needs, PropertyDefinition } from "../property.ts"
import { type PaxosEvent, type PaxosProperty, paxosProperty } from "./facts.ts"

/** Properties that some variants replace by others: they do not hold there as they are stated, and need not. */
interface Replacement {
  /** Numbers of the properties and lemmas concerned. */
  readonly gone: readonly string[]
  /** What takes their place, or why a trace does not show them. */
  readonly because: string
  readonly where: (variant: Variant, cluster: Cluster) => boolean
}

/** Epochs well beyond any that a fast path covers. */
const ordinaryEpoch = 1_000_000

const epochsOfOne = (variant: Variant, of: "toProposers" | "toValues"): boolean =>
  [0, ordinaryEpoch].every((epoch) => uniquenessOf(variant.epochs, epoch)[of])

/**
 * Where Howard 2019 revises a property of chapter 2, chapter by chapter. Unlisted properties hold for
 * every variant; all variants are also checked by the definitions and by the oracle, which do not depend
 * on the variant's rules.
 */
const replacements: readonly Replacement[] = [
  {
    gone: ["P1"],
    because:
      "proposers share epochs, for one value or by recovery (ch. 7), or repeat each other's proposals (§3.10)",
    where: (variant) => !epochsOfOne(variant, "toProposers") || variant.copying !== "off",
  },
  {
    gone: ["P5"],
    because: "an epoch of one's own is not needed where epochs are shared or copied",
    where: (variant) => !epochsOfOne(variant, "toProposers") || variant.copying !== "off",
  },
  {
    gone: ["P5"],
    because: "sid starts again after a restart; vid alone keeps (sid, pid, vid) unique (§3.8)",
    where: ({ epochs }) => epochs.kind === "versioned",
  },
  {
    gone: ["9"],
    because: "two values may be proposed in one epoch (§7.3); property 17 keeps acceptors to one",
    where: (variant) => !epochsOfOne(variant, "toValues"),
  },
  {
    gone: ["P2", "11"],
    because: "phase 1 waits for what the revision asks (properties 13 and 14, ch. 4 and 5), or is skipped",
    where: ({ phase1, copying, ...variant }) =>
      phase1 !== "quorum" ||
      copying !== "off" ||
      !epochsOfOne({ phase1, copying, ...variant }, "toProposers"),
  },
  {
    gone: ["P3"],
    because: "promises, negative replies or decided(v) can show that a value is decided (§3.2, §3.3, §3.10)",
    where: ({ bypass, termination, copying, remember }) =>
      bypass !== "off" || termination !== "off" || copying !== "off" || remember,
  },
  {
    gone: ["P4"],
    because:
      "the value is selected by quorums (ch. 6), or copied, or was settled before promises that came while waiting for a bypass (§3.2) or for a candidate (§3.5)",
    where: ({ select, copying, patience, phase1First }) =>
      select !== "greatest" || copying !== "off" || patience > 0 || phase1First,
  },
  {
    gone: ["P6", "P7", "P8", "P9", "P10", "6", "7", "8", "10"],
    because: "what is on disk runs ahead of what is promised (§3.8)",
    where: ({ promiseAhead }) => promiseAhead > 0,
  },
  {
    gone: ["P8", "P9", "P10"],
    because: "the last accepted proposal may be dropped once the decision is on disk (§3.3)",
    where: ({ afterDecision }) => afterDecision === "discard",
  },
  {
    gone: ["P2", "P3", "P4", "P6", "P7", "P8", "P9", "P10", "10", "11", "12"],
    because: "what acceptor and proposer of one process tell each other takes no message (§3.7)",
    where: (_, { processes }) => processes.some(({ role }) => role === "replica"),
  },
]

/** A property of chapter 2, by its number, with the scope that its variants leave it. */
export function thesisProperty<N extends Needs<Cluster, PaxosEvent>>(
  definition: PropertyDefinition<Cluster, PaxosEvent, N> & { readonly number: string },
): PaxosProperty & { readonly number: string } {
  const { number } = definition
  const notStated = (cluster: Cluster): string | undefined =>
    replacements.find(({ gone, where }) => gone.includes(number) && where(cluster.variant, cluster))?.because
  return { ...paxosProperty<N>({ ...definition, notStated }), number }
}
