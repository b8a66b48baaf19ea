package api

// Media types of answers, as header values; net/http does not write to them.
var (
	TypeJSON = []string{"application/json; charset=utf-8"}
	TypeText = []string{"text/plain; charset=utf-8"}
	typeCSV  = []string{"text/csv; charset=utf-8"}
)
