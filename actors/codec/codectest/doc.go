// Package codectest holds what every state writes and reads against the same rules: what
// was written is read, what was read is written again, and what is refused changes nothing.
package codectest
