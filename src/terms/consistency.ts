import type { TermSection } from "./term.ts"

/** More than one decision: logs, registers, and what their users see. */
export const consistencyTerms: TermSection = {
  title: "Logs and consistency",
  terms: [
    {
      name: "linearizability",
      also: ["linearizable", "linearisability", "atomic consistency", "external consistency"],
      meaning:
        "Every operation seems to happen at one instant between its call and its return, so that whoever starts after it sees it. " +
        "It is a property of histories of calls and returns, to be checked on them; it is not durability, and quorums that overlap do not give it by themselves.",
      thesis: "§2.1 only points at registers and replicated state machines built on a sequence of decisions.",
      lamport: "Atomic registers (1986); the notion is Herlihy and Wing's (1990).",
      raft: "The aim, with client sessions against repeated commands; in etcd the default of reads, serializable reads being local and possibly stale.",
      cassandra:
        "Of lightweight transactions on one partition, if SERIAL and LOCAL_SERIAL are not mixed; plain reads and writes with R + W > RF are not linearizable.",
      see: ["history", "session guarantees", "durability", "lease", "Multi-Paxos"],
    },
    {
      name: "history",
      also: ["client history", "operation history", "ambiguous operation", "info"],
      meaning:
        "What clients asked and were told, as calls and returns in one order. An operation that never returned has an unknown outcome: it may have taken effect at any later moment, or not; one that failed did not. " +
        "quorate linearizable judges histories, its own and those of Jepsen, Knossos and Porcupine.",
      thesis: "None: the thesis is about one decision, not about what clients see of many.",
      lamport: "Herlihy and Wing's (1990) word; TLA+ specifications speak of behaviours instead.",
      raft: "What Jepsen records of etcd: invoke, ok, fail, and info for an unknown outcome.",
      cassandra:
        "The same, recorded by Jepsen and by Cassandra's own simulator; a write that timed out is an unknown outcome.",
      see: ["linearizability", "session guarantees"],
    },
    {
      name: "session guarantees",
      also: [
        "read your writes",
        "monotonic reads",
        "monotonic writes",
        "writes follow reads",
        "session consistency",
      ],
      meaning:
        "What one client may rely on, whatever others see: its reads see its own writes and never go back, and its writes take effect in its order and after what it had read (Terry et al. 1994). Linearizability implies all four.",
      thesis: "None: one decision has no earlier and later.",
      lamport: "None; the four are Terry's, made for Bayou.",
      raft: "Implied by linearizable reads; etcd's serializable reads can break monotonic reads from one member to the next.",
      cassandra:
        "Monotonic quorum reads only: quorum reads with blocking read repair do not go back; the other guarantees need a client that keeps to one quorum.",
      see: ["linearizability", "history"],
    },
    {
      name: "replicated state machine",
      also: ["state machine replication", "log", "slot", "index"],
      meaning:
        "Copies of a deterministic program that apply the same sequence of commands. Each place in the sequence, a slot, is one decision.",
      thesis: "§2.1: an infinite sequence of values v₁, v₂, …, each decided by itself.",
      lamport: "The state machine approach; instance i decides command i.",
      raft: "What Raft is for; an entry at an index.",
      cassandra: "None: each partition has one decision after another, not a log.",
      see: ["Multi-Paxos", "decided"],
    },
    {
      name: "Multi-Paxos",
      also: ["multi-decree Paxos"],
      meaning:
        "Paxos for a sequence in which phase 1 is done once for all slots. While its leader lasts, a decision takes one round trip and one synchronous write.",
      thesis: "§3.6.",
      lamport: "The multi-decree parliament; Paxos Made Simple, §3.",
      raft: "Raft is of this kind.",
      cassandra: "Not used: each transaction runs all its phases.",
      see: ["replicated state machine", "distinguished proposer"],
    },
    {
      name: "Flexible Paxos",
      also: ["FPaxos", "Revision A"],
      meaning:
        "Paxos with different quorums in its two phases, of which only those of different phases have to meet.",
      thesis: "Revision A (§4.1), requirement 4.4.",
      lamport:
        "His papers ask every two quorums to meet; the weaker condition is due to Howard, Malkhi and Spiegelman (2016).",
      raft: "Only so far as votes allow: two election quorums of one term must meet as well, so they cannot be small.",
      cassandra: "Its read and write levels are of this kind, R + W > RF; those of its Paxos are not.",
      see: ["phase-1 quorum", "phase-2 quorum", "Revision B", "Revision C"],
    },
    {
      name: "Revision B",
      meaning:
        "Quorums may differ from epoch to epoch, and a phase-1 quorum has to meet the phase-2 quorums of smaller epochs only. In the smallest epoch it may be empty, and phase 1 is skipped.",
      thesis: "§4.2, requirement 4.6, Algorithm 14.",
      lamport: "Vertical Paxos changes quorums between ballots with the help of a master.",
      raft: "No such freedom.",
      cassandra: "No such freedom.",
      see: ["Flexible Paxos", "Revision C"],
    },
    {
      name: "Revision C",
      also: ["Relaxed Paxos"],
      meaning:
        "A promise that reports a proposal of epoch f settles all epochs up to f: phase 1 is done when the promises meet the phase-2 quorums of the epochs in between.",
      thesis: "Chapter 5, Algorithm 15.",
      lamport: "No word for it.",
      raft: "No such freedom.",
      cassandra: "No such freedom.",
      see: ["Revision B", "phase 1"],
    },
    {
      name: "Fast Paxos",
      also: ["Fast Flexible Paxos"],
      meaning:
        "Paxos with rounds in which clients propose to the acceptors directly: one message delay less, larger quorums, and collisions.",
      thesis: "§3.12, and as a special case of epochs by recovery (§7.3).",
      lamport: "Fast Paxos (2006): n < 2k_c and 2n < 2k_f + k_c for classic and fast quorums of k_c and k_f.",
      raft: "Not used.",
      cassandra: "Not used in Paxos; Accord has a fast path of its own.",
      see: ["value collision", "epoch allocation"],
    },
    {
      name: "write-once register",
      meaning:
        "A place that holds nothing until a value or nil is written to it, and keeps that for ever. " +
        "Paxos can be told in these alone, one to each acceptor and epoch; our oracle judges traces in that way.",
      thesis:
        "Not used; Howard and Mortier 2019, A generalised solution to distributed consensus. The allocator that keeps a value (§7.1) is one.",
      lamport: "Registers are his subject elsewhere (1986).",
      raft: "No word for it.",
      cassandra: "No word for it.",
      see: ["accepted", "promised"],
    },
  ],
}
