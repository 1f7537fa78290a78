import type { TermSection } from "./term.ts"

/** Who takes part. */
export const roleTerms: TermSection = {
  title: "Roles",
  terms: [
    {
      name: "participant",
      also: ["process", "node", "server"],
      meaning:
        "A process with one role or several, that may crash, lose what it has not stored, and come back.",
      thesis: "A member of U (table 2.1).",
      lamport: "Process, or agent; legislator in The Part-Time Parliament.",
      raft: "Server.",
      cassandra: "Node; for a given partition, replica and coordinator.",
      see: ["proposer", "acceptor", "learner"],
    },
    {
      name: "proposer",
      also: ["coordinator"],
      meaning: "A process that wants a value decided and runs the two phases for it.",
      thesis: "§2.1: a participant who wishes to have a particular value chosen.",
      lamport: "Proposer; coordinator of a round in Fast Paxos.",
      raft: "A candidate in phase 1, the leader in phase 2.",
      cassandra: "The coordinator of the request, any node.",
      see: ["distinguished proposer", "duelling proposers"],
    },
    {
      name: "acceptor",
      meaning:
        "A process that promises and accepts, and remembers both on disk. Decisions are made of what acceptors have accepted.",
      thesis: "§2.1: a participant who agrees and persists decided values.",
      lamport: "Acceptor.",
      raft: "Every voting member, the leader too.",
      cassandra: "A replica of the partition.",
      see: ["promised", "accepted"],
    },
    {
      name: "learner",
      meaning:
        "A process that only wants to know what is decided. It proposes nothing, promises nothing, and counts in no quorum.",
      thesis: "§3.12; a passive role.",
      lamport: "Learner.",
      raft: "In etcd, a member without a vote that receives the log until it is promoted: another thing, though it counts in no quorum either.",
      cassandra: "Whoever reads; no role of its own.",
      see: ["learned", "reader"],
    },
    {
      name: "reader",
      meaning:
        "A process that asks acceptors what they have accepted last, to find out whether something is decided. It changes nothing.",
      thesis: "§3.7.",
      lamport: "A learner that asks.",
      raft: "A client of a linearizable read; it goes through the leader.",
      cassandra: "A read at SERIAL, which first finishes whatever it finds under way.",
      see: ["learner", "recovery proposer"],
    },
    {
      name: "recovery proposer",
      meaning:
        "A proposer without a value of its own: it finishes what others have begun, and stops if phase 1 finds nothing.",
      thesis: "§3.7.",
      lamport: "No word for it; a leader that fills gaps with no-ops is near.",
      raft: "A new leader, which replicates what it finds in its log.",
      cassandra: "Paxos repair, and every coordinator that meets an unfinished proposal.",
      see: ["proposer", "reader"],
    },
    {
      name: "distinguished proposer",
      also: ["leader", "primary", "master"],
      meaning:
        "The one proposer that the others hand their values to, so that none duel. " +
        "Having none, or several, costs progress and never safety, so no agreement is needed on who it is.",
      thesis: "§3.4; in Multi-Paxos (§3.6) it is called the leader once phase 1 is done.",
      lamport: "Distinguished proposer, leader; president in The Part-Time Parliament.",
      raft: "Leader: it is elected, at most one to a term, and everything goes through it.",
      cassandra: "None for lightweight transactions: every coordinator proposes.",
      see: ["duelling proposers", "failure detector"],
    },
    {
      name: "replica",
      also: ["co-located replica"],
      meaning:
        "Proposer and acceptor in one process: one message less in each phase, and its own promise to begin with. " +
        "(In experiments a replica is one run of a case with a seed of its own.)",
      thesis: "§3.7.",
      lamport: "In The Part-Time Parliament every legislator is all roles at once.",
      raft: "Every server.",
      cassandra: "A node that holds a copy of the data.",
      see: ["proposer", "acceptor"],
    },
  ],
}
