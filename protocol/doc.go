// Package protocol is Partyline's vocabulary: ids, timestamps, commands, events,
// resources, WebSocket messages and frames, errors and their codes, limits, and
// the table of operations that REST and WebSocket share.
//
// Everybody speaks it, the states, the gateway, the load tests, so it knows
// nobody: it imports the standard library only and does no I/O. A word that
// clients see has golden JSON in testdata; changing one of those files is
// changing the contract.
package protocol
