// Package history reads votes back from the journal, in pages or as the export of a session. It
// knows what is stored from package session/fact and what can be skipped from the standings; it
// must not change or cache anything.
package history
