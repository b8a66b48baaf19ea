// Command partyline is the program: a hub for game nights in one binary with one
// data folder.
//
// Its subcommands are serve (the default), demo, verify, backup, restore, token
// and version. The package knows every room and is known by none: it reads the
// settings, makes the keys, puts journal, hub and gateway together, and takes them
// down again in the order that loses nothing. It is the only room that reads the
// environment, catches signals or ends the process.
//
// What a game night is must not be decided here. A rule that a client could notice
// belongs to a state or to the gateway.
package main
