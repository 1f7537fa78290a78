import type { TermSection } from "./term.ts"

/** What goes wrong, and what survives it. */
export const faultTerms: TermSection = {
  title: "Faults and durability",
  terms: [
    {
      name: "crash",
      also: ["crash-recovery", "failure"],
      meaning:
        "A process stops, loses everything it has not stored, and may come back with what it has. It never lies.",
      thesis: "§1.6: crash and recovery with intact persistent state.",
      lamport: "Stopping and restarting; information must survive in stable storage.",
      raft: "The same.",
      cassandra: "The same; commit log and Paxos table survive.",
      see: ["durability", "fail-stop"],
    },
    {
      name: "fail-stop",
      meaning:
        "The model in which a process that has failed never comes back. Then nothing need be written to disk, and the cluster only shrinks.",
      thesis: "§3.12.",
      lamport: "Stopping failures without a restart.",
      raft: "Not used: a server that lost its disk must join as a new one.",
      cassandra: "A node that is replaced takes over the ranges of the dead one.",
      see: ["crash", "synchronous write"],
    },
    {
      name: "durability",
      also: ["persistence"],
      meaning:
        "What was acknowledged survives crashes. " +
        "It takes both enough copies and writes that were on disk before the reply: with phase-2 quorums of one acceptor, the loss of one disk loses a decision.",
      thesis:
        "Property 10: what is promised and accepted is persistent. Loss of a disk is outside its model.",
      lamport: "Stable storage, written before the message is sent.",
      raft: "In etcd hard state and entries are synced before replies; the leader writes while it sends.",
      cassandra:
        "By the commit log, synced at each write only in batch mode; by default every 10 s. Lightweight transactions do not change that.",
      see: ["synchronous write", "linearizability"],
    },
    {
      name: "synchronous write",
      also: ["fsync", "sync write"],
      meaning:
        "A write that is known to be on disk before the process goes on. The costliest step of a round without a network in it.",
      thesis: "Counted in table 2.4: three in classic Paxos, for the epoch, the promise and the acceptance.",
      lamport: "Writing to stable storage.",
      raft: "One for the term and vote, one for each batch of entries.",
      cassandra: "A sync of the commit log.",
      see: ["durability", "latency"],
    },
    {
      name: "partition",
      also: ["network partition"],
      meaning:
        "A time in which some processes cannot reach others, in one direction or both. (A partition in Cassandra is also a row group.)",
      thesis: "§1.6: messages may be delayed without bound.",
      lamport: "Messages may be lost.",
      raft: "The same; PreVote and CheckQuorum in etcd keep partitioned servers from disturbing.",
      cassandra: "The same; hints are kept for those not reached.",
      see: ["crash", "synchrony"],
    },
    {
      name: "Byzantine fault",
      also: ["Byzantine", "malicious"],
      meaning: "A process that does anything, lies included. Nothing here tolerates that.",
      thesis: "Excluded (§1.6).",
      lamport: "Excluded in Paxos; a subject of its own elsewhere.",
      raft: "Excluded.",
      cassandra: "Excluded.",
      see: ["crash"],
    },
  ],
}
