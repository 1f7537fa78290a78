import fc from "fast-check"
import { expect, test } from "vitest"
import { quorumSystemFrom } from "../../../quorums/from-text.ts"
import { type Epoch, constantPlan } from "../../quorum/plan.ts"
import { type Address, recipientsOf } from "../actor.ts"
import { acceptor } from "../paxos/acceptor.ts"
import { source } from "../paxos/epochs.ts"
import type { PaxosMessage, Proposal } from "../paxos/messages.ts"
import type { AcceptorRecord } from "../paxos/records.ts"
import type { ProposerState } from "../paxos/proposer-state.ts"
import { proposer } from "../paxos/proposer.ts"
import { classic } from "../paxos/variant.ts"
import { type LogRecord, emptyImage, keepRecord } from "./records.ts"
import type { LogMessage } from "./messages.ts"
import type { ReplicaOptions } from "./options.ts"
import type { ReplicaState } from "./replica-state.ts"
import { Interned } from "./interned.ts"
import { type LogActor, pureActor, replica } from "./replica.ts"
import { noEpoch } from "./slots.ts"
import { type Batch, type Command, noOp } from "./command.ts"
import { timers } from "./timers.ts"

/*
 * The log is the single instance, slot by slot (Howard 2019, §3.6). The acceptor and
 * the proposer of src/protocol/paxos are the oracle here: one of each to a slot.
 */

const slots = [0, 1, 2, 3] as const
const n = 5
const second = 1_000_000

const options: ReplicaOptions = {
  plan: constantPlan(quorumSystemFrom("simple(5, 4, 2)")),
  // Above every epoch that is tried here.
  epochs: source({ next: () => 20 }),
  recipients: { kind: "broadcast" },
  detector: "heartbeat",
  heartbeat: second,
  election: { min: second, max: second },
  backOff: { kind: "none" },
  retransmit: second,
  window: 100,
  batch: { max: 1, delay: 0 },
  snapshotEvery: 1000,
  reads: "log",
  lease: { duration: 0, drift: 0 },
  firstLeader: 1,
  rejoin: true,
  interned: new Interned(),
}

/** What the leader of an epoch proposes for a slot: a command that names both. */
const batchOf = (slot: number, epoch: Epoch): Batch => [
  {
    client: slot,
    request: 1,
    operation: "put",
    key: slot,
    value: valueOf(slot, epoch),
    expected: null,
    bytes: 0,
  } satisfies Command,
]
const valueOf = (slot: number, epoch: Epoch): string => `slot ${slot}, epoch ${epoch}`
const nameOf = (batch: Batch): string => batch[0]?.value ?? "no-op"

/** A replica with a disk that keeps what it stores. */
class Replica {
  private readonly actor: LogActor<ReplicaState> = pureActor(replica(options))
  private state = this.actor.start(0).state
  private disk: LogRecord = emptyImage()
  private lives = 0

  do(input: Parameters<LogActor<ReplicaState>["step"]>[1]): LogMessage[] {
    const { state, outputs } = this.actor.step(this.state, input)
    this.state = state
    for (const output of outputs)
      if (output.type === "store") this.disk = keepRecord(this.disk, output.record)
    return outputs.flatMap((output) =>
      output.type === "send" || output.type === "broadcast"
        ? recipientsOf(output).map(() => output.message)
        : [],
    )
  }

  hear(from: Address, message: LogMessage): LogMessage[] {
    return this.do({ type: "receive", from, message })
  }

  restart(): void {
    this.state = this.actor.start(0).state
    this.do({ type: "recover", stored: this.disk, life: ++this.lives })
  }
}

/** The same slots, an acceptor of the single instance for each. */
class Acceptors {
  private readonly actor = acceptor({ variant: { ...classic, nacks: "epoch" }, learners: [] })
  private readonly states = slots.map(() => this.actor.start(0).state)

  hear(slot: number, from: Address, message: PaxosMessage): PaxosMessage {
    const { state, outputs } = this.actor.step(this.states[slot]!, { type: "receive", from, message })
    this.states[slot] = state
    const sent = outputs.find((output) => output.type === "send")
    return (sent as { message: PaxosMessage }).message
  }

  restart(): void {
    this.states.forEach((state, slot) => {
      const stored: AcceptorRecord = state
      this.states[slot] = this.actor.step(this.actor.start(0).state, { type: "recover", stored }).state
    })
  }
}

/** What a reply of the log says of a slot, in the words of the single instance. */
function ofSlot(reply: LogMessage, slot: number): unknown {
  switch (reply.type) {
    case "promise": {
      const { from, epochs, batches } = reply.accepted
      const epoch = epochs[slot - from] ?? noEpoch
      const accepted: Proposal | null =
        epoch === noEpoch ? null : { epoch, value: nameOf(batches[slot - from]!) }
      return { type: "promise", epoch: reply.epoch, lastAccepted: accepted }
    }
    case "accept":
      return { type: "accept", epoch: reply.epoch }
    default:
      return reply
  }
}

const step = fc.oneof(
  fc.record({ type: fc.constant("prepare" as const), epoch: fc.nat(12) }),
  fc.record({ type: fc.constant("propose" as const), epoch: fc.nat(12), slot: fc.constantFrom(...slots) }),
  fc.record({ type: fc.constant("restart" as const) }),
)

test("an acceptor of the log answers, for every slot, as an acceptor of the single instance does", () => {
  const seen = { promise: 0, accept: 0, "no-promise": 0, "no-accept": 0 }
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const log = new Replica()
      const single = new Acceptors()
      for (const step of steps) {
        if (step.type === "restart") {
          log.restart()
          single.restart()
          continue
        }
        const { epoch } = step
        const leader = epoch % n
        if (step.type === "prepare") {
          const [reply] = log.hear(leader, { type: "prepare", epoch, from: 0 })
          for (const slot of slots) {
            expect(ofSlot(reply!, slot)).toEqual(single.hear(slot, leader, { type: "prepare", epoch }))
          }
          seen[reply!.type as keyof typeof seen]++
        } else {
          const { slot } = step
          const batch = batchOf(slot, epoch)
          const [reply] = log.hear(leader, { type: "propose", epoch, slot, batch, decidedUpTo: 0 })
          const value = valueOf(slot, epoch)
          expect(ofSlot(reply!, slot)).toEqual(single.hear(slot, leader, { type: "propose", epoch, value }))
          // One promise serves all slots: whoever accepts in one has promised the epoch in the others.
          for (const other of slots)
            if (other !== slot) single.hear(other, leader, { type: "prepare", epoch })
          seen[reply!.type as keyof typeof seen]++
        }
      }
    }),
    { numRuns: 500 },
  )
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(100)
})

/** The value a proposer of the single instance proposes after these promises, the candidate being a no-op. */
function proposedBySingle(epoch: Epoch, reports: readonly (Proposal | null)[]): string {
  const actor = proposer({
    plan: options.plan,
    epochs: source({ next: () => epoch }),
    timeout: { min: second, max: second },
    backOff: { kind: "none" },
    recipients: { kind: "broadcast" },
  })
  let state: ProposerState = actor.start(n).state
  state = actor.step(state, { type: "propose", value: nameOf(noOp) }).state
  reports.forEach((lastAccepted, from) => {
    const message: PaxosMessage = { type: "promise", epoch, lastAccepted }
    state = actor.step(state, { type: "receive", from, message }).state
  })
  return state.value ?? nameOf(noOp)
}

/** What a leader asks the others to accept, by slot. */
function proposedByLog(messages: readonly LogMessage[]): ReadonlyMap<number, string> {
  const proposed = new Map<number, string>()
  for (const message of messages) {
    if (message.type === "propose") proposed.set(message.slot, nameOf(message.batch))
    if (message.type === "repropose") {
      message.batches.forEach((batch, i) => proposed.set(message.slot + i, nameOf(batch)))
    }
  }
  return proposed
}

const accepted = fc.oneof(fc.nat(9), fc.constant(null))
const log = fc.tuple(accepted, accepted, accepted, accepted)

test("a leader of the log proposes, for every slot, what a proposer of the single instance does", () => {
  const seen = { forced: 0, gaps: 0 }
  fc.assert(
    fc.property(log, log, log, log, (...logs) => {
      const candidate = new Replica()
      // Its own acceptances, in the order of their epochs, as they would have come about.
      const own = logs[0].flatMap((epoch, slot) => (epoch === null ? [] : [{ epoch, slot }]))
      for (const { epoch, slot } of own.sort((a, b) => a.epoch - b.epoch)) {
        candidate.hear(epoch % n, {
          type: "propose",
          epoch,
          slot,
          batch: batchOf(slot, epoch),
          decidedUpTo: 0,
        })
      }
      const [prepare] = candidate.do({ type: "timeout", timer: timers.election })
      const { epoch } = prepare as LogMessage & { type: "prepare" }
      const messages = [1, 2, 3].flatMap((from) => {
        const epochs = logs[from]!.map((reported) => reported ?? noEpoch)
        const batches = logs[from]!.map((reported, slot) =>
          reported === null ? noOp : batchOf(slot, reported),
        )
        return candidate.hear(from, {
          type: "promise",
          epoch,
          accepted: { from: 0, epochs, batches },
          snapshot: null,
        })
      })
      const proposed = proposedByLog(messages)
      const end = Math.max(
        0,
        ...slots.filter((slot) => logs.some((one) => one[slot] !== null)).map((slot) => slot + 1),
      )
      expect([...proposed.keys()]).toEqual(slots.slice(0, end))
      for (const slot of slots.slice(0, end)) {
        const reports = logs.map((one): Proposal | null => {
          const reported = one[slot] ?? null
          return reported === null ? null : { epoch: reported, value: valueOf(slot, reported) }
        })
        expect(proposed.get(slot)).toBe(proposedBySingle(epoch, reports))
        if (reports.every((one) => one === null)) seen.gaps++
        else seen.forced++
      }
    }),
    { numRuns: 300 },
  )
  expect(Math.min(seen.forced, seen.gaps)).toBeGreaterThan(20)
})
