package receiver_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"partyline/gateway/outbound"
	"partyline/loadtest/oracle/webhook"
	"partyline/loadtest/receiver"
)

// request is a delivery as the server signs it.
func request(t *testing.T, url string, endpoint int, id, body string) *http.Request {
	t.Helper()
	now := time.Now()
	s, err := outbound.Sign([]string{receiver.Secret(endpoint)}, id, now, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+receiver.Path(endpoint), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = http.Header{"Webhook-Id": {id}, "Webhook-Timestamp": {strconv.FormatInt(now.Unix(), 10)}, "Webhook-Signature": {s.Standard}, "X-Webhook-Signature": {s.Legacy}, "X-Hub-Signature-256": {s.Legacy}}
	return req
}

// post is the status of the answer, 0 for none.
func post(t *testing.T, req *http.Request) int {
	t.Helper()
	transport := &http.Transport{DisableKeepAlives: true}
	res, err := transport.RoundTrip(req)
	if err != nil {
		return 0
	}
	defer func() { _ = res.Body.Close() }()
	if _, err := res.Body.Read(make([]byte, 200)); err == nil {
		if _, err = res.Body.Read(make([]byte, 200)); err != nil && err.Error() == "unexpected EOF" {
			return 0
		}
	}
	return res.StatusCode
}

const body = `{"event":"vote.received","timestamp":"2024-01-15T12:00:00.000Z","data":{}}`

func start(t *testing.T, p receiver.Plan) (*receiver.Receiver, string) {
	t.Helper()
	r, err := receiver.Start(p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r, r.URL
}

func TestGoodDeliveriesAreTaken(t *testing.T) {
	r, url := start(t, receiver.Plan{})
	for endpoint := 1; endpoint <= 2; endpoint++ {
		if status := post(t, request(t, url, endpoint, "msg_e_7_103", body)); status != 204 {
			t.Errorf("endpoint %d: %d", endpoint, status)
		}
	}
	requests := r.Requests()
	if len(requests) != 2 {
		t.Fatalf("%d requests", len(requests))
	}
	if s := requests[0]; s.Endpoint != 1 || s.Epoch != "e" || s.Hook != 7 || s.Delivery != 103 || s.Wrong != "" || s.Status != 204 || s.Ended < s.Began || s.Key == "" {
		t.Errorf("seen %+v", s)
	}
}

// What a request can have wrong is written down, whatever is answered.
func TestWrongRequestsAreSeen(t *testing.T) {
	for says, spoil := range map[string]func(*http.Request){
		"standard signature":  func(r *http.Request) { r.Header.Set("webhook-signature", "v1,AAAA") },
		"X-Hub-Signature-256": func(r *http.Request) { r.Header.Set("X-Hub-Signature-256", "sha256=00") },
		"X-Webhook-Signature": func(r *http.Request) { r.Header.Set("X-Webhook-Signature", "sha256=00") },
		"timestamp":           func(r *http.Request) { r.Header.Set("webhook-timestamp", "1") },
		"webhook-id":          func(r *http.Request) { r.Header.Set("webhook-id", "msg_7_103") },
	} {
		r, url := start(t, receiver.Plan{})
		req := request(t, url, 1, "msg_e_7_103", body)
		spoil(req)
		post(t, req)
		requests := r.Requests()
		if len(requests) != 1 || !strings.Contains(requests[0].Wrong, says) {
			t.Errorf("%s: %+v", says, requests)
		}
		if tally := r.Tally(); tally.Wrong != 1 || tally.Accepted != 0 {
			t.Errorf("%s: %+v", says, tally)
		}
	}
	r, url := start(t, receiver.Plan{})
	post(t, request(t, url, 1, "msg_e_7_103", `{"event":`))
	if requests := r.Requests(); len(requests) != 1 || requests[0].Wrong == "" {
		t.Errorf("no JSON: %+v", requests)
	}
}

// Every failure comes, none is taken for success, and each passes.
func TestFailuresComeAndPass(t *testing.T) {
	r, url := start(t, receiver.Plan{Seed: 3, FailureRate: 1})
	seen := map[int]bool{}
	for d := 100; d < 180; d++ {
		id := "msg_e_7_" + strconv.Itoa(d)
		status, tries := 0, 0
		for status != 204 {
			if status = post(t, request(t, url, 1, id, body)); tries > 2 {
				t.Fatalf("%s is ill for %d tries", id, tries)
			}
			seen[status] = true
			tries++
		}
		if tries < 2 {
			t.Errorf("%s met no failure", id)
		}
	}
	for _, status := range []int{0, 302, 401, 404, 408, 429, 500, 502, 503} {
		if !seen[status] {
			t.Errorf("nobody answered %d", status)
		}
	}
	requests := r.Requests()
	if n := slices.IndexFunc(requests, func(s webhook.Request) bool { return s.Status == 200 }); n >= 0 {
		t.Errorf("a torn answer counts as accepted: %+v", requests[n])
	}
}

func TestARefusedMessageIsRefusedForEver(t *testing.T) {
	_, url := start(t, receiver.Plan{Refusing: 1})
	for d := 100; d < 112; d++ {
		for range 3 {
			refused := d == 109
			if status := post(t, request(t, url, 1, "msg_e_7_"+strconv.Itoa(d), body)); (status/100 == 4) != refused {
				t.Errorf("delivery %d: %d", d, status)
			}
		}
	}
	if status := post(t, request(t, url, 1, "msg_e_7_109_ping_6", body)); status != 204 {
		t.Errorf("a ping: %d", status)
	}
}

func TestHangingEndpointsDoNotAnswer(t *testing.T) {
	r, url := start(t, receiver.Plan{HangFrom: 2})
	if status := post(t, request(t, url, 1, "msg_e_7_100", body)); status != 204 {
		t.Errorf("a healthy one: %d", status)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := (&http.Transport{}).RoundTrip(request(t, url, 2, "msg_e_8_100", body).WithContext(ctx))
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("it answered: %v", err)
	}
	if tally := r.Tally(); tally.Accepted != 1 {
		t.Errorf("%+v", tally)
	}
}

func TestLatencyIsFromTheTimeInTheName(t *testing.T) {
	r, url := start(t, receiver.Plan{Bare: true})
	vote := `{"data":{"vote":{"username":"` + receiver.Voter(time.Now().Add(-time.Second)) + `"}}}`
	for _, id := range []string{"msg_e_7_101", "msg_e_7_100"} {
		post(t, request(t, url, 1, id, vote))
	}
	tally := r.Tally()
	if tally.Accepted != 2 || tally.Disordered != 1 || tally.Latency.P50 < 1000 || tally.Latency.P50 > 30_000 {
		t.Errorf("%+v", tally)
	}
}
