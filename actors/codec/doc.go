// Package codec reads what states have written: facts and snapshots, from bytes that a
// disk may have rotted. It is made for strictness: what is not exactly as it was written
// is an error, never something near it.
package codec
