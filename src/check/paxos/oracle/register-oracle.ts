import { members } from "../../../base/node-set.ts"
import type { Verdict } from "../../../base/verdict.ts"
import type { Cluster } from "../../../protocol/paxos/cluster.ts"
import type { PaxosMessage } from "../../../protocol/paxos/messages.ts"
import type { AcceptorRecord, PaxosRecord } from "../../../protocol/paxos/records.ts"
import type { QuorumSystem } from "../../../quorum/system.ts"
import type { TraceEvent } from "../../../world/simulate/trace.ts"
import { Finding, type Gatherer, type Violation } from "../../property.ts"
import { transfersOf } from "../transfers.ts"
import {
  type Complaint,
  type DecisionState,
  Registers,
  decisionState,
  mayDecideOther,
  readingOf,
  showDecisionState,
} from "./registers.ts"

/** The parameters of the variant that the oracle needs; everything else it derives from the trace. */
export interface OracleOptions {
  /**
   * Whether several values may be written to a register set, as where epochs are shared (Howard 2019,
   * §7.3). A value read then implies nothing about its own set, and the phase-2 quorums of the set must
   * intersect each other. By default no set is shared.
   */
  readonly isShared?: (set: number) => boolean
}

/** In the order of the paper: registers, the rules for clients, and consensus itself. */
export const ruleNames = ["write-once", "rule-1", "rule-2", "rule-3", "rule-4", "one-decision"] as const
/** One of its rules: the four of the paper, and what they rest on and lead to. */
export type Rule = (typeof ruleNames)[number]

/** What a client, that is a proposer or learner, has read and been given. */
interface Client {
  known: Registers
  readonly inputs: Set<string>
  /** The values it has read to be decided, or that others who know have reported to it as decided. */
  told: Set<string>
  /** Its proposal in each set: an acceptance of the set means that it was written. */
  written: Map<number, string>
  /** By value, a set below which, for all that was read, nothing else can be decided; reading more never changes that. */
  settledBelow: Map<string, number>
}

/**
 * An independent oracle for traces of Paxos: based on another theory than the core, and sharing no code
 * with it (only the types of traces).
 *
 * It reads a run as clients writing to and reading from write-once registers (Howard and Mortier 2019):
 * accepting (e, v) writes v to the acceptor's register e; promising e fills its empty registers below e
 * with nil; a promise is a reading of them. From what a client has read, the state of every phase-2
 * quorum follows, and from these whether each step of the client was safe, independent of the variant.
 * Quorums are enumerated from the list of minimal ones, not by the predicate that proposers use.
 *
 * Cost: for each proposal, the number of minimal phase-2 quorums times the
 * number of different register sets.
 */
export class RegisterOracle implements Gatherer<TraceEvent<PaxosMessage, PaxosRecord>> {
  readonly cluster: Cluster
  readonly options: OracleOptions
  /** What is in the registers, as far as the trace has come. */
  readonly registers = new Registers()
  /** The greatest register set in the trace. */
  greatestSet = -1
  private readonly found = new Map<Rule, Finding>(ruleNames.map((rule) => [rule, new Finding()]))
  private readonly clients = new Map<number, Client>()
  private readonly quorums = new Map<QuorumSystem, readonly (readonly number[])[]>()
  private readonly decided = new Map<string, number>()
  /** What each server has on disk. */
  private readonly records = new Map<number, AcceptorRecord>()

  constructor(cluster: Cluster, options: OracleOptions = {}) {
    this.cluster = cluster
    this.options = options
  }

  /** The verdict of the processed events on a rule. */
  verdictOn(rule: Rule): Verdict<Violation> {
    return this.found.get(rule)!.verdict("steps")
  }

  observe(event: TraceEvent<PaxosMessage, PaxosRecord>): void {
    switch (event.type) {
      case "propose":
        this.client(event.process).inputs.add(event.value)
        return
      case "store":
        return this.recorded(event.at, event.process, event.record)
      case "send":
        for (const { from, to, message } of transfersOf(event)) this.sent(event.at, from, to, message)
        return
      case "deliver":
        for (const { from, to, message } of transfersOf(event)) this.delivered(from, to, message)
        return
      case "learn":
        return this.output(event.at, event.process, event.value)
      case "crash":
        return this.forget(event.process)
      case "recover":
        return this.cameBack(event.process)
      default:
        return
    }
  }

  /** What a client has read; empty for a process that is no client. */
  knowledgeOf(process: number): Registers {
    return this.client(process).known
  }

  /** The minimal phase-2 quorums of a register set, as server numbers. */
  quorumsOf(set: number): readonly (readonly number[])[] {
    const system = this.cluster.plan.systemAt(set)
    const found = this.quorums.get(system) ?? [...system.minimalQuorums(2)].map(members)
    this.quorums.set(system, found)
    return found
  }

  /** The state of a quorum as known to this client, or with `undefined` to an observer of all registers. */
  stateOf(client: number | undefined, set: number, quorum: readonly number[]): DecisionState {
    if (client === undefined) return decisionState(this.registers, set, quorum, nothing)
    const { known } = this.client(client)
    return decisionState(known, set, quorum, this.implied(known, set))
  }

  /** Values read in later sets; in this one, too, where a set has one writer. */
  private implied(known: Registers, set: number): Set<string> {
    return known.valuesFrom(this.isShared(set) ? set + 1 : set)
  }

  private isShared(set: number): boolean {
    return this.options.isShared?.(set) ?? false
  }

  private recorded(at: number, server: number, record: PaxosRecord): void {
    if (record.role === "acceptor") return this.onStore(at, server, record)
    if (record.role !== "replica" || record.acceptor === null) return
    this.onStore(at, server, record.acceptor)
    this.readOwn(server, record.acceptor)
  }

  private onStore(at: number, server: number, record: AcceptorRecord): void {
    const { lastPromised, lastAccepted, reserved, decided } = record
    this.records.set(server, record)
    if (decided !== undefined) this.saidDecided(at, server, decided.value)
    if (lastAccepted !== null) this.write(at, server, lastAccepted.epoch, lastAccepted.value)
    // Reserved epochs (§3.8) are not promised yet: their registers are filled as promises report them.
    const promised = reserved === undefined ? (lastPromised ?? -1) : -1
    this.registers.close(server, 0, promised)
    this.greatestSet = Math.max(this.greatestSet, lastAccepted?.epoch ?? -1, promised)
  }

  /** A replica reads its own registers without a message. */
  private readOwn(server: number, record: AcceptorRecord): void {
    const { lastPromised, lastAccepted, history = [], decided } = record
    const { known, told } = this.client(server)
    if (decided !== undefined) told.add(decided.value)
    for (const { epoch, value } of history) known.write(server, epoch, value)
    if (lastAccepted !== null) known.write(server, lastAccepted.epoch, lastAccepted.value)
    if (lastPromised !== null) known.close(server, (lastAccepted?.epoch ?? -1) + 1, lastPromised)
  }

  /** After a crash everything that was reserved counts as promised; a replica knows its own registers again. */
  private cameBack(process: number): void {
    const record = this.records.get(process)
    if (record === undefined) return
    if (record.reserved !== undefined) this.registers.close(process, 0, record.reserved)
    if (this.cluster.processes[process]!.role === "replica") this.readOwn(process, record)
  }

  private write(at: number, server: number, set: number, value: string): void {
    if (this.registers.at(server, set) === "unwritten") this.judgeCurrent(at, set, value)
    this.judge("write-once", at, server, set, this.registers.write(server, set, value))
    for (const quorum of this.quorumsOf(set)) {
      if (quorum.includes(server)) this.noteDecision(at, set, this.stateOf(undefined, set, quorum))
    }
  }

  /** Rule 3: nothing else may be decided in this set; guaranteed by one value to a set, or by quorums that meet. */
  private judgeCurrent(at: number, set: number, value: string): void {
    const found = this.found.get("rule-3")!
    found.checked++
    const other = [...this.registers.valuesAt(set)].find((written) => written !== value)
    if (other === undefined) return
    if (this.isShared(set) && this.everyTwoMeet(set)) return
    found.report(at, `${value} was written to register set ${set}, which has ${other} and may decide both`)
  }

  private everyTwoMeet(set: number): boolean {
    const quorums = this.quorumsOf(set)
    return quorums.every((one) => quorums.every((two) => one.some((server) => two.includes(server))))
  }

  private noteDecision(at: number, set: number, state: DecisionState): void {
    if (state.state !== "decided") return
    const found = this.found.get("one-decision")!
    found.checked++
    if (!this.decided.has(state.value)) this.decided.set(state.value, set)
    if (this.decided.size < 2) return
    found.report(
      at,
      [...this.decided].map(([value, where]) => `register set ${where} decided ${value}`).join(", "),
    )
  }

  private sent(at: number, from: number, to: number, message: PaxosMessage): void {
    if (message.type === "prepare") this.greatestSet = Math.max(this.greatestSet, message.epoch)
    if (message.type === "propose") {
      this.greatestSet = Math.max(this.greatestSet, message.epoch)
      this.put(at, from, message.epoch, message.value)
    }
    if (message.type === "decided") this.saidDecided(at, from, message.value)
    if (this.cluster.acceptors.includes(from)) this.toldTruly(at, from, to, message)
  }

  /** Checks that a value reported as decided is decided. */
  private saidDecided(at: number, process: number, value: string | undefined): void {
    const { name } = this.cluster.processes[process]!
    const found = this.found.get("rule-1")!
    found.checked++
    if (value !== undefined && !this.decided.has(value))
      found.report(at, `${name} said that ${value} was decided`)
  }

  /** Checks that what an acceptor reports of its registers is in them, on disk. */
  private toldTruly(at: number, server: number, to: number, message: PaxosMessage): void {
    for (const { from, below, value } of readingOf(message, this.client(to).written)) {
      if (value !== undefined && this.registers.at(server, from) === "unwritten") {
        this.judge("write-once", at, server, from, `${value} was read where nothing is written`)
      } else if (value !== undefined) {
        this.judge("write-once", at, server, from, this.registers.write(server, from, value))
      } else {
        this.toldNil(at, server, from, below)
      }
    }
  }

  private toldNil(at: number, server: number, from: number, below: number): void {
    if (below <= (this.records.get(server)?.reserved ?? -1)) this.registers.close(server, from, below)
    if (this.registers.isNil(server, from, below) || this.found.get("write-once")!.isViolated) return
    for (const set of this.registers.changes(from, below)) {
      const there = this.registers.at(server, set)
      if (there !== "nil") {
        const what = there === "unwritten" ? "can still be written" : `holds ${there.value}`
        this.judge("write-once", at, server, set, `nil was read in a register that ${what}`)
      }
    }
  }

  private delivered(from: number, to: number, message: PaxosMessage): void {
    const client = this.client(to)
    if (message.type === "forward" || message.type === "allocate") this.given(client, message.value)
    if (message.type === "decided" && message.value !== undefined) client.told.add(message.value)
    for (const { from: set, below, value } of readingOf(message, client.written)) {
      if (value === undefined) client.known.close(from, set, below)
      else client.known.write(from, set, value)
    }
  }

  /** An allocator that keeps a value (§7.1), and a proposer that forwards one (§3.4), pass inputs on. */
  private given(client: Client, value: string | undefined): void {
    if (value !== undefined) client.inputs.add(value)
  }

  /** A client puts a value forward for a register set: rules 2 and 4. */
  private put(at: number, process: number, set: number, value: string): void {
    const client = this.client(process)
    if (client.written.get(set) === value) return
    client.written.set(set, value)
    const name = this.cluster.processes[process]!.name
    this.found.get("rule-2")!.checked++
    if (!client.inputs.has(value) && !client.known.valuesFrom(0).has(value)) {
      this.found.get("rule-2")!.report(at, `${name} wrote ${value}, which is neither its input nor read`)
    }
    this.judgePrevious(at, process, set, value)
  }

  /** Rule 4: as far as the client has read, no earlier register set can decide anything else. */
  private judgePrevious(at: number, process: number, set: number, value: string): void {
    const found = this.found.get("rule-4")!
    found.checked++
    if (found.isViolated) return
    const { name } = this.cluster.processes[process]!
    const { settledBelow } = this.client(process)
    const settled = settledBelow.get(value) ?? 0
    for (const earlier of this.runsIn(process, settled, set)) {
      for (const quorum of this.quorumsOf(earlier)) {
        const state = this.stateOf(process, earlier, quorum)
        if (!mayDecideOther(state, value)) continue
        const servers = quorum.map((server) => this.cluster.processes[server]!.name).join(" ")
        return found.report(
          at,
          `${name} wrote ${value} to register set ${set}, though for all it had read {${servers}} of set ${earlier} was ${showDecisionState(state)}`,
        )
      }
    }
    settledBelow.set(value, Math.max(settled, set))
  }

  /** The first register set of every run of equal ones in [from, below), as the client knows them. */
  private runsIn(process: number, from: number, below: number): number[] {
    const ofPlan = this.cluster.plan.ranges.map((range) => range.from)
    const starts = [...this.client(process).known.changes(from, below), ...ofPlan]
    return [...new Set(starts)].filter((start) => from <= start && start < below).sort((a, b) => a - b)
  }

  /** Rule 1: a client puts out what it has read from a whole quorum of one register set. */
  private output(at: number, process: number, value: string): void {
    const found = this.found.get("rule-1")!
    found.checked++
    const { known, told } = this.client(process)
    if (told.has(value)) return
    if (found.isViolated) return
    const isRead =
      this.decided.has(value) &&
      known.changes(0, this.greatestSet + 1).some((set) =>
        this.quorumsOf(set).some((quorum) => {
          const state = decisionState(known, set, quorum, nothing)
          return state.state === "decided" && state.value === value
        }),
      )
    if (isRead) return void told.add(value)
    const { name } = this.cluster.processes[process]!
    found.report(
      at,
      `${name} put out ${value}, which no quorum of a register set held, or it had not read it there`,
    )
  }

  private judge(rule: Rule, at: number, server: number, set: number, complaint: Complaint): void {
    const found = this.found.get(rule)!
    found.checked++
    const { name } = this.cluster.processes[server]!
    if (complaint !== undefined) found.report(at, `register ${set} of ${name}: ${complaint}`)
  }

  /** A crashed client has lost what it had read; its inputs are its clients' business. */
  private forget(process: number): void {
    const client = this.client(process)
    client.known = new Registers()
    client.written = new Map()
    client.told = new Set()
    client.settledBelow = new Map()
  }

  private client(process: number): Client {
    let client = this.clients.get(process)
    if (client === undefined) {
      client = {
        known: new Registers(),
        inputs: new Set(),
        told: new Set(),
        written: new Map(),
        settledBelow: new Map(),
      }
      this.clients.set(process, client)
    }
    return client
  }
}

const nothing: ReadonlySet<string> = new Set()
