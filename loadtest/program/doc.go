// Package program is what the commands of loadtest have in common: how they end, how
// they read flags, where their server comes from, and how they keep reports.
package program
