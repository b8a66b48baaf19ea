// Package codec stores facts and snapshots and reads them back, from bytes that a disk may
// have damaged. It is strict: what is not exactly as it was written is an error, never
// something near it.
package codec
