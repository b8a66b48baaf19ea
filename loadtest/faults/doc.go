// Package faults does to the server what happens on a machine: its disk fills up or hangs, it is
// frozen and goes on, it is told to stop, bits of its data flip. The load of the crash test uses
// it meanwhile, and the oracle checks. Kills are in loadtest/crash.
//
// Nothing here may know how the server stores anything, except for the names of its files.
package faults
