// Command partyline is the program: a hub for game nights in one binary with one data folder.
//
// Its subcommands are serve (the default), demo, verify, backup, restore, token and version.
// The package may import every other and is imported by none: it reads the settings, creates
// the keys, puts journal, hub and gateway together, and stops them in the order that loses
// nothing. It is the only package that reads the environment, catches signals or ends the
// process.
//
// It must not contain rules of a game night. A rule that a client could notice belongs to a
// state machine or to the gateway.
package main
