// Package client is a Go client of a hub: REST and the WebSocket, for bots, screens and
// tools. It knows the messages of package protocol and nothing else of Partyline, so what
// works through it works for everybody.
//
// A bot that reads chat logs in with a bot's token and sends votes. A key makes a vote
// safe to send again: however often it arrives, it counts once.
//
//	hub := client.New("http://localhost:5000", token)
//	defer hub.Close()
//	vote := protocol.CastVote{Username: "viewer_1", Vote: protocol.VoteUp, Timestamp: now.Stamp()}
//	err := client.Retry(ctx, func(ctx context.Context) error {
//		return hub.CallWithKey(ctx, "vote-"+messageID, "POST", "/api/votes/live", vote, nil)
//	})
//
// A screen follows a session. Watch connects again after each loss and resumes after the
// last event that was handled, so the function sees each event once, in order:
//
//	err := hub.Watch(ctx, &client.Subscription{Session: 3, Since: new(protocol.Seq)}, func(m client.Message) error {
//		fmt.Println(m.Seq, m.Type)
//		return nil
//	})
//
// A bot with many votes a second sends them over one WebSocket, many at a time:
//
//	socket := hub.Requests()
//	defer socket.Close()
//	err := socket.Do(ctx, "votes.live", "vote-"+messageID, vote, nil)
//
// Errors: an answer of the hub that is not 2xx is an *Error, which wraps the hub's own
// *protocol.Error; Refused asks for its code. Any other error means that no answer came:
// nobody knows whether a write was recorded, and it must be sent again with its key.
package client
