package outbound

import (
	"net/http"
	"strings"
	"time"
)

// maxRetryAfter bounds the pause that an endpoint may ask for: it must not be able to stop its
// deliveries for days by a mistake.
const maxRetryAfter = time.Hour

// retryAfter parses a Retry-After header, seconds or an HTTP date (RFC 9110, 10.2.3). It
// returns 0 for anything else and for the past, and at most maxRetryAfter.
func retryAfter(value string, now func() time.Time) time.Duration {
	value = strings.Trim(value, " \t")
	if value == "" {
		return 0
	}
	if strings.Trim(value, "0123456789") == "" {
		return delaySeconds(value)
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now()), 0), maxRetryAfter)
}

// delaySeconds parses digits, and stops at the bound before they can overflow.
func delaySeconds(digits string) time.Duration {
	var d time.Duration
	for _, digit := range digits {
		if d = d*10 + time.Duration(digit-'0')*time.Second; d >= maxRetryAfter {
			return maxRetryAfter
		}
	}
	return d
}
