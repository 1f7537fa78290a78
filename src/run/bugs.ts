import {
  type NodeSet,
  difference,
  fullSet,
  has,
  members,
  nodeSet,
  withMember,
  withoutMember,
} from "../base/node-set.ts"
import { type Input, recipientsOf, send } from "../protocol/actor.ts"
import type { LogProcess } from "../protocol/log/cluster.ts"
import type { LogMessage, LogOutput } from "../protocol/log/messages.ts"
import type { ReplicaState } from "../protocol/log/replica-state.ts"
import type { LogActor } from "../protocol/log/replica.ts"
import { type Proposals, Slots, noEpoch } from "../protocol/log/slots.ts"
import { type Phase, type QuorumSystem, holdsNoQuorum } from "../quorum/system.ts"
import type { NamedFault } from "../world/faults/fault.ts"
import type { LogMutant } from "./log-protocol.ts"
import type { LogSetup } from "./log-settings.ts"
import { noOp } from "../protocol/log/command.ts"
import type { LogRecord } from "../protocol/log/records.ts"
import { firstLeader } from "./log-placement.ts"

const mistakes: readonly Mistake[] = [
  {
    id: "accept-not-stored",
    does: "An acceptor answers a proposal and forgets to write it down.",
    caughtBy: ["durable-answers", "safe-learning"],
    after: (_, outputs) => withoutStores(withoutStores(outputs, "accept"), "accepts"),
  },
  {
    id: "promise-not-stored",
    does: "An acceptor answers a prepare and forgets to write the promise down.",
    caughtBy: ["durable-answers"],
    after: (_, outputs) => withoutStores(outputs, "promise"),
  },
  {
    id: "reply-before-sync",
    does: "A replica speaks first and writes afterwards.",
    caughtBy: ["durable-answers", "safe-learning", "acknowledged"],
    setup: (setup) => ({ ...setup, writeMs: 30 }),
    after: (_, outputs) => [
      ...outputs.filter((o) => o.type !== "store"),
      ...outputs.filter((o) => o.type === "store"),
    ],
  },
  {
    id: "small-phase-2-quorum",
    does: "The leader takes a slot for decided when one acceptance is missing.",
    caughtBy: ["safe-learning", "acknowledged", "agreement"],
    after: oneMissing(2),
  },
  {
    id: "small-phase-1-quorum",
    does: "A candidate leads when one promise is missing.",
    caughtBy: ["agreement", "safe-learning", "one-value-per-epoch"],
    setup: contended,
    after: oneMissing(1),
  },
  {
    id: "promise-omits-executed",
    does: "A promise leaves out the slots that the acceptor has executed.",
    caughtBy: ["agreement", "safe-learning"],
    setup: contended,
    after: (state, outputs) =>
      mapSent(outputs, "promise", (message) => ({
        ...message,
        accepted: state.log.since(Math.max(message.accepted.from, state.executedUpTo)),
      })),
  },
  {
    id: "reports-ignored",
    does: "A new leader proposes without regard to what promises report.",
    caughtBy: ["agreement", "safe-learning"],
    setup: contended,
    before: onMessage("promise", (_, message) => ({
      ...message,
      accepted: { ...message.accepted, epochs: [], batches: [] },
    })),
  },
  {
    id: "first-report-wins",
    does: "Of several reported proposals the candidate takes the first, not that of the greatest epoch.",
    caughtBy: ["agreement", "safe-learning"],
    setup: contended,
    before: onMessage("promise", (state, message) => ({
      ...message,
      accepted: onlyNew(state, message.accepted),
    })),
  },
  {
    id: "accepts-below-promise",
    does: "An acceptor accepts in an epoch below the one it has promised.",
    caughtBy: ["last-promised-monotone", "agreement"],
    before: onMessage("propose", forgetPromise),
  },
  {
    id: "promises-below-promise",
    does: "An acceptor promises every epoch it is asked for.",
    caughtBy: ["last-promised-monotone", "agreement"],
    setup: contended,
    before: onMessage("prepare", forgetPromise),
  },
  {
    id: "lost-no-op",
    does: "A new leader leaves gaps in the log as they are.",
    caughtBy: ["progress"],
    setup: contended,
    after: (_, outputs) => outputs.flatMap(withoutNoOps),
  },
  {
    id: "commit-index-one-too-far",
    does: "The leader's commit index counts one slot that is not decided.",
    caughtBy: ["safe-learning"],
    after: (_, outputs) =>
      mapSent(outputs, "propose", (message) => ({ ...message, decidedUpTo: message.slot + 1 })),
  },
  {
    id: "commit-index-any-epoch",
    does: "A follower takes what it accepted in an earlier epoch for what the commit index speaks of.",
    caughtBy: ["safe-learning", "state-machine"],
    setup: contended,
    before: onMessage("heartbeat", (state, message) => {
      for (let slot = state.decidedUpTo; slot < message.decidedUpTo; slot++) {
        if (state.log.epochAt(slot) !== noEpoch) state.log.set(slot, message.epoch, state.log.batchAt(slot))
      }
      return message
    }),
  },
  {
    id: "undecided-sent-as-decided",
    does: "Who is asked what is decided sends its whole log.",
    caughtBy: ["safe-learning"],
    setup: contended,
    after: (state, outputs) =>
      mapSent(outputs, "decided", (message) => ({
        ...message,
        entries: state.log.since(message.entries.from),
      })),
  },
  {
    id: "reply-on-propose",
    does: "The leader answers its clients when it proposes, not when it learns.",
    caughtBy: ["acknowledged"],
    after: (state, outputs) => [...outputs, ...earlyReplies(state, outputs)],
  },
  {
    id: "snapshot-without-client-table",
    does: "A snapshot has the data and not the client table.",
    caughtBy: ["state-machine", "acknowledged"],
    setup: (setup) => ({
      ...contended(setup),
      appendShare: 1,
      readShare: 0,
      reads: "log",
      snapshotEvery: 2,
      retryMs: 60,
      faults: [...setup.faults, ...restarts(setup), ...delays()],
    }),
    after: (state, outputs) => {
      if (state.snapshot !== null) state.snapshot = withoutTable(state.snapshot)
      return outputs.map((o) =>
        o.type === "store" && o.record.type === "snapshot"
          ? { ...o, record: { ...o.record, snapshot: withoutTable(o.record.snapshot) } }
          : o,
      )
    },
  },
  {
    id: "torn-record-read-as-empty",
    does: "A torn record at the end of the log is read as an empty one.",
    caughtBy: ["agreement", "safe-learning", "one-value-per-epoch"],
    setup: (setup) => ({ ...contended(setup), faults: [...setup.faults, ...restarts(setup)] }),
    before: onRecovery((image) => {
      const last = image.accepted.end - 1
      const accepted = image.accepted.copy()
      if (last >= accepted.base) accepted.set(last, accepted.epochAt(last), noOp)
      return { ...image, accepted }
    }),
  },
  {
    id: "log-lost-on-restart",
    does: "A restart reads the promise and not the log.",
    caughtBy: ["agreement", "safe-learning", "progress"],
    setup: (setup) => ({ ...contended(setup), faults: [...setup.faults, ...restarts(setup)] }),
    before: onRecovery((image) => ({ ...image, accepted: new Slots(image.snapshot?.upTo ?? 0) })),
  },
  {
    id: "amnesia",
    does: "A replica that has lost its disk takes part as if it were new.",
    caughtBy: ["agreement", "safe-learning", "last-promised-monotone", "one-value-per-epoch", "prefix"],
    setup: (setup) => ({
      ...contended(setup),
      rejoin: false,
      faults: [...setup.faults, ...lostDisks(setup)],
    }),
  },
  {
    id: "rejoin-after-one-answer",
    does: "A replica that has lost its disk rejoins after the first answer.",
    caughtBy: ["agreement", "safe-learning", "last-promised-monotone", "one-value-per-epoch"],
    setup: forgottenDecisions,
    before: (state, input) => {
      if (input.type === "receive" && input.message.type === "rejoin-answer") {
        state.rejoined = withoutMember(fullSet(64), state.self)
      }
      return input
    },
  },
  {
    id: "blank-counts-as-answer",
    does: "Replicas that have all lost their disks take each other's empty hands for answers.",
    caughtBy: ["agreement", "safe-learning", "acknowledged", "last-promised-monotone", "one-value-per-epoch"],
    setup: (setup) => ({
      ...setup,
      requestsPerClient: 20,
      faults: [...setup.faults, ...allDisksLost(setup)],
    }),
    before: onMessage("rejoin-blank", (state, { life }) => ({
      type: "rejoin-answer",
      life,
      barred: state.barred,
      lastPromised: noEpoch,
      accepted: { from: 0, epochs: [], batches: [] },
      snapshot: null,
    })),
  },
  {
    id: "lease-without-drift-margin",
    does: "The leader's lease lasts as long as the followers': no margin for clocks that drift.",
    caughtBy: ["linearizability"],
    setup: (setup) =>
      leased({
        ...setup,
        leaseDrift: 0,
        clockRates: setup.plan.nodes.map((process, i) => ({
          process,
          rate: i === firstLeader(setup) ? 0.6 : 1.4,
        })),
      }),
  },
  {
    id: "lease-not-kept",
    does: "A follower promises another candidate while the lease it has granted lasts.",
    caughtBy: ["linearizability"],
    setup: (setup) => leased({ ...setup, electionMs: 30 }),
    before: (state, input) => {
      state.expiredGrant = state.lastGrant
      return input
    },
  },
  {
    id: "stale-read-at-deposed-leader",
    does: "A leader that has been replaced and does not know it answers reads from its own state.",
    caughtBy: ["linearizability"],
    setup: (setup) => leased({ ...setup, reads: "stale" }),
  },
  {
    id: "read-own-state",
    does: "A quorum read asks no quorum.",
    caughtBy: ["linearizability"],
    setup: (setup) => ({
      ...setup,
      reads: "quorum",
      detector: "heartbeat",
      readShare: 0.5,
      keys: { kind: "uniform", count: 2 },
    }),
    after: (state, outputs, input) => {
      if (input.type !== "receive" || input.message.type !== "request") return outputs
      const { command } = input.message
      if (command.operation !== "get") return outputs
      state.reads.clear()
      const { client, request, key } = command
      return [
        {
          type: "send",
          to: input.from,
          message: { type: "reply", client, request, result: state.machine.read(key) },
        },
      ]
    },
  },
]

/** Every bug the checks are tested with, in the order of the table: the mutants of Multi-Paxos. */
export const knownBugs: readonly SeededBug[] = mistakes.map(seededBug)

function withoutStores(outputs: readonly LogOutput[], type: LogRecord["type"]): LogOutput[] {
  return outputs.filter((o) => o.type !== "store" || o.record.type !== type)
}

/** What a new leader proposes, slot by slot and without those that are empty. */
function withoutNoOps(output: LogOutput): readonly LogOutput[] {
  if (output.type !== "send" && output.type !== "broadcast") return [output]
  const { message } = output
  if (message.type === "propose" && message.batch.length === 0) return []
  if (message.type !== "repropose") return [output]
  const { epoch, slot, batches, decidedUpTo } = message
  const proposals = batches
    .map((batch, i) => ({ type: "propose", epoch, slot: slot + i, batch, decidedUpTo }) as const)
    .filter(({ batch }) => batch.length > 0)
  return recipientsOf(output).flatMap((to) => proposals.map((proposal) => send(to, proposal)))
}

/** The outputs with all messages of a type changed; what was broadcast is then sent to one after the other. */
function mapSent<T extends LogMessage["type"]>(
  outputs: readonly LogOutput[],
  type: T,
  change: (message: Extract<LogMessage, { type: T }>) => LogMessage,
): LogOutput[] {
  return outputs.flatMap((o): LogOutput[] => {
    if ((o.type !== "send" && o.type !== "broadcast") || o.message.type !== type) return [o]
    const message = change(o.message as Extract<LogMessage, { type: T }>)
    return recipientsOf(o).map((to) => send(to, message))
  })
}

function onMessage<T extends LogMessage["type"]>(
  type: T,
  change: (state: ReplicaState, message: Extract<LogMessage, { type: T }>) => LogMessage,
): (state: ReplicaState, input: LogInput) => LogInput {
  return (state, input) => {
    if (input.type !== "receive" || input.message.type !== type) return input
    return { ...input, message: change(state, input.message as Extract<LogMessage, { type: T }>) }
  }
}

function onRecovery(
  change: (image: Extract<LogRecord, { type: "image" }>) => LogRecord,
): (state: ReplicaState, input: LogInput) => LogInput {
  return (_, input) =>
    input.type === "recover" && input.stored?.type === "image"
      ? { ...input, stored: change(input.stored) }
      : input
}

function forgetPromise<M>(state: ReplicaState, message: M): M {
  state.lastPromised = noEpoch
  return message
}

/** A quorum test that overlooks one missing member. */
function oneMissing(phase: Phase): NonNullable<Mistake["after"]> {
  const loosened = new WeakSet<QuorumSystem>()
  return (state, outputs) => {
    const { system } = state
    if (system === null || loosened.has(system)) return outputs
    const loose: QuorumSystem = {
      ...system,
      isQuorum: (asked, answered) =>
        system.isQuorum(asked, answered) ||
        (asked === phase &&
          system.nodes.some((_, node) => system.isQuorum(asked, withMember(answered, node)))),
    }
    loosened.add(loose)
    state.system = loose
    return outputs
  }
}

function onlyNew({ reported }: ReplicaState, { from, epochs, batches }: Proposals): Proposals {
  return { from, batches, epochs: epochs.map((epoch, i) => (reported.has(from + i) ? noEpoch : epoch)) }
}

function earlyReplies(state: ReplicaState, outputs: readonly LogOutput[]): LogOutput[] {
  return outputs.flatMap((o) => {
    if (o.type !== "store" || o.record.type !== "accept" || state.role !== "leader") return []
    return o.record.batch.flatMap(({ client, request }): LogOutput[] => {
      if (state.pendingRequest[client] !== request) return []
      return [
        {
          type: "send",
          to: state.requester[client]!,
          message: { type: "reply", client, request, result: "ok" },
        },
      ]
    })
  })
}

function withoutTable<S extends { readonly machine: object }>(snapshot: S): S {
  return { ...snapshot, machine: { ...snapshot.machine, requests: [], results: [] } }
}

/** Leaders that replace each other often, on a network that loses a good part. */
export function contended(setup: LogSetup): LogSetup {
  return {
    ...setup,
    reads: "log",
    electionMs: 30,
    heartbeatMs: 25,
    backOff: { kind: "random", upTo: 50_000 },
    requestsPerClient: 20,
    quorumSelection: "broadcast",
    faults: [...setup.faults, { type: "loss", probability: 0.3, from: 0, until: 3_000_000 }],
  }
}

/** Rolling restarts: every replica crashes and recovers, one after the other, several times. */
export function restarts({ plan }: LogSetup): NamedFault[] {
  return [0, 1, 2, 3].flatMap((round) =>
    plan.nodes.map((process, i): NamedFault => {
      const at = 200_000 + round * 600_000 + i * 50_000
      return { type: "crash", process, at, recoverAt: at + 20_000, disk: "synced" }
    }),
  )
}

/** Every replica in turn loses its disk and recovers 30 ms later: one at a time, as rejoining permits. */
export function lostDisks({ plan }: LogSetup): NamedFault[] {
  return plan.nodes.map((process, i) => {
    const at = 200_000 + i * 300_000
    return { type: "crash", process, at, recoverAt: at + 30_000, disk: "lost" }
  })
}

/**
 * A phase-2 quorum decides in isolation for a while; then all its members but the leader lose their
 * disks, and the leader is partitioned from all others. A new leader must not proceed without it.
 * Systems in which that leaves no phase-1 quorum, or loses too much, are unaffected.
 */
export function forgottenDecisions(setup: LogSetup): LogSetup {
  const { plan } = setup
  const leader = firstLeader(setup)
  const system = plan.systemAt(leader)
  const all = fullSet(plan.nodes.length)
  const may = (quorum: NodeSet): boolean =>
    has(quorum, leader) &&
    holdsNoQuorum(system, withoutMember(quorum, leader)) &&
    system.isQuorum(1, withoutMember(all, leader))
  const quorum = [...system.minimalQuorums(2)].find(may) ?? nodeSet([leader])
  const namesIn = (set: NodeSet): string[] => members(set).map((process) => plan.nodes[process]!)
  const [inside, outside] = [namesIn(quorum), namesIn(difference(all, quorum))]
  const lost = namesIn(withoutMember(quorum, leader))
  const ms = (n: number): number => n * 1000
  return {
    ...setup,
    reads: "log",
    detector: "heartbeat",
    quorumSelection: "broadcast",
    electionMs: 100,
    heartbeatMs: 25,
    handOverAfterMs: null,
    snapshotEvery: 1000,
    thinkMs: 5,
    retryMs: 100,
    requestsPerClient: 60,
    faults: [
      {
        type: "cut",
        from: ms(300),
        until: ms(900),
        path: { side: inside, otherSide: outside, oneWay: false },
      },
      ...lost.map((process): NamedFault => ({
        type: "crash",
        process,
        at: ms(850),
        recoverAt: ms(910),
        disk: "lost",
      })),
      {
        type: "cut",
        from: ms(850),
        until: ms(2500),
        path: { side: [plan.nodes[leader]!], otherSide: [...lost, ...outside], oneWay: false },
      },
    ],
  }
}

/**
 * All replicas lose their disks simultaneously: no acknowledged request can survive, and no replica may
 * report that one did.
 */
export function allDisksLost({ plan }: LogSetup): NamedFault[] {
  return plan.nodes.map((process) => ({
    type: "crash",
    process,
    at: 400_000,
    recoverAt: 500_000,
    disk: "lost",
  }))
}

/** Nearly a third of all messages are late by up to 200 ms, and so out of order. */
export function delays(): NamedFault[] {
  return [{ type: "reorder", probability: 0.3, upTo: 200_000, from: 0, until: 3_000_000 }]
}

/** Lease reads by a leader that loses touch with the other replicas, and not with its clients. */
export function leased(setup: LogSetup): LogSetup {
  const cuts = [0, 1, 2, 3].map((round): NamedFault => ({
    type: "cut",
    from: 300_000 + round * 600_000,
    until: 700_000 + round * 600_000,
    path: { side: ["leader"], otherSide: setup.plan.nodes, oneWay: false },
  }))
  return {
    ...setup,
    reads: setup.reads === "stale" ? "stale" : "lease",
    detector: "heartbeat",
    readShare: 0.8,
    keys: { kind: "uniform", count: 2 },
    leaseMs: 150,
    electionMs: setup.electionMs > 100 ? 160 : setup.electionMs,
    heartbeatMs: 25,
    retryMs: 100,
    thinkMs: 5,
    requestsPerClient: 60,
    faults: cuts,
  }
}

/**
 * A bug of published implementations of Paxos, seeded around a correct replica by changing what it
 * receives, sends or stores. The replica itself has no switch for it.
 */
export interface SeededBug extends LogMutant {
  /** The checks of which at least one must notice. */
  readonly caughtBy: readonly string[]
}

/** What is changed around each step of a replica. */
interface Mistake extends Omit<SeededBug, "apply"> {
  /** Before each step: may change the state and the input. */
  readonly before?: (state: ReplicaState, input: LogInput) => LogInput
  /** After each step: may change the state and the outputs. */
  readonly after?: (state: ReplicaState, outputs: LogOutput[], input: LogInput) => readonly LogOutput[]
}

/** An input of a replica. */
type LogInput = Input<LogMessage, LogRecord>

/** A mistake made by every replica. */
function seededBug(mistake: Mistake): SeededBug {
  const { id, does, caughtBy, setup } = mistake
  return {
    ...{ id, does, caughtBy },
    ...(setup && { setup }),
    apply: (cluster) => ({
      ...cluster,
      processes: cluster.processes.map((process): LogProcess => {
        if (process.role !== "replica") return process
        return { ...process, actor: sabotaged(process.actor as LogActor<ReplicaState>, mistake) }
      }),
    }),
  }
}

function sabotaged(actor: LogActor<ReplicaState>, mistake: Mistake): LogActor<ReplicaState> {
  return {
    start: (self) => actor.start(self),
    step: (state, input) => {
      const heard = mistake.before?.(state, input) ?? input
      const step = actor.step(state, heard)
      const outputs = mistake.after?.(step.state, [...step.outputs], heard) ?? step.outputs
      return { state: step.state, outputs }
    },
  }
}
