// Package admission bounds the work that is in the hub at one time: a request holds slots
// of the Gate from before it is sent to an actor until it is answered.
package admission
