// Package queue has the first-in first-out queue that ledgers and deliveries use. It knows
// nothing of what waits in it, and it locks nothing.
package queue
