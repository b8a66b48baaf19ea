package codec

// Schema numbers the facts and snapshots that states write. The data folder holds it: a folder
// of a lower schema is read and raised when it is opened, one of a higher schema is refused,
// because readers here are strict and would treat what they do not know as damage. So it is
// raised, once after each release, with the first change of a fact or snapshot: a kind, a
// field, a version. schema/<number> lists the fields of each; the tests of the states compare
// the code with these lists.
//
//	1  commit ffa9881, whose folders hold no schema
//	2  webhooks can be disabled by the hub itself; the first vote of a guest's device holds
//	   its address
const Schema = 2

// Released is the schema of the newest release. Its lists, and those before, are never changed
// again. A release raises it: the tests then require the checksum of its lists, and a folder
// that its program has written (go run ./cmd/dev release).
const Released = 1
