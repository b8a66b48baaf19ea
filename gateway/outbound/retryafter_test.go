package outbound_test

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"partyline/gateway/outbound"
)

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)
	at := func(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }
	var value string
	var status int
	r := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", value)
		w.WriteHeader(status)
	})
	s := newSender(t, func(o *outbound.Options) { o.Now = func() time.Time { return now } })
	for _, row := range []struct {
		status int
		value  string
		want   time.Duration
	}{
		{429, "30", 30 * time.Second}, {503, "30", 30 * time.Second}, {302, "30", 30 * time.Second}, {410, "30", 30 * time.Second}, {200, "30", 0},
		{429, "0", 0}, {429, "", 0}, {429, "-1", 0}, {429, "+5", 0}, {429, "1.5", 0}, {429, "1e3", 0}, {429, "soon", 0}, {429, "٣", 0}, {429, "3 0", 0},
		{429, "007", 7 * time.Second}, {429, " 7 ", 7 * time.Second},
		{429, "3599", time.Hour - time.Second}, {429, "3600", time.Hour}, {429, "86400", time.Hour},
		{429, "99999999999999999999999999", time.Hour}, {429, "9223372036854775808", time.Hour},
		{429, at(90 * time.Second), 90 * time.Second}, {429, at(-time.Hour), 0}, {429, at(48 * time.Hour), time.Hour},
		{429, "Thursday, 15-Jan-26 12:00:45 GMT", 45 * time.Second}, {429, "Thu Jan 15 12:00:45 2026", 45 * time.Second},
		{429, "2026-01-15T13:00:00Z", 0}, {429, "Fri, 31 Dec 9999 23:59:59 GMT", time.Hour},
	} {
		value, status = row.value, row.status
		a := deliver(t, s, dispatch(r.URL))
		if a.Status != row.status || a.RetryAfter != row.want {
			t.Errorf("%d %q: status %d, %v, want %v", row.status, row.value, a.Status, a.RetryAfter, row.want)
		}
	}
}

func TestStatusesAreNamedInOurWords(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]string{
		200: "", 204: "", 299: "",
		304: "the endpoint answered 304 Not Modified; redirects are not followed",
		400: "the endpoint answered 400 Bad Request",
		410: "the endpoint answered 410 Gone",
		500: "the endpoint answered 500 Internal Server Error",
		799: "the endpoint answered 799",
	} {
		s := newRawServer(t, "127.0.0.1:0", answering("HTTP/1.1 "+strconv.Itoa(status)+" At 10.1.2.3\r\nConnection: close\r\n\r\n"))
		a := deliver(t, newSender(t), dispatch(s.url))
		wantStatus(t, a, status)
		if a.Error != want {
			t.Errorf("%d: %q, want %q", status, a.Error, want)
		}
	}
}
