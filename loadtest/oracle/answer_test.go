package oracle_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"partyline/loadtest/oracle"
	"partyline/protocol"
)

func TestResponsesAreReadInAnyLayout(t *testing.T) {
	message, err := json.Marshal(protocol.Response{Type: protocol.MessageResponse, ID: "17", Status: 409, Data: map[string]string{"code": "conflict"}})
	if err != nil {
		t.Fatal(err)
	}
	var spaced bytes.Buffer
	if err := json.Indent(&spaced, message, "", " "); err != nil {
		t.Fatal(err)
	}
	for _, m := range [][]byte{message, spaced.Bytes(), []byte(`{"status":409,"data":{"code":"conflict"},"id":"17","type":"response"}`)} {
		r, ok := oracle.ReadResponse(m)
		var data map[string]string
		if !ok || r.ID != 17 || r.Status != 409 || json.Unmarshal(r.Data, &data) != nil || data["code"] != "conflict" {
			t.Errorf("%s is read as %+v, %v", m, r, ok)
		}
	}
	for _, m := range []string{`{"type":"pong"}`, `{"type":"response","id":"x","status":200,"data":{}}`, `[]`} {
		if r, ok := oracle.ReadResponse([]byte(m)); ok {
			t.Errorf("%s is read as %+v", m, r)
		}
	}
}

func TestAnswersAreJudged(t *testing.T) {
	for answer, want := range map[string]struct {
		status  int
		outcome oracle.Outcome
		kind    string
	}{
		`{}`:                         {200, oracle.Acknowledged, ""},
		`{"code":"invalid"}`:         {400, oracle.Refused, "400 invalid"},
		`{"code":"overloaded"}`:      {503, oracle.Refused, "503 overloaded"},
		`{"code":"storage_failing"}`: {503, oracle.Unknown, "503 storage_failing"},
		`{"code":"timeout"}`:         {503, oracle.Unknown, "503 timeout"},
		`bad gateway`:                {502, oracle.Unknown, "502 "},
	} {
		if outcome, kind := oracle.Judge(want.status, []byte(answer)); outcome != want.outcome || kind != want.kind {
			t.Errorf("%d %s is judged %v %q", want.status, answer, outcome, kind)
		}
	}
}

func TestVotesAreCommandsOfTheProtocol(t *testing.T) {
	v := oracle.Vote{Number: 5, Up: true, Stamp: 1_700_000_000_000}
	var c protocol.CastVote
	if err := json.Unmarshal(oracle.AppendVote(nil, 3, v), &c); err != nil || c.Check() != nil || c.SessionID != 3 || c.Username != "v5" || c.Vote != protocol.VoteUp || c.Timestamp.Timestamp() != v.Stamp {
		t.Errorf("vote %+v, %v", c, err)
	}
	var m protocol.ClientMessage
	if err := json.Unmarshal(oracle.AppendRequest(nil, 3, v), &m); err != nil || m.ID != "5" || m.Op != "votes.live" || json.Unmarshal(m.Data, &c) != nil {
		t.Errorf("request %+v, %v", m, err)
	}
	var b protocol.CastVotes
	if err := json.Unmarshal(oracle.AppendBatch(nil, []protocol.SessionID{3, 4}, []oracle.Vote{v, {Session: 1}}), &b); err != nil || len(b.Votes) != 2 || b.Votes[1].SessionID != 4 {
		t.Errorf("batch %+v, %v", b, err)
	}
}
