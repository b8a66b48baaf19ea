// Package queue has the first-in first-out queue that ledgers, the queues of webhooks and the fan-out use. It knows
// nothing of what waits in it, and it locks nothing.
package queue
