package codec

// Schema numbers the facts and snapshots that states write. The data folder holds it:
// a folder of a lower schema is read and raised when it is opened, one of a higher
// schema is refused, because readers here are strict and would take what they do not
// know for damage. So it is raised, once after each release, with the first change of
// a fact or snapshot: a kind, a field, a version. schema/<number> lists what each has;
// the tests of the states hold the code against it.
//
//	1  commit ffa9881, whose folders do not say so
//	2  webhooks can be disabled by the hub itself; the first vote of a guest's device tells
//	   its address
const Schema = 2

// Released is the schema of the newest release. Its lists, and those before, are never
// changed again. A release raises it: the tests then want the checksum of its lists, and
// a folder that its program has written (go run ./cmd/dev release).
const Released = 1
