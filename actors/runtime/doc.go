// Package runtime is the use of protoactor: the actor system, the dispatcher that runs
// mailboxes, the ticker, and the end of actors. Only Spawn, Send, Poison and supervision
// are used: protoactor's request futures, receive timeouts, bounded mailboxes and
// persistence do not hold what this hub promises (docs/architecture.md).
package runtime
