package scenario

import "partyline/loadtest/target"

// counter is one line of a report and where it is in /metrics.
type counter struct{ name, metric, labels string }

// counters are reported as what they grew by during the load.
var counters = []counter{
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

// growth is what each counter grew by since before.
func growth(before, after target.Metrics) map[string]float64 {
	grown := map[string]float64{}
	for _, f := range counters {
		grown[f.name] = after.Sum(f.metric, f.labels) - before.Sum(f.metric, f.labels)
	}
	return grown
}

// never are counters that must stay what they are: the server's own failures.
var never = []string{"requests_5xx", "socket_requests_5xx", "journal_failures", "actor_restarts", "sockets_dropped"}
