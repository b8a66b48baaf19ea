// Package demo plays a game night by itself against a running hub: a host who has
// games picked, a crowd that votes with the pace of people, and a screen that
// prints what a real screen would be told.
//
// It is a stranger to the hub: it sends what any client sends, over real sockets,
// and knows the words of protocol alone. It must not look into the hub to learn
// what happened; when the screen and the answers disagree, the demo fails.
package demo
