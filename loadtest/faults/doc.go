// Package faults does to the real program what happens to a machine: its disk fills up,
// it is frozen and goes on, it is asked to stop, a byte of its data rots. A crowd uses it
// meanwhile, and the oracle of the crash test judges. Kills are loadtest/crash's.
//
// Each fault says what was seen in figures, and what does not fit as findings. Nothing
// here may know how the server stores anything, but for the names of the files in which
// bytes are flipped.
package faults
