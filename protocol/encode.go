package protocol

import (
	"strconv"
	"unicode/utf8"
)

// AppendVoteEvent appends the JSON of a vote.received event to dst: the same bytes
// as json.Marshal of the Event, without its allocations. It is the one event of
// which there are millions; a test holds the two encoders to each other.
func AppendVoteEvent(dst []byte, at Timestamp, seq Seq, v *VoteReceived) []byte {
	dst = append(dst, `{"type":"vote.received","timestamp":`...)
	dst = at.AppendJSON(dst)
	dst = append(dst, `,"sessionId":`...)
	dst = strconv.AppendInt(dst, int64(v.SessionID), 10)
	dst = append(dst, `,"seq":`...)
	dst = strconv.AppendUint(dst, uint64(seq), 10)
	dst = append(dst, `,"data":{"sessionId":`...)
	dst = strconv.AppendInt(dst, int64(v.SessionID), 10)
	dst = append(dst, `,"game":{"id":`...)
	dst = strconv.AppendInt(dst, int64(v.Game.ID), 10)
	dst = append(dst, `,"title":`...)
	dst = AppendString(dst, v.Game.Title)
	dst = append(dst, `,"pack_name":`...)
	dst = AppendString(dst, v.Game.PackName)
	dst = append(dst, `},"vote":`...)
	dst = appendVote(dst, v.Vote)
	dst = append(dst, `,"totals":{`...)
	dst = appendTotals(dst, v.Totals)
	return append(dst, `}}}`...)
}

// AppendVoteAccepted appends the JSON of the answer of votes.live, as json.Marshal would.
func AppendVoteAccepted(dst []byte, a *VoteAccepted) []byte {
	dst = append(dst, `{"success":`...)
	dst = strconv.AppendBool(dst, a.Success)
	dst = append(dst, `,"message":`...)
	dst = AppendString(dst, a.Message)
	dst = append(dst, `,"session":{"id":`...)
	dst = strconv.AppendInt(dst, int64(a.Session.ID), 10)
	dst = append(dst, `,"games_played":`...)
	dst = strconv.AppendInt(dst, int64(a.Session.GamesPlayed), 10)
	dst = append(dst, `},"game":{"id":`...)
	dst = strconv.AppendInt(dst, int64(a.Game.ID), 10)
	dst = append(dst, `,"title":`...)
	dst = AppendString(dst, a.Game.Title)
	dst = append(dst, ',')
	dst = appendTotals(dst, a.Game.Totals)
	dst = append(dst, `},"vote":`...)
	dst = appendVote(dst, a.Vote)
	return append(dst, '}')
}

func appendVote(dst []byte, v Vote) []byte {
	dst = append(dst, `{"username":`...)
	dst = AppendString(dst, v.Username)
	dst = append(dst, `,"type":`...)
	dst = AppendString(dst, string(v.Type))
	dst = append(dst, `,"timestamp":`...)
	dst = v.Timestamp.AppendJSON(dst)
	return append(appendReplaced(dst, v.Replaced), '}')
}

// appendReplaced appends the field that only votes have that take one back.
func appendReplaced(dst []byte, v VoteType) []byte {
	if v == "" {
		return dst
	}
	return AppendString(append(dst, `,"replaced":`...), string(v))
}

// appendTotals appends the three fields without braces: they also stand within VoteAcceptedGame.
func appendTotals(dst []byte, t Totals) []byte {
	dst = append(dst, `"upvotes":`...)
	dst = strconv.AppendInt(dst, t.Upvotes, 10)
	dst = append(dst, `,"downvotes":`...)
	dst = strconv.AppendInt(dst, t.Downvotes, 10)
	dst = append(dst, `,"popularity_score":`...)
	return strconv.AppendInt(dst, t.PopularityScore, 10)
}

const hexDigits = "0123456789abcdef"

// AppendString appends s as a JSON string, escaped as encoding/json does it,
// HTML-safe included.
func AppendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&' {
				i++
				continue
			}
			dst = append(dst, s[start:i]...)
			dst = appendEscape(dst, c)
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			dst = append(dst, s[start:i]...)
			dst = append(dst, `\ufffd`...)
			start = i + size
		case r == '\u2028' || r == '\u2029':
			dst = append(dst, s[start:i]...)
			dst = append(dst, `\u202`...)
			dst = append(dst, hexDigits[r&0xf])
			start = i + size
		}
		i += size
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}

func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	}
	return append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
}
