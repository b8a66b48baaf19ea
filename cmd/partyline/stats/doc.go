// Package stats is the report of partyline stats: it reads a stopped folder once and prints
// what takes how much. It must not open a folder for writing.
package stats
