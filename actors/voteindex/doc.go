// Package voteindex is the index of all votes that count, which answers every page of the vote
// history without reading the journal. It applies the facts of all sessions in the journal's
// order and keeps what follows from them in a table beside the journal; the table can be dropped
// and built again at any time.
//
// Votes stand in blocks of at most 1024 of one session, in the order in which they arrived. The
// newest votes, some 30,000, are blocks in memory; all others are on disk. In memory are for every
// session its plays and for every block how many votes of each play and type count, so that
// sessions and blocks are skipped without being read. For each name there are postings: in which
// blocks it has votes, and how many. Each flush writes one generation of them.
//
// A flush is one update of the table: blocks, postings, counts, and how far the journal has been
// applied. So what is on disk always is the index of a beginning of the journal, and a start
// applies the records after it.
package voteindex
