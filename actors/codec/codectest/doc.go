// Package codectest tests how every state stores facts and snapshots by the same rules: what
// was written is read back, what was read is written again, and what is refused changes
// nothing.
package codectest
