package released

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
)

// newReceiver answers deliveries with the status that their path ends with.
func newReceiver() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, err := strconv.Atoi(r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:])
		if err != nil {
			status = http.StatusOK
		}
		w.WriteHeader(status)
	}))
}
