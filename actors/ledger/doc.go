// Package ledger runs state machines on the journal. A Ledger decides commands for one
// state and one stream, hands the facts to the journal and answers when they are on disk;
// an Actor is the protoactor actor around a Ledger.
package ledger
