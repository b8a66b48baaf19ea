// Package client is a Go client of a Partyline server, by REST and by WebSocket, for bots,
// screens and tools. It uses package protocol and nothing else of Partyline, so it can do
// only what any other client can do.
//
// A bot that reads a chat uses a bot's token and sends votes. With an idempotency key a vote
// can be sent again safely: however often it arrives, it counts once.
//
//	c := client.New("http://localhost:5000", token)
//	defer c.Close()
//	vote := protocol.CastVote{Username: "viewer_1", Vote: protocol.VoteUp, Timestamp: now.Stamp()}
//	err := client.Retry(ctx, func(ctx context.Context) error {
//		return c.CallWithKey(ctx, "vote-"+messageID, "POST", "/api/votes/live", vote, nil)
//	})
//
// A screen watches a session. Watch reconnects after each lost connection and resumes after
// the last event that was handled, so the function gets each event once, in order:
//
//	err := c.Watch(ctx, &client.Subscription{Session: 3, Since: new(protocol.Seq)}, func(m client.Message) error {
//		fmt.Println(m.Seq, m.Type)
//		return nil
//	})
//
// A bot with many votes a second sends them over one WebSocket, concurrently:
//
//	socket := c.RequestSocket()
//	defer socket.Close()
//	err := socket.Do(ctx, "votes.live", "vote-"+messageID, vote, nil)
//
// A list is read page by page:
//
//	for s, err := range client.All[protocol.Session](ctx, c, "/api/sessions?limit=100") {
//
// Errors: an answer with a status other than 2xx is an *Error, which wraps the server's
// *protocol.Error; Refused checks its code. Any other error means that no answer arrived:
// the outcome of a write is unknown, and it must be sent again with its key.
package client
