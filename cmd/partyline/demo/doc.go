// Package demo plays a game night by itself against a running hub: a host who picks games, a
// crowd that votes at the pace of people, and a screen that prints what a real screen would be
// sent.
//
// It is an ordinary client of the hub: it sends what any client sends, over real sockets, and
// imports only package protocol and its client. It must not look into the hub to learn what
// happened; when the screen and the responses disagree, the demo fails.
package demo
