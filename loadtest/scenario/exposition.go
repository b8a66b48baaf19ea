package scenario

import (
	"bytes"
	"context"
	"strconv"
	"strings"
)

// exposition is what /metrics says: series by name and labels, as they are written.
type exposition map[string]float64

// readExposition reads the text format of Prometheus, as far as the server writes it: a
// series, a space, a value. What is no such line is passed over.
func readExposition(text []byte) exposition {
	e := exposition{}
	for line := range bytes.Lines(text) {
		line = bytes.TrimSpace(line)
		space := bytes.LastIndexByte(line, ' ')
		if space < 1 || line[0] == '#' {
			continue
		}
		if v, err := strconv.ParseFloat(string(line[space+1:]), 64); err == nil {
			e[string(line[:space])] = v
		}
	}
	return e
}

// sum adds the series of that name whose labels hold the words.
func (e exposition) sum(name, words string) (sum float64) {
	for series, v := range e {
		bare, labels, _ := strings.Cut(series, "{")
		if bare == name && strings.Contains(labels, words) {
			sum += v
		}
	}
	return sum
}

func (s *stage) metrics(ctx context.Context) (exposition, error) {
	var text []byte
	err := s.client.Call(ctx, "GET", "/metrics", nil, &text)
	return readExposition(text), err
}

// figure is one line of a report and where it stands in /metrics.
type figure struct{ name, metric, labels string }

// figures are told as what they grew by during the load.
var figures = []figure{
	{"requests", "http_server_request_duration_seconds_count", ""},
	{"requests_5xx", "http_server_request_duration_seconds_count", `class="5xx"`},
	{"socket_requests", "partyline_socket_request_duration_seconds_count", ""},
	{"socket_requests_5xx", "partyline_socket_request_duration_seconds_count", `class="5xx"`},
	{"votes", "partyline_votes_total", ""},
	{"commits", "partyline_journal_commit_duration_seconds_count", ""},
	{"commit_seconds", "partyline_journal_commit_duration_seconds_sum", ""},
	{"records", "partyline_journal_commit_records_sum", ""},
	{"written_bytes", "partyline_journal_written_bytes_total", ""},
	{"journal_failures", "partyline_journal_failures_total", ""},
	{"actor_restarts", "partyline_actors_restarts_total", ""},
	{"deliveries", "partyline_deliveries_total", ""},
	{"tallies", "partyline_tallies_total", ""},
	{"sockets_folded", "partyline_socket_folded_total", ""},
	{"sockets_dropped", "partyline_socket_dropped_total", ""},
	{"webhook_attempts", "partyline_webhook_attempts_total", ""},
	{"webhook_delivered", "partyline_webhook_delivered_total", ""},
}

// growth is what each figure grew by since before.
func (e exposition) growth(before exposition) map[string]float64 {
	grown := map[string]float64{}
	for _, f := range figures {
		grown[f.name] = e.sum(f.metric, f.labels) - before.sum(f.metric, f.labels)
	}
	return grown
}

// never are figures that must stay what they are: the server's own failures.
var never = []string{"requests_5xx", "socket_requests_5xx", "journal_failures", "actor_restarts", "sockets_dropped"}
