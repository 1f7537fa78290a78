import { type NodeSet, emptySet } from "../../base/node-set.ts"
import type { Epoch } from "../../quorum/plan.ts"
import type { QuorumSystem } from "../../quorum/system.ts"
import type { Address } from "../actor.ts"
import { Slots, noEpoch } from "./slots.ts"
import { type Snapshot, StateMachine } from "./state-machine.ts"
import type { Bars } from "./versions.ts"
import type { Batch, Command } from "./command.ts"

/** No address: no known leader, or no client that has asked. */
export const noAddress = -1

/**
 * All that a replica knows. It is acceptor, learner and, when it leads, proposer
 * (co-located roles, Howard 2019, §3.7). The steps change it in place; `copy`
 * is what makes a pure actor of them.
 */
export class ReplicaState {
  readonly self: Address
  /** All replicas but this one. */
  readonly others: readonly Address[]
  role: "follower" | "candidate" | "leader" | "rejoining" = "follower"

  // Acceptor: one promise for all slots (§3.6), one proposal for each.
  lastPromised: Epoch = noEpoch
  log = new Slots()

  // Learner: slots before `decidedUpTo` are decided, and their batches in the log; those before `executedUpTo` are executed.
  decidedUpTo = 0
  executedUpTo = 0
  /** The greatest commit index that a leader has reported. */
  knownDecidedUpTo = 0
  machine = new StateMachine()
  snapshot: Snapshot | null = null

  // Whom it believes to lead, and which of its clients ask what.
  leader: Address = noAddress
  leaderEpoch: Epoch = noEpoch
  /** By client: the request last asked here, and by whom. */
  pendingRequest: number[] = []
  requester: Address[] = []
  /** Requests that wait for a leader to be known. */
  waiting: Command[] = []

  // Candidate and leader.
  epoch: Epoch = noEpoch
  system: QuorumSystem | null = null
  /** How many phases 1 in a row have failed. */
  attempt = 0
  /** Q_P. */
  promised: NodeSet = emptySet
  /** By slot, the proposal of the greatest epoch that a promise has reported. */
  reported = new Map<number, { readonly epoch: Epoch; readonly value: Batch }>()
  nextSlot = 0
  /** Q_A of each slot from `decidedUpTo` on; null once it is decided. */
  accepted: (NodeSet | null)[] = []
  acceptedBase = 0
  /** Commands to be proposed; those before `queueHead` have been. */
  queue: Command[] = []
  queueHead = 0
  batchTimerSet = false
  /** By client: the request proposed last in this epoch. */
  proposedRequest: number[] = []
  /** Slots before this were proposed before the last look for overdue answers. */
  overdueUpTo = 0
  /** Acceptors whose answer was overdue and who have not been heard of since. */
  silent: NodeSet = emptySet
  /** The closest quorum without the silent ones, once it has been computed. */
  closest: NodeSet | null = null
  /** A leader's reads of its own state are up to date once everything before this slot is executed. */
  readableFrom = 0

  // Heartbeats and leases.
  round = 0
  roundAcks = new Map<number, NodeSet>()
  /** The latest round that a phase-2 quorum has answered, and the latest whose time is over. */
  leasedRound = 0
  expiredRound = 0
  /** How often this replica has promised a leader not to promise anyone else for a while, and the latest that is over. */
  lastGrant = 0
  expiredGrant = 0

  // Quorum reads.
  reads = new Map<number, QuorumRead>()
  lastRead = 0

  // Rejoining after the disk was lost.
  life = 0
  /** The life in which its disk was last lost: epochs of different versions differ. */
  version = 0
  /** Whose epochs are void, and up to which version: those who have lost their disks. */
  barred: Bars = []
  /** Who has answered with all that it knows, who has nothing to answer with, and whether the sum is being written. */
  rejoined: NodeSet = emptySet
  blank: NodeSet = emptySet
  restoring = false

  constructor(self: Address, replicas: number) {
    this.self = self
    this.others = Array.from({ length: replicas }, (_, address) => address).filter((a) => a !== self)
  }

  copy(): ReplicaState {
    const copy = Object.assign(new ReplicaState(this.self, this.others.length + 1), this)
    copy.log = this.log.copy()
    copy.machine = new StateMachine(this.machine.copy())
    copy.pendingRequest = [...this.pendingRequest]
    copy.requester = [...this.requester]
    copy.waiting = [...this.waiting]
    copy.reported = new Map(this.reported)
    copy.accepted = [...this.accepted]
    copy.queue = [...this.queue]
    copy.proposedRequest = [...this.proposedRequest]
    copy.roundAcks = new Map(this.roundAcks)
    copy.reads = new Map([...this.reads].map(([id, read]) => [id, { ...read }]))
    return copy
  }
}

/** A read under way: what was asked, who has answered, and how far this replica must get first. */
export interface QuorumRead {
  readonly command: Command
  readonly from: Address
  answered: NodeSet
  /** The state is recent enough once every slot before this is executed; it counts when a quorum has answered. */
  target: number
  complete: boolean
}
