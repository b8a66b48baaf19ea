// Package fact has the facts of a session, which are what the journal stores: a vote was
// cast, a game was added, a poll has ended. Append and Read are their stored form.
//
// A fact says what was decided and nothing of what follows from it: totals, events and
// answers are the state's. Stored forms are never changed; a new form is a new kind.
package fact
