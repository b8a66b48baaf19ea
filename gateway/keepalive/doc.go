// Package keepalive takes the connections over from net/http on which a client sends the same
// request again and again, such as a bot's votes, and gives them back as soon as anything else
// comes. It reads no HTTP of its own: it compares what it reads with a head that net/http has
// accepted.
package keepalive
