import type { TermSection } from "./term.ts"

/** The words of The Part-Time Parliament (1998), the island's and ours. */
export const parliamentTerms: TermSection = {
  title: "The Part-Time Parliament",
  terms: [
    {
      name: "legislator",
      also: ["priest"],
      meaning:
        "A process of the island of Paxos: proposer, acceptor and learner in one. (Priests, in its single-decree story.)",
      thesis: "Participant; replica where roles are combined (§3.7).",
      lamport: "Legislator of the parliament; priest of the Synod.",
      raft: "Server.",
      cassandra: "Node.",
      see: ["participant", "replica"],
    },
    {
      name: "president",
      meaning: "The legislator that conducts ballots when all goes well.",
      thesis: "Distinguished proposer, leader.",
      lamport: "The one in the Chamber whose name comes last in the alphabet; having two does no harm.",
      raft: "Leader.",
      cassandra: "None.",
      see: ["distinguished proposer"],
    },
    {
      name: "decree",
      meaning: "What is voted on: a value.",
      thesis: "Value.",
      lamport: "Decree; the single-decree Synod decides one, the parliament a sequence.",
      raft: "Command, in an entry.",
      cassandra: "Partition update.",
      see: ["proposal", "law"],
    },
    {
      name: "ballot",
      meaning:
        "One attempt at passing a decree: a number, a decree, a quorum, and the votes of its members. " +
        "Our epoch is its number, and our proposal the number with the decree.",
      thesis:
        "Epoch for the number, proposal for the pair; footnotes 9 and 10 warn that the literature says ballot for both.",
      lamport:
        "Ballot B, with B_bal, B_dec, B_qrm and B_vot; in the TLA+ specifications, ballot is the number alone.",
      raft: "A term, for the number.",
      cassandra: "Ballot, for the number.",
      see: ["epoch", "proposal"],
    },
    {
      name: "vote",
      meaning:
        "The acceptance of a ballot's decree by a member of its quorum. (A vote in Raft is a promise, not an acceptance.)",
      thesis: "Accept.",
      lamport: "Vote; prevVote is the last one cast.",
      raft: "The grant of a RequestVote: phase 1, where Lamport's votes are phase 2.",
      cassandra: "A positive response to the propose.",
      see: ["accepted", "promise"],
    },
    {
      name: "law",
      meaning: "A decree that has passed: a decided value.",
      thesis: "Decided value.",
      lamport:
        "A decree is passed when every member of the quorum has voted; it is law when written in a ledger.",
      raft: "Committed entry.",
      cassandra: "Committed update.",
      see: ["decided", "ledger"],
    },
    {
      name: "ledger",
      meaning:
        "Where a legislator writes what must not be forgotten, in indelible ink: persistent storage. Slips of paper, which may be lost, are memory.",
      thesis: "Persistent state.",
      lamport: "Ledger, for laws and for the notes nextBal, prevVote and lastTried.",
      raft: "The log and the hard state on disk.",
      cassandra: "The commit log and the Paxos table.",
      see: ["durability", "replicated state machine"],
    },
    {
      name: "Chamber",
      meaning:
        "Where legislators are when they take part; to leave it is to be down, as part-time legislators often are.",
      thesis: "Being live.",
      lamport: "Chamber; progress is promised while a majority stays in it and nobody comes or goes.",
      raft: "Being up and reachable.",
      cassandra: "Being up and reachable.",
      see: ["liveness conditions", "crash"],
    },
    {
      name: "messenger",
      meaning: "The network: may take any time, lose a message, or carry it twice, and never changes one.",
      thesis: "Asynchronous channels (§1.6).",
      lamport: "Messengers: they never garble a message, but may deliver it twice, late or not at all.",
      raft: "Unreliable RPC, repeated until it is answered.",
      cassandra: "The messaging service.",
      see: ["synchrony", "partition"],
    },
  ],
}
